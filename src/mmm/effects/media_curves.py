"""The curves' parameters of a posterior, whatever families its specification gave to its channels."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.transforms import ADSTOCKS, SATURATIONS, MediaCurves

if TYPE_CHECKING:
    from mmm.inference import Fit

FIRST, SECOND, SLOPE = ("retention", "weibull_scale"), ("delay", "weibull_shape"), ("slope", "exponent")
"""Variables of the draws that hold a parameter of the curves; a channel has one of each row at most."""
DEFAULT_LAGS = 1
"""Window of a fit whose families need none."""


def media_curves(fit: "Fit", draws: xr.Dataset) -> MediaCurves:
    """Give the parameters of a posterior with chains joined in `draw`."""
    channels = list(fit.design.channels)
    n_draws = draws.sizes["draw"]

    def of(*names: str) -> NDArray[np.float64]:
        found = np.full((n_draws, len(channels)), np.nan)
        for name in names:
            if name in draws:
                values = draws[name].sel(channel=channels).transpose("draw", "channel").to_numpy()
                found = np.where(np.isnan(found), values, found)
        return found

    spec, shape = fit.spec, (n_draws, len(channels))
    return MediaCurves(
        adstock=np.full(shape, ADSTOCKS.index(spec.adstock), dtype=np.int8),
        saturation=np.full(shape, SATURATIONS.index(spec.saturation), dtype=np.int8),
        saturates_first=np.zeros(shape, dtype=bool),
        first=of(*FIRST),
        second=of(*SECOND),
        half_saturation=of("half_saturation"),
        slope=of(*SLOPE),
        n_lags=np.full(n_draws, DEFAULT_LAGS),
    )
