"""Draws of a channel's curve from its beliefs, on its own spend: what strength beliefs refer to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.model.shape_prior import ShapePrior, draw_shapes
from mmm.transforms import geometric_adstock, hill

FloatArray = NDArray[np.float64]


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

    retention: FloatArray
    half_saturation: FloatArray
    slope: FloatArray
    reached: FloatArray
    """(draw, period) Share of the ceiling."""
    elasticity: FloatArray
    """(draw) Relative rise of the contribution per relative rise of spend."""
    mean_reached: FloatArray
    """(draw) Mean over periods of the share of the ceiling."""


def curve_draws(curves: Curves, channel: int, uniform: FloatArray) -> CurveDraws:
    """Draw one channel's curve at points of the unit cube, `uniform` of shape (draw, 3)."""
    retention, half, slope = (
        values[:, channel]
        for values in draw_shapes(curves.shape, np.repeat(uniform[:, :, None], curves.x.shape[1], axis=2))
    )
    pressure = geometric_adstock(curves.x[:, channel], retention, curves.carry_in[channel])
    reached = hill(pressure, half[:, None], slope[:, None])
    total = np.maximum(reached.sum(axis=1), np.finfo(float).tiny)
    steepness = slope * (reached * (1 - reached)).sum(axis=1)
    return CurveDraws(
        retention=retention,
        half_saturation=half,
        slope=slope,
        reached=reached,
        elasticity=np.maximum(steepness / total, 1e-12),
        mean_reached=reached.mean(axis=1),
    )
