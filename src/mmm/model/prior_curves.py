"""Draws of a channel's curve from its beliefs, on its own spend: what strength beliefs refer to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.model.shape_prior import SLOTS, ShapePrior, draw_curves
from mmm.transforms import ADSTOCKS, MediaCurves, lag_weights, one_channel, reached, reached_slope

FloatArray = NDArray[np.float64]
LONGEST = 400
"""Lags over which the time until nine tenths of an effect is looked for."""
N_SLOTS = len(SLOTS)
"""Uniform numbers that a curve is drawn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """The spend of every channel and what is believed of its curves."""

    x: FloatArray
    """(period, channel) Spend in typical active periods."""
    carry_in: FloatArray
    """(channel) Adstocked spend before the first period."""
    marginal_cost: FloatArray
    """(channel) Media spend with proportional fees, in money: what grows when spend does."""
    shape: ShapePrior


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveDraws:
    """Draws of one channel's curve."""

    reached: FloatArray
    """(draw, period) Share of the ceiling."""
    elasticity: FloatArray
    """(draw) Relative rise of the contribution per relative rise of spend."""
    mean_reached: FloatArray
    """(draw) Mean over periods of the share of the ceiling."""


def curve_draws(curves: Curves, channel: int, uniform: FloatArray) -> CurveDraws:
    """Draw one channel's curve at points of the unit cube, `uniform` of shape (draw, N_SLOTS)."""
    every = draw_curves(curves.shape, np.repeat(uniform[:, :, None], curves.x.shape[1], axis=2))
    own = one_channel(every, channel)
    path, before = curves.x.T[channel : channel + 1], curves.carry_in[channel : channel + 1]
    share = reached(own, path, before)[:, 0]
    total = np.maximum(share.sum(axis=1), np.finfo(float).tiny)
    rise = reached_slope(own, path, before)[:, 0].sum(axis=1)
    return CurveDraws(
        reached=share,
        elasticity=np.maximum(rise / total, 1e-12),
        mean_reached=share.mean(axis=1),
    )


def nine_tenths(curves: MediaCurves, at: int) -> FloatArray:
    """Give the periods until nine tenths of a channel's effect have come, (draw)."""
    family = ADSTOCKS[int(curves.adstock[0, at])]
    first, second = curves.first[:, at], curves.second[:, at]
    if family == "none":
        return np.zeros(len(first))
    if family == "geometric":
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(0.1) / np.log(first))
    come = lag_weights(family, first, second, LONGEST).cumsum(axis=1)
    return np.asarray((come < 0.9).sum(axis=1) + 1.0)
