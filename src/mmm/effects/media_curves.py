"""The curves' parameters of a posterior, whatever families its specification gave to its channels."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.transforms import ADSTOCKS, SATURATIONS, MediaCurves

if TYPE_CHECKING:
    from mmm.inference import Fit
    from mmm.model import ModelSpec

FIRST, SECOND, SLOPE = ("retention", "weibull_scale"), ("delay", "weibull_shape"), ("slope", "exponent")
"""Variables of the draws that hold a parameter of the curves; a channel has one of each row at most."""


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

    windows = np.array([member.n_lags for member in fit.members] or [fit.design.n_lags])
    specs = [member.spec for member in fit.members] or [fit.spec]
    member = _members(fit, draws)
    codes = np.array([[_codes(spec, channel) for channel in channels] for spec in specs])[member]
    return MediaCurves(
        adstock=codes[..., 0].astype(np.int8),
        saturation=codes[..., 1].astype(np.int8),
        saturates_first=codes[..., 2].astype(bool),
        first=of(*FIRST),
        second=of(*SECOND),
        half_saturation=of("half_saturation"),
        slope=of(*SLOPE),
        n_lags=windows[member],
    )


def _members(fit: "Fit", draws: xr.Dataset) -> NDArray[np.int64]:
    """Place of each draw's specification in the members of the fit."""
    if not fit.members:
        return np.zeros(draws.sizes["draw"], dtype=np.int64)
    names, place = np.unique(draws["specification"].to_numpy().astype(str), return_inverse=True)
    known = [member.spec.name for member in fit.members]
    return np.asarray([known.index(name) for name in names], dtype=np.int64)[place]


def _codes(spec: "ModelSpec", channel: str) -> tuple[int, int, bool]:
    form = spec.form(channel)
    is_early = form.order == "saturation_first"
    return ADSTOCKS.index(form.adstock), SATURATIONS.index(form.saturation), is_early
