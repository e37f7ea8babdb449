"""How good a plan is, draw by draw: gains, chances, regret beside other plans."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.charted import OwnBest
from mmm.allocation.response import ResponseDraws

FloatArray = NDArray[np.float64]
UNMOVED = 0.005
"""Half a cent: a smaller move is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A mean with its central 90 % interval over draws."""

    mean: float
    p05: float
    p95: float


def spread(draws: FloatArray) -> Spread:
    """Give the mean and the 5 % and 95 % quantiles over draws.

    Examples
    --------
    >>> spread(np.array([1.0, 2.0, 3.0])).mean
    2.0
    """
    p05, p95 = np.quantile(draws, [0.05, 0.95])
    return Spread(mean=float(draws.mean()), p05=float(p05), p95=float(p95))


def chance(draws: FloatArray) -> float:
    """Give the share of draws above zero.

    Examples
    --------
    >>> chance(np.array([-1.0, 0.0, 2.0, 3.0]))
    0.5
    """
    return float((draws > 0).mean())


def move_gains(response: ResponseDraws, current: FloatArray, spend: FloatArray) -> FloatArray:
    """Give what each move brings at margin minus what it costs more, (draw, channel).

    Fixed costs are in both plans and leave the difference.
    """
    brought = response.contribution(spend) - response.contribution(current)
    gains: FloatArray = brought - response.cost_rate * (spend - current)
    return np.where(np.abs(spend - current) < UNMOVED, 0.0, gains)


def extrapolates(response: ResponseDraws, spend: FloatArray) -> NDArray[np.bool_]:
    """Say which channels would spend more in one period than was ever seen, (channel,)."""
    peak = response.pattern.max(axis=1) * spend
    beyond: NDArray[np.bool_] = peak > response.observed_peak * (1 + 1e-9)
    return beyond


def regrets(response: ResponseDraws, plans: Mapping[str, FloatArray], own: OwnBest) -> dict[str, FloatArray]:
    """Give what each plan loses to the plan that knows the draw, on the draws of `own`.

    The best plan of a draw is bounded by that of its curves' concave hull, so
    the regret of S-shaped curves is overstated, never understated.
    """
    profits = {name: response.profit(spend)[own.draws] for name, spend in plans.items()}
    best = np.maximum.reduce([own.profit, *profits.values()])
    return {name: best - profit for name, profit in profits.items()}
