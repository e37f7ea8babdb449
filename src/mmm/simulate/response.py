"""What media do: carry-over, saturation, and the exact contribution of each channel.

Written apart from `mmm.transforms` on purpose: truth must not share a mistake with the model.
"""

from dataclasses import dataclass

import numpy as np

from mmm.simulate.family import MediaDraw, Strength
from mmm.simulate.weeks import OBSERVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """Contribution of each channel to one outcome."""

    ceiling: np.ndarray
    """(channel) outcome units of a fully saturated week."""
    contribution: np.ndarray
    """(all weeks, channel)"""
    marginal: np.ndarray
    """(channel) outcome per EUR of full cost added to the written weeks in proportion to spend."""


def scales(spend: np.ndarray) -> np.ndarray:
    """Give EUR in an average written week of positive spend, per channel."""
    written = spend[OBSERVED]
    return np.asarray(written.sum(axis=0) / (written > 0).sum(axis=0))


def saturated(spend: np.ndarray, draw: MediaDraw, scale: np.ndarray) -> np.ndarray:
    """Give the saturated pressure (0 to 1) of all weeks; shape (week, channel)."""
    pressure = np.empty_like(spend)
    state = spend[0] / scale
    for week, amount in enumerate(spend / scale):
        state = draw.retention * state + (1.0 - draw.retention) * amount
        pressure[week] = state
    power = pressure**draw.slope
    return np.asarray(power / (power + draw.half_saturation**draw.slope))


def respond(
    spend: np.ndarray, full_cost: np.ndarray, rates: np.ndarray, draw: MediaDraw, strength: Strength
) -> Response:
    """Scale a channel's curve so that it returns what the world says at the cost it had."""
    scale = scales(spend)
    curve = saturated(spend, draw, scale)
    wanted = strength.weight * full_cost.sum(axis=0)
    n_written = OBSERVED.stop - OBSERVED.start
    total = wanted * (strength.media_share * strength.mean * n_written / wanted.sum())
    ceiling = total / curve[OBSERVED].sum(axis=0)
    step = 1e-4
    raised = spend.copy()
    raised[OBSERVED] *= 1.0 + step
    gained = ceiling * (saturated(raised, draw, scale) - curve)[OBSERVED].sum(axis=0)
    paid = step * spend[OBSERVED].sum(axis=0) * (1.0 + rates)
    return Response(ceiling=ceiling, contribution=ceiling * curve, marginal=gained / paid)
