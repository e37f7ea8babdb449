"""Limits on sums of channels that nest: one price per limit decides who gets what.

With a price q on money each channel takes the amount where its value minus q
times its amount is highest. Demand falls as q rises, so the price that meets a
limit is found by bisection; within a group whose limit binds, the group's own
price replaces q. This is the Lagrangian dual: whatever the prices, and
S-shaped curves or not, no plan within the limits exceeds its value.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.curve_kinds import Curves
from mmm.allocation.pricing import Cleared, Demand, clear, taken

FloatArray = NDArray[np.float64]
Members = NDArray[np.intp]
SLACK = 1e-12
"""Share of the money at stake by which a sum may miss a limit before there is no plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Least and most that some channels spend together."""

    place: int
    """Among the groups as given."""
    members: Members
    low: float
    high: float
    inner: tuple[tuple[int, Members], ...]
    """Earlier limits on some of these channels: place, and which of `members` they are, inner ones first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """The best mixture of plans, its price, and what no plan exceeds."""

    bound: float
    plan: FloatArray
    """(channel,), within the limits."""
    ends: tuple[FloatArray, FloatArray]
    """Two amounts per channel that are both best at its price; the plan lies between them."""
    price: FloatArray
    """(channel,), of one more unit of money on the channel, its own bounds aside."""
    limit_price: FloatArray
    """(group,), as given: positive where the most binds, negative where the least does; the total's last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Solved:
    """How one limit changes what its channels take."""

    ceiling: Cleared | None
    """Below its price the channels would take more than the limit's most."""
    floor: Cleared | None
    """Above its price they would take less than its least."""


def nest(groups: list[tuple[Members, float, float]], n_channels: int) -> tuple[Limit, ...] | None:
    """Order limits so that inner ones come first; None when two overlap without one holding the other.

    The last group given must hold every channel: the total.
    """
    order = [*sorted(range(len(groups) - 1), key=lambda g: len(groups[g][0])), len(groups) - 1]
    inside = np.zeros((len(order), n_channels), dtype=bool)
    for k, place in enumerate(order):
        inside[k, groups[place][0]] = True
    found = []
    for k, place in enumerate(order):
        shared = (inside[:k] & inside[k]).sum(axis=1)
        held = shared == inside[:k].sum(axis=1)
        if (~held & (shared > 0)).any():
            return None
        own = np.flatnonzero(inside[k])
        inner = tuple((int(i), np.flatnonzero(inside[i][own])) for i in np.flatnonzero(held))
        found.append(
            Limit(place=place, members=own, low=groups[place][1], high=groups[place][2], inner=inner)
        )
    return tuple(found)


def _capped(demand: Demand, limit: float, ends: tuple[FloatArray, FloatArray], guess: float) -> Cleared:
    """Find the price that brings demand down to a limit.

    Where the least is the limit already, every price high enough does; the first such one is taken.
    """
    least, most = ends
    target = min(limit, float(most.sum()))
    slack = SLACK * max(1e-300, float(np.abs(most).sum()))
    if least.sum() < target - slack:
        return clear(demand, target, guess)
    above = clear(demand, min(target + 2 * slack, float(most.sum())), guess)
    plan, value = demand(np.inf)
    return Cleared(price=above.price, plan=plan, value=value, ends=(plan, above.ends[1]))


class NestedMarket:
    """Curves under nested limits, ready to be priced over any box of amounts."""

    def __init__(self, curves: Curves, limits: tuple[Limit, ...]) -> None:
        self.curves, self.limits = curves, limits
        self.parts = [curves.part(limit.members) for limit in limits]

    def relax(self, low: FloatArray, high: FloatArray, guess: float = 1.0) -> Relaxation | None:
        """Solve the dual over a box of amounts; None when the box holds no plan.

        Parameters
        ----------
        low, high : ndarray of shape (channel,)
            The box.
        guess : float
            A price near the answer, not 0: it saves time only.
        """
        high = self._settled(low, high)
        solved: list[_Solved] = []
        for place in range(len(self.limits) - 1):
            found = self._solve(place, solved, low, high, guess)
            if found is None:
                return None
            solved.append(found)
        return self._total(solved, low, high, guess)

    def _settled(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """Lower the box to its least where a limit leaves its channels nothing more."""
        found = high.copy()
        for limit in self.limits:
            least, reach = low[limit.members].sum(), np.abs(found[limit.members]).sum()
            if least >= limit.high - SLACK * reach:
                found[limit.members] = low[limit.members]
        return found

    def _solve(
        self, place: int, solved: list[_Solved], low: FloatArray, high: FloatArray, guess: float
    ) -> _Solved | None:
        limit = self.limits[place]
        least, most = (self._demand(place, q, solved, low, high)[0] for q in (np.inf, -np.inf))
        slack = SLACK * max(1e-300, float(np.abs(most).sum()))
        if least.sum() > limit.high + slack or most.sum() < limit.low - slack:
            return None

        def demand(q: float) -> tuple[FloatArray, FloatArray]:
            return self._demand(place, q, solved, low, high)

        return _Solved(
            ceiling=_capped(demand, limit.high, (least, most), guess)
            if most.sum() > limit.high + slack
            else None,
            floor=clear(demand, min(limit.low, float(most.sum())), guess)
            if least.sum() < limit.low - slack
            else None,
        )

    def _total(
        self, solved: list[_Solved], low: FloatArray, high: FloatArray, guess: float
    ) -> Relaxation | None:
        limit, place = self.limits[-1], len(self.limits) - 1

        def demand(q: float) -> tuple[FloatArray, FloatArray]:
            return self._demand(place, q, solved, low, high)

        least, most = demand(np.inf)[0], demand(-np.inf)[0]
        slack = SLACK * max(1e-300, float(np.abs(most).sum()))
        if least.sum() > limit.high + slack or most.sum() < limit.low - slack:
            return None
        if limit.low < limit.high:
            free, value = demand(0.0)
            if free.sum() <= limit.high:
                return self._relaxation(taken(0.0, free, value), solved, low, high)
        if most.sum() - least.sum() <= slack:
            return self._relaxation(taken(guess, *demand(-np.inf)), solved, low, high)
        return self._relaxation(_capped(demand, limit.high, (least, most), guess), solved, low, high)

    def _demand(
        self, place: int, q: float, solved: list[_Solved], low: FloatArray, high: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Give what a limit's channels take at a price, their inner limits met, and what it is worth."""
        limit = self.limits[place]
        price, entering = self._prices(place, q, solved)
        curves = self.parts[place]
        amount = curves.best(price, low[limit.members], high[limit.members])
        value = curves.value(amount)
        for i, where in limit.inner:
            own = solved[i]
            if own.ceiling is not None and entering[i] < own.ceiling.price:
                amount[where], value[where] = own.ceiling.plan, own.ceiling.value
            elif own.floor is not None and entering[i] > own.floor.price:
                amount[where], value[where] = own.floor.plan, own.floor.value
        return amount, value

    def _prices(self, place: int, q: float, solved: list[_Solved]) -> tuple[FloatArray, dict[int, float]]:
        """Give each channel's price, and the price that enters each inner limit."""
        limit = self.limits[place]
        price = np.full(len(limit.members), q)
        entering: dict[int, float] = {}
        for i, where in reversed(limit.inner):
            own, q_in = solved[i], float(price[where[0]])
            entering[i] = q_in
            lowest = own.ceiling.price if own.ceiling is not None else -np.inf
            highest = own.floor.price if own.floor is not None else np.inf
            price[where] = min(max(q_in, lowest), highest)
        return price, entering

    def _relaxation(
        self, cleared: Cleared, solved: list[_Solved], low: FloatArray, high: FloatArray
    ) -> Relaxation:
        place = len(self.limits) - 1
        price, entering = self._prices(place, cleared.price, solved)
        limit_price = np.zeros(len(self.limits))
        limit_price[-1] = cleared.price
        bound = cleared.price * self.limits[-1].high if cleared.price else 0.0
        ends = [end.copy() for end in cleared.ends]
        for i, where in reversed(self.limits[-1].inner):  # inner ones last: theirs are the ends that count
            own, q = solved[i], entering[i]
            for binding, amount, is_binding in (
                (own.ceiling, self.limits[i].high, own.ceiling is not None and q < own.ceiling.price),
                (own.floor, self.limits[i].low, own.floor is not None and q > own.floor.price),
            ):
                if binding is not None and is_binding:
                    limit_price[self.limits[i].place] = binding.price - q
                    bound += (binding.price - q) * amount
                    for end, other in zip(ends, binding.ends, strict=True):
                        end[where] = other
        best = self.curves.best(price, low, high)
        with np.errstate(invalid="ignore"):
            worth = self.curves.value(best) - np.where(best == 0, 0.0, price * best)
        return Relaxation(
            bound=bound + float(worth.sum()),
            plan=np.clip(cleared.plan, low, high),
            ends=(ends[0], ends[1]),
            price=price,
            limit_price=limit_price,
        )
