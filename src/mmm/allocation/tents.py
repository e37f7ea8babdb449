"""What a curve cannot exceed between the amounts where it is known.

Between two amounts the slope of a curve lies in a known range. So the curve lies
under a tent: the line that leaves the left amount with the steepest slope, and
the line that reaches the right one with the flattest.
Amounts are shares of the budget, values are profit per unit of budget.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.problem import BudgetProblem, Response

FloatArray = NDArray[np.float64]
FIRST_AMOUNTS = 5
"""Amounts per channel before any refinement."""
CLOSEST = 1e-7
"""Two known amounts are never closer than this share of the budget."""
SAME = 1e-12
"""Two amounts closer than this share of the budget are one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tents:
    """One channel's expected profit at some amounts, and its slopes between them."""

    amount: FloatArray
    """(k,), ascending."""
    value: FloatArray
    """(k,)."""
    lowest: FloatArray
    """(k - 1,), least slope between neighbours; may be minus infinity."""
    highest: FloatArray
    """(k - 1,), greatest slope between neighbours; may be infinite."""

    def outline(self) -> tuple[FloatArray, FloatArray]:
        """Give the corners of the tents from left to right, amounts and heights, (2 k - 1,)."""
        at, height = self._tops()
        amounts, heights = np.empty(2 * len(at) + 1), np.empty(2 * len(at) + 1)
        amounts[::2], heights[::2] = self.amount, self.value
        amounts[1::2], heights[1::2] = at, height
        return amounts, heights

    def floor(self, amount: float) -> float:
        """Give what the curve reaches at least at an amount, from what is known on both sides."""
        right = int(np.clip(np.searchsorted(self.amount, amount), 1, max(len(self.amount) - 1, 1)))
        if len(self.amount) == 1:
            return float(self.value[0])
        before, after = amount - self.amount[right - 1], self.amount[right] - amount
        with np.errstate(invalid="ignore"):
            ends = (
                self.value[right - 1] + self.lowest[right - 1] * before,
                self.value[right] - self.highest[right - 1] * after,
            )
        return float(np.nanmax(np.where(np.isinf(ends), np.nan, ends)))

    def scaled(self, factor: float) -> "Tents":
        """Measure amounts and values in another unit; slopes have none."""
        return replace(self, amount=self.amount * factor, value=self.value * factor)

    def _tops(self) -> tuple[FloatArray, FloatArray]:
        """Give where the two lines of each tent meet, and how high."""
        width, low, high = np.diff(self.amount), self.lowest, self.highest
        with np.errstate(invalid="ignore", divide="ignore"):
            at = (np.diff(self.value) - low * width) / (high - low)
            at = np.where(np.isnan(at), np.where(np.isfinite(low), width / 2, width), at)
            at = np.clip(at, 0.0, width)
            height = np.fmax(self.value[:-1] + high * at, self.value[1:] - low * (width - at))
        return self.amount[:-1] + at, height


def first_tents(
    problem: BudgetProblem, response: Response, known: tuple[Tents, ...] | None = None
) -> tuple[Tents, ...]:
    """Know every channel at a few amounts between its limits, and at those that are known already.

    Parameters
    ----------
    known : tuple of Tents, optional
        What an earlier search found of the same response, in money.
    """
    found = []
    for channel, (low, high) in enumerate(zip(problem.lower, problem.upper, strict=True)):
        top = min(high, problem.total - (problem.lower.sum() - low))
        if known is not None:
            own = _cropped(problem, response, channel, known[channel], (low, top))
            if own is not None:
                found.append(own)
                continue
        n_amounts = FIRST_AMOUNTS if top - low > CLOSEST * problem.total else 1
        spread = np.linspace(0.0, 1.0, n_amounts)
        if low < 0.1 * top:  # curves bend most near nothing
            spread = spread**2
        found.append(_tents(problem, response, channel, (low + spread * (top - low)) / problem.total))
    return tuple(found)


def _cropped(
    problem: BudgetProblem, response: Response, channel: int, known: Tents, limits: tuple[float, float]
) -> Tents | None:
    """Keep what is known between limits, and know the limits; None where that is too little to start with."""
    found = known.scaled(1 / problem.total)
    low, top = limits[0] / problem.total, limits[1] / problem.total
    inside = np.flatnonzero((found.amount > low + CLOSEST) & (found.amount < top - CLOSEST))
    if len(inside) < FIRST_AMOUNTS - 2:
        return None
    first, last = int(inside[0]), int(inside[-1])
    if first > 0 and abs(found.amount[first - 1] - low) < SAME:
        left = _between(found, first - 1, first)
    else:
        left = _tents(problem, response, channel, np.array([low, found.amount[first]]))
    if last + 1 < len(found.amount) and abs(found.amount[last + 1] - top) < SAME:
        right = _between(found, last, last + 1)
    else:
        right = _tents(problem, response, channel, np.array([found.amount[last], top]))
    joined = _joined(_joined(left, _between(found, first, last)), right)
    return replace(joined, amount=np.concatenate([[low], joined.amount[1:-1], [top]]))


def _between(tents: Tents, first: int, last: int) -> Tents:
    return Tents(
        amount=tents.amount[first : last + 1],
        value=tents.value[first : last + 1],
        lowest=tents.lowest[first:last],
        highest=tents.highest[first:last],
    )


def _joined(left: Tents, right: Tents) -> Tents:
    """Put two side by side that share an amount."""
    return Tents(
        amount=np.concatenate([left.amount, right.amount[1:]]),
        value=np.concatenate([left.value, right.value[1:]]),
        lowest=np.concatenate([left.lowest, right.lowest]),
        highest=np.concatenate([left.highest, right.highest]),
    )


def refine(
    problem: BudgetProblem, response: Response, channel: int, tents: Tents, around: Sequence[float]
) -> Tents:
    """Know a channel at more amounts: those of `around`, or the middles beside what is known already."""
    if len(tents.amount) < 2:
        return tents
    wanted: set[float] = set()
    for amount in around:
        right = int(np.clip(np.searchsorted(tents.amount, amount), 1, len(tents.amount) - 1))
        wanted.update(_beside(tents.amount, right, amount))
    known = tents.amount
    new = [w for w in sorted(wanted) if np.abs(known - w).min() > CLOSEST]
    for k in range(len(known) - 2, -1, -1):
        inside = [w for w in new if known[k] < w < known[k + 1]]
        if inside:
            stretch = np.array([known[k], *inside, known[k + 1]])
            tents = _spliced(tents, k, _tents(problem, response, channel, stretch))
    return tents


def _beside(known: FloatArray, right: int, amount: float) -> list[float]:
    """Give the amount and what is close on both sides, or only the sides of a known amount that is near.

    An eighth of a tent's width makes the next tent there 64 times lower.
    """
    left_end, right_end = float(known[right - 1]), float(known[right])
    close = (right_end - left_end) / 8
    if min(amount - left_end, right_end - amount) > close:
        return [amount - close, amount, amount + close]
    nearest = right - 1 if amount - left_end < right_end - amount else right
    neighbours = [float(known[k]) for k in (nearest - 1, nearest + 1) if 0 <= k < len(known)]
    return [float(known[nearest]) + (other - float(known[nearest])) / 8 for other in neighbours]


def _spliced(tents: Tents, k: int, stretch: Tents) -> Tents:
    """Replace the tent between the amounts k and k + 1 by several."""
    left, right = _between(tents, 0, k), _between(tents, k + 1, len(tents.amount) - 1)
    return _joined(_joined(left, stretch), right)


def _tents(problem: BudgetProblem, response: Response, channel: int, amount: FloatArray) -> Tents:
    """Evaluate a channel's profit; fixed costs are left out, no plan changes them."""
    value, lowest, highest = response.tabulate(channel, amount * problem.total)
    cost = float(response.cost_rate[channel])
    return Tents(
        amount=amount,
        value=value / problem.total - cost * amount,
        lowest=lowest - cost,
        highest=highest - cost,
    )
