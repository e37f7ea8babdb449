"""From named draws to curves, and to what media do: the definition's media term in numpy."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmm.model.design import Design
from mmm.model.shape_prior import curves_of
from mmm.transforms import MediaCurves, reached

FloatArray = NDArray[np.float64]

NAMES = (
    ("retention", "weibull_scale"),
    ("delay", "weibull_shape"),
    ("half_saturation",),
    ("slope", "exponent"),
)
"""Variables of the draws that hold each slot of a curve; a channel has at most one of each row."""


def media_curves(design: Design, draws: Mapping[str, ArrayLike]) -> MediaCurves:
    """Give the curves of a posterior, their leading dimensions joined in `draw`.

    Parameters
    ----------
    draws : mapping of name to array of shape (..., channel)
        The variables of `NAMES` that the families of the design need; NaN where a channel has none.
    """
    known = {name: np.asarray(draws[name], dtype=float) for row in NAMES for name in row if name in draws}
    n_channels = len(design.channels)
    n_draws = next((values.size // n_channels for values in known.values()), 1)
    value = np.full((n_draws, len(NAMES), n_channels), np.nan)
    for slot, row in enumerate(NAMES):
        for name in row:
            if name in known:
                flat = known[name].reshape(n_draws, n_channels)
                value[:, slot] = np.where(np.isnan(value[:, slot]), flat, value[:, slot])
    return curves_of(design.shape_prior, value)


def saturated_media(design: Design, draws: Mapping[str, ArrayLike]) -> FloatArray:
    """Give the share of its ceiling that each channel reaches in each period of the data.

    Returns
    -------
    ndarray of shape (draw, channel, period)
        Leading dimensions joined; beyond 1 where a family has no ceiling.
    """
    return reached(media_curves(design, draws), design.x.T, design.carry_in)
