"""Posterior draws of one outcome's media effects, as plain arrays ready for arithmetic.

Axes are always draw, channel, period, in this order. Pressure is in typical
active periods (the scale that the fit stored), money in the analysis' currency.
Families of carry-over and saturation are the curves' affair: see `mmm.transforms.media`.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.effects.media_curves import media_curves
from mmm.transforms import MediaCurves, reached, reached_slope

if TYPE_CHECKING:
    from mmm.inference import Fit

FloatArray = NDArray[np.float64]
MAX_DRAWS = 2000
"""Draws that tables are computed from: a 5 % quantile then carries 5 % of the sd as Monte Carlo error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaDraws:
    """What the data and the prior say of every channel's curve, draw by draw."""

    channels: tuple[str, ...]
    curves: MediaCurves
    """Carry-over and saturation of every draw and channel; pressure in typical active periods."""
    ceiling: FloatArray
    """(draw, channel), KPI units per period when fully saturated; at pressure 1 where nothing saturates."""
    spend: FloatArray
    """(channel, period), in typical active periods, oldest first."""
    carry_in: FloatArray
    """(channel), spend of every period before the first one, same unit."""

    @property
    def n_draws(self) -> int:
        """Count the draws."""
        return len(self.ceiling)


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
    coords = {name: coord for name, coord in fit.draws.coords.items() if "draw" not in coord.dims}
    found = xr.Dataset(joined, coords=coords).drop_vars("chain", errors="ignore")
    if not fit.members:
        return found
    return found.assign_coords(specification=("draw", fit.draws["specification"].to_numpy()[kept]))


def media_draws(fit: "Fit", max_draws: int = MAX_DRAWS) -> MediaDraws:
    """Give the curves' parameters of a fit and the spend that it was fitted on.

    Of a fit by geo, the whole market as one: curves are those of the geos, on the spend of all of
    them, and ceilings are such that each channel brings in total what it brings in all geos.
    `mmm.effects.by_geo` gives each geo exactly.
    """
    draws, design = thinned(fit, max_draws), fit.design
    name = "effect" if design.geo is None else "share"
    strength = draws[name].sel(channel=list(design.channels)).transpose("draw", "channel")
    media = MediaDraws(
        channels=design.channels,
        curves=media_curves(fit, draws),
        ceiling=np.asarray(strength, dtype=float) * design.outcome_scale,
        spend=np.ascontiguousarray(design.x.T),
        carry_in=design.carry_in,
    )
    if design.geo is None:
        return media
    return replace(media, ceiling=media.ceiling / saturation(media).mean(axis=-1))


def saturation(
    media: MediaDraws, spend: FloatArray | None = None, carry_in: FloatArray | None = None
) -> FloatArray:
    """Give what each channel reaches, in units of its ceiling, (draw, channel, period).

    Parameters
    ----------
    spend : ndarray of shape (channel, period), optional
        Another path than the one fitted, in the same unit.
    carry_in : ndarray of shape (channel,) or (draw, channel), optional
        Spend of every period before the first one; that of the fit by default.
    """
    path = media.spend if spend is None else spend
    return reached(media.curves, path, media.carry_in if carry_in is None else carry_in)


def steepness(media: MediaDraws) -> FloatArray:
    """Give the derivative of `saturation` by the logarithm of the whole path of spend."""
    return reached_slope(media.curves, media.spend, media.carry_in)


def saturation_ahead(media: MediaDraws, spend: FloatArray) -> FloatArray:
    """Give what each channel reaches in the periods after the fitted ones, (draw, channel, period).

    Parameters
    ----------
    spend : ndarray of shape (channel, period)
        Of these periods, in typical active periods.
    """
    whole = np.concatenate([media.spend, spend], axis=1)
    return reached(media.curves, whole, media.carry_in)[..., media.spend.shape[1] :]
