"""Limits that overlap without nesting: the dual by a linear program over amounts that are tried.

Each channel mixes amounts that were tried; the program's prices say which
amounts to try next. Whatever the prices, the value of the dual at them is
computed from the curves themselves, so it bounds every plan of the box.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from mmm.allocation.curve_kinds import Curves
from mmm.allocation.nested import Relaxation

FloatArray = NDArray[np.float64]
MAX_ROUNDS = 60
TOLERANCE = 1e-11
FIRST_PRICES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Of the price guessed: what channels take at these is tried first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mixture:
    """The program's answer: weights of tried amounts, and the price of each limit."""

    plan: FloatArray
    ends: tuple[FloatArray, FloatArray]
    limit_price: FloatArray


class CrossingMarket:
    """Curves under any limits on sums; see `NestedMarket` for those that nest, which is faster."""

    def __init__(self, curves: Curves, rows: FloatArray, low: FloatArray, high: FloatArray) -> None:
        """Take limits `low <= rows @ amounts <= high`; rows (limit, channel), the total last."""
        self.curves, self.rows, self.low, self.high = curves, rows, low, high

    def relax(self, low: FloatArray, high: FloatArray, guess: float = 1.0) -> Relaxation | None:
        """Solve the dual over a box of amounts; None when the box holds no plan."""
        prices = guess * np.array(FIRST_PRICES)
        tried = [low, high, *(self.curves.best(np.full(len(low), price), low, high) for price in prices)]
        bound, best = np.inf, None
        for _ in range(MAX_ROUNDS):
            mixture = self._mix(np.stack(tried))
            if mixture is None:
                return None
            price = mixture.limit_price @ self.rows
            wanted = self.curves.best(price, low, high)
            value = self._dual(mixture.limit_price, price, wanted)
            reached = float(self.curves.value(mixture.plan).sum())
            if value < bound or best is None:
                bound, best = value, mixture
            elif mixture.plan is not best.plan and reached > float(self.curves.value(best.plan).sum()):
                best = mixture
            if bound - reached <= TOLERANCE * abs(bound) or self._is_known(tried, wanted):
                best = mixture
                break
            tried.append(wanted)
        if best is None:
            return None
        return Relaxation(
            bound=bound,
            plan=np.clip(best.plan, low, high),
            ends=best.ends,
            price=best.limit_price @ self.rows,
            limit_price=best.limit_price,
        )

    def _dual(self, limit_price: FloatArray, price: FloatArray, wanted: FloatArray) -> float:
        """Give the value of the dual at some prices, computed from the curves."""
        limits = np.where(limit_price > 0, self.high, self.low)
        paid = np.where(limit_price == 0, 0.0, limit_price * np.where(limit_price == 0, 0.0, limits))
        return float((self.curves.value(wanted) - price * wanted).sum() + paid.sum())

    @staticmethod
    def _is_known(tried: list[FloatArray], wanted: FloatArray) -> bool:
        size = 1e-13 * max(float(np.abs(wanted).max()), 1e-300)
        return bool((np.abs(np.stack(tried) - wanted).min(axis=0) <= size).all())

    def _mix(self, tried: FloatArray) -> _Mixture | None:
        """Solve the program over tried amounts (round, channel), in units of their own size."""
        n_tried, n = tried.shape
        unit = max(float(np.abs(tried).max()), 1e-300)
        value = np.stack([self.curves.value(row) for row in tried])
        size = max(float(np.abs(value).max()), 1e-300)
        owner = np.tile(np.arange(n), n_tried)
        columns = np.arange(n_tried * n)
        one_each = csr_array((np.ones(len(columns)), (owner, columns)), shape=(n, len(columns)))
        sums = csr_array(self.rows[:, owner] * (tried.ravel() / unit))
        is_equal = self.low == self.high
        has_high = ~is_equal & np.isfinite(self.high)
        has_low = ~is_equal & np.isfinite(self.low)
        solution = linprog(
            -value.ravel() / size,
            A_eq=vstack([one_each, sums[is_equal]]),
            b_eq=np.concatenate([np.ones(n), self.high[is_equal] / unit]),
            A_ub=vstack([sums[has_high], -sums[has_low]]) if (has_high | has_low).any() else None,
            b_ub=np.concatenate([self.high[has_high], -self.low[has_low]]) / unit
            if (has_high | has_low).any()
            else None,
            method="highs-ds",
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        if solution.x is None:
            return None
        limit_price = np.zeros(len(self.rows))
        limit_price[is_equal] = -solution.eqlin.marginals[n:]
        if (has_high | has_low).any():
            over = -solution.ineqlin.marginals
            np.add.at(limit_price, np.flatnonzero(has_high), over[: has_high.sum()])
            np.add.at(limit_price, np.flatnonzero(has_low), -over[has_high.sum() :])
        weight = np.asarray(solution.x).reshape(n_tried, n)
        used = weight > 1e-9
        return _Mixture(
            plan=(weight * tried).sum(axis=0),
            ends=(np.where(used, tried, np.inf).min(axis=0), np.where(used, tried, -np.inf).max(axis=0)),
            limit_price=limit_price * size / unit,
        )
