"""The price at which demand meets an amount of money.

The dual `D(q) = max of value - q (amount - target)` is convex in the price q.
What is taken at one price gives a line under D; where the lines of a price too
low and a price too high cross is the next price to try. On curves of straight
lines, and where a channel jumps, the crossing is soon the answer itself; a
secant on demand and halving make the others sure.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Demand = Callable[[float], tuple[FloatArray, FloatArray]]
"""Of a price: what each channel takes, and its value."""
MAX_STEPS = 400
EXACT = 1e-14
"""Share of the target by which demand may miss it and still count as equal."""
_LARGEST, _SMALLEST = 1e280, 1e-280


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """A plan that spends the target, and the price that leads to it."""

    price: float
    plan: FloatArray
    value: FloatArray
    """(channel,), of the plan; where a channel is between two amounts, on the line between them."""
    ends: tuple[FloatArray, FloatArray]
    """What is taken just above the price and at it; they differ where a channel jumps."""


@dataclass(slots=True)
class _Side:
    price: float
    plan: FloatArray
    value: FloatArray
    excess: float
    """What is taken beyond the target."""
    weight: float
    """`excess` as the secant sees it: an end that stays weighs less and less."""


def clear(demand: Demand, target: float, guess: float) -> Cleared:
    """Find the highest price at which demand is at least the target, and fill the target exactly.

    Parameters
    ----------
    demand : callable
        No channel takes more where the price is higher. The sum is at least the target at minus infinity
        and at most the target at infinity.
    guess : float
        Where to look first, not 0.
    """
    cheap, dear = _bracket(demand, target, guess)
    price, side, close = cheap.price, 0, EXACT * abs(target)
    for step in range(MAX_STEPS):
        middle = _next(cheap, dear, step)
        if not cheap.price < middle < dear.price or _is_zero(cheap, dear):
            break
        found = _side(demand, middle, target)
        if abs(found.excess) <= close:
            cheap = dear = found
            price = middle
            break
        is_end = min(abs(found.excess - cheap.excess), abs(found.excess - dear.excess)) <= close
        if is_end and middle == _crossing(cheap, dear):
            price = middle
            break
        if found.excess > 0:
            if side == 1:
                dear.weight /= 2  # Illinois
            cheap, side, price = found, 1, middle
        else:
            if side == -1:
                cheap.weight /= 2
            dear, side = found, -1
    plan, value = _filled(cheap, dear, target)
    return Cleared(price=price, plan=plan, value=value, ends=(dear.plan, cheap.plan))


def taken(price: float, plan: FloatArray, value: FloatArray) -> Cleared:
    """Give a plan that is taken whole at a price."""
    return Cleared(price=price, plan=plan, value=value, ends=(plan, plan))


def _side(demand: Demand, price: float, target: float) -> _Side:
    plan, value = demand(price)
    excess = float(plan.sum()) - target
    return _Side(price=price, plan=plan, value=value, excess=excess, weight=excess)


def _bracket(demand: Demand, target: float, guess: float) -> tuple[_Side, _Side]:
    """Walk from the guess in growing steps until demand lies on both sides of the target."""
    if guess < 0:
        return _around(demand, target, guess)
    found, factor = _side(demand, guess, target), 1.05
    if found.excess >= 0:
        while True:
            price = found.price * factor
            after = _side(demand, price if price < _LARGEST else np.inf, target)
            if after.excess < 0 or not np.isfinite(after.price):
                return found, after
            found, factor = after, factor**2 if factor < 1e100 else factor
    while True:
        price = found.price / factor
        if price < _SMALLEST:
            return _below_zero(demand, target, found, guess)
        before = _side(demand, price, target)
        if before.excess >= 0:
            return before, found
        found, factor = before, factor**2 if factor < 1e100 else factor


def _around(demand: Demand, target: float, guess: float) -> tuple[_Side, _Side]:
    """Walk away from a price below zero, where spending is paid for, in growing steps of equal size."""
    found, step = _side(demand, guess, target), 0.02 * abs(guess)
    while True:
        away = step if found.excess >= 0 else -step
        price = found.price + away
        after = _side(demand, price if abs(price) < _LARGEST else float(np.copysign(np.inf, away)), target)
        if (after.excess >= 0) != (found.excess >= 0) or not np.isfinite(after.price):
            return (found, after) if away > 0 else (after, found)
        found, step = after, step * 4


def _below_zero(demand: Demand, target: float, above: _Side, guess: float) -> tuple[_Side, _Side]:
    """Look at a price of zero, then at prices that pay for spending."""
    price, size = 0.0, guess
    while True:
        found = _side(demand, price if price > -_LARGEST else -np.inf, target)
        if found.excess >= 0 or not np.isfinite(found.price):
            return found, above
        above = found
        price, size = (-_SMALLEST, size) if price == 0 else (-size, size * 4)


def _is_zero(cheap: _Side, dear: _Side) -> bool:
    return cheap.price <= 0 and dear.price - cheap.price <= _SMALLEST


def _crossing(cheap: _Side, dear: _Side) -> float:
    """Give the price at which what is taken at both ends is worth the same."""
    amount = cheap.excess - dear.excess
    value = float(cheap.value.sum() - dear.value.sum())
    return value / amount if amount > 0 and np.isfinite(value) else np.nan


def _next(cheap: _Side, dear: _Side, step: int) -> float:
    """Give the next price to try: where the lines cross, a secant's, or a middle one."""
    if step % 2 == 0:
        crossing = _crossing(cheap, dear)
        if cheap.price < crossing < dear.price:
            return crossing
    return _between(cheap, dear, step // 2)


def _between(cheap: _Side, dear: _Side, step: int) -> float:
    """Give a secant's price, in logarithms where both ends are above zero, or the middle."""
    if not (np.isfinite(cheap.price) and np.isfinite(dear.price)):
        low = max(cheap.price, -_LARGEST)
        high = min(dear.price, _LARGEST)
        return 2.0 * low if low > 0 and np.isinf(dear.price) and 2.0 * low < high else 0.5 * (low + high)
    if cheap.price == 0 < dear.price:
        return dear.price * 1e-3 if dear.price > _SMALLEST else 0.0
    weight = 0.5
    if step % 3 != 2 and cheap.weight > 0 > dear.weight:
        weight = cheap.weight / (cheap.weight - dear.weight)
    if cheap.price <= 0:
        return cheap.price + weight * (dear.price - cheap.price)
    low, high = np.log(cheap.price), np.log(dear.price)
    middle = float(np.exp(low + weight * (high - low)))
    if not cheap.price < middle < dear.price:
        middle = 0.5 * (cheap.price + dear.price)
    return middle


def _filled(more: _Side, less: _Side, target: float) -> tuple[FloatArray, FloatArray]:
    """Move channels from `less` to `more` one after the other until the target is met to rounding."""
    if more is less:
        return more.plan.copy(), more.value.copy()
    room = np.maximum(more.plan - less.plan, 0.0)
    missing = max(target - float(less.plan.sum()), 0.0)
    before = np.concatenate([[0.0], np.cumsum(room)[:-1]])
    moved = np.clip(missing - before, 0.0, room)
    share = np.where(room > 0, moved / np.where(room > 0, room, 1.0), 0.0)
    with np.errstate(invalid="ignore"):
        value = np.where(share > 0, (1 - share) * less.value + share * more.value, less.value)
    return less.plan + moved, value
