"""The price at which demand meets an amount of money."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
MAX_STEPS = 400
EXACT = 1e-14
"""Share of the target by which demand may miss it and still count as equal."""
_LARGEST, _SMALLEST = 1e280, 1e-280


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """A plan that spends the target, and the price that leads to it."""

    price: float
    plan: FloatArray
    ends: tuple[FloatArray, FloatArray]
    """What is taken just above the price and at it; they differ where a channel jumps."""


@dataclass(slots=True)
class _Side:
    price: float
    plan: FloatArray
    excess: float


def clear(demand: Callable[[float], FloatArray], target: float, guess: float) -> Cleared:
    """Find the highest price at which demand is at least the target, and fill the target exactly.

    Parameters
    ----------
    demand : callable
        Of a price: what each channel takes, no more where the price is higher. Its sum is at least the
        target at minus infinity and at most the target at infinity.
    guess : float
        Where to look first, above 0.
    """
    cheap, dear = _bracket(demand, target, guess)
    side = 0
    for step in range(MAX_STEPS):
        middle = _between(cheap, dear, step)
        if not cheap.price < middle < dear.price or _is_zero(cheap, dear):
            break
        found = _side(demand, middle, target)
        if abs(found.excess) <= EXACT * abs(target):
            cheap = dear = found
            break
        if found.excess > 0:
            if side == 1:
                dear.excess /= 2  # Illinois: an end that stays weighs half
            cheap, side = found, 1
        else:
            if side == -1:
                cheap.excess /= 2
            dear, side = found, -1
    return Cleared(
        price=cheap.price, plan=_filled(cheap.plan, dear.plan, target), ends=(dear.plan, cheap.plan)
    )


def _side(demand: Callable[[float], FloatArray], price: float, target: float) -> _Side:
    plan = demand(price)
    return _Side(price=price, plan=plan, excess=float(plan.sum()) - target)


def _bracket(demand: Callable[[float], FloatArray], target: float, guess: float) -> tuple[_Side, _Side]:
    """Walk from the guess in growing steps until demand lies on both sides of the target."""
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


def _below_zero(
    demand: Callable[[float], FloatArray], target: float, above: _Side, guess: float
) -> tuple[_Side, _Side]:
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


def _between(cheap: _Side, dear: _Side, step: int) -> float:
    """Give the next price: a secant's, in logarithms where both ends are above zero, or the middle."""
    if not (np.isfinite(cheap.price) and np.isfinite(dear.price)):
        low = max(cheap.price, -_LARGEST)
        high = min(dear.price, _LARGEST)
        return 2.0 * low if low > 0 and np.isinf(dear.price) and 2.0 * low < high else 0.5 * (low + high)
    if cheap.price <= 0 <= dear.price and dear.price > 0 and cheap.price == 0:
        return dear.price * 1e-3 if dear.price > _SMALLEST else 0.0
    if cheap.price <= 0:
        return 0.5 * (cheap.price + dear.price)
    low, high = np.log(cheap.price), np.log(dear.price)
    weight = 0.5
    if step % 3 != 2 and cheap.excess > 0 > dear.excess:
        weight = cheap.excess / (cheap.excess - dear.excess)
    middle = float(np.exp(low + weight * (high - low)))
    if not cheap.price < middle < dear.price:
        middle = 0.5 * (cheap.price + dear.price)
    return middle


def _filled(more: FloatArray, less: FloatArray, target: float) -> FloatArray:
    """Move channels from `less` to `more` one after the other until the target is met to rounding."""
    if more is less:
        plan = more.copy()
    else:
        room = np.maximum(more - less, 0.0)
        missing = max(target - float(less.sum()), 0.0)
        before = np.concatenate([[0.0], np.cumsum(room)[:-1]])
        plan = less + np.clip(missing - before, 0.0, room)
    return plan
