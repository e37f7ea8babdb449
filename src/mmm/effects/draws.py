"""Posterior draws of one outcome's media effects, as plain arrays ready for arithmetic.

Axes are always draw, channel, period, in this order. Pressure is in typical
active periods (the scale that the fit stored), money in the analysis' currency.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.transforms import geometric_adstock, hill

if TYPE_CHECKING:
    from mmm.inference import Fit

FloatArray = NDArray[np.float64]
MAX_DRAWS = 2000
"""Draws that tables are computed from: a 5 % quantile then carries 5 % of the sd as Monte Carlo error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaDraws:
    """What the data and the prior say of every channel's curve, draw by draw."""

    channels: tuple[str, ...]
    retention: FloatArray
    """(draw, channel), share of the effect carried into the next period, 0 to 1."""
    half_saturation: FloatArray
    """(draw, channel), pressure at which half of the ceiling is reached."""
    slope: FloatArray
    """(draw, channel), steepness of the curve; above 1 it is an S."""
    ceiling: FloatArray
    """(draw, channel), KPI units per period when fully saturated."""
    spend: FloatArray
    """(channel, period), in typical active periods, oldest first."""
    carry_in: FloatArray
    """(channel), adstocked spend before the first period, same unit."""

    @property
    def n_draws(self) -> int:
        """Count the draws."""
        return len(self.retention)


def thinned(fit: "Fit", max_draws: int = MAX_DRAWS) -> xr.Dataset:
    """Give the posterior with chains joined in `draw`, evenly thinned to `max_draws`."""
    n_chains, n_draws = fit.draws.sizes["chain"], fit.draws.sizes["draw"]
    kept = np.linspace(0, n_chains * n_draws - 1, min(n_chains * n_draws, max_draws)).round().astype(int)
    joined = {}
    for name, values in fit.draws.data_vars.items():
        rest = tuple(dim for dim in values.dims if dim not in {"chain", "draw"})
        flat = (
            values.transpose("chain", "draw", *rest).to_numpy().reshape(-1, *(values.sizes[d] for d in rest))
        )
        joined[str(name)] = (("draw", *rest), flat[kept])
    coords = {name: coord for name, coord in fit.draws.coords.items() if name not in {"chain", "draw"}}
    return xr.Dataset(joined, coords=coords)


def media_draws(fit: "Fit", max_draws: int = MAX_DRAWS) -> MediaDraws:
    """Give the curves' parameters of a fit and the spend that it was fitted on."""
    draws, design = thinned(fit, max_draws), fit.design
    channels = list(design.channels)

    def of(name: str) -> FloatArray:
        return np.asarray(draws[name].sel(channel=channels).transpose("draw", "channel"), dtype=float)

    return MediaDraws(
        channels=tuple(channels),
        retention=of("retention"),
        half_saturation=of("half_saturation"),
        slope=of("slope"),
        ceiling=of("effect") * design.outcome_scale,
        spend=np.ascontiguousarray(design.x.T),
        carry_in=design.carry_in,
    )


def saturation(
    media: MediaDraws, spend: FloatArray | None = None, carry_in: FloatArray | None = None
) -> FloatArray:
    """Give the share of the ceiling reached, (draw, channel, period), from 0 to 1.

    Parameters
    ----------
    spend : ndarray of shape (channel, period), optional
        Another path than the one fitted, in the same unit.
    carry_in : ndarray of shape (channel,) or (draw, channel), optional
        Adstock before the first period; that of the fit by default.
    """
    path = media.spend if spend is None else spend
    carried = geometric_adstock(path, media.retention, media.carry_in if carry_in is None else carry_in)
    return hill(carried, media.half_saturation[..., None], media.slope[..., None])


def adstocked(media: MediaDraws, at: int) -> FloatArray:
    """Give the adstock of the channel at a position, (draw, period)."""
    return geometric_adstock(media.spend[at], media.retention[:, at], media.carry_in[at])


def last_adstock(media: MediaDraws) -> FloatArray:
    """Give the adstock at the last fitted period, (draw, channel): what the future starts from."""
    return geometric_adstock(media.spend, media.retention, media.carry_in)[..., -1]
