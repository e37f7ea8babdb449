"""The answer to a problem file: plan, bound, gap, prices of what binds."""

import time
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.branching import Proven, prove
from mmm.allocation.crossing import CrossingMarket
from mmm.allocation.curve_set import CurveSet, curve_set
from mmm.allocation.markets import market_of
from mmm.allocation.problem_file import FileProblem
from mmm.allocation.stepped import RestrictedMarket, Stepped, stepped
from mmm.errors import InfeasibleBudgetError

FloatArray = NDArray[np.float64]
Status = Literal["optimal", "feasible_with_gap", "no_certificate"]
TOLERANCE = 1e-10
"""Gap at which the search stops, as a share of the bound."""
OPTIMAL = 1e-6
"""Largest gap that is still called optimal, as a share of the bound."""
MAX_NODES, MAX_CROSSING_NODES = 600, 60
AT_LIMIT = 1e-9
"""Share of the total: an amount or a sum this close to a limit is at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnswer:
    """What `mmm allocate` writes."""

    status: Status
    """`optimal` (gap at most a millionth of the bound), `feasible_with_gap`, `no_certificate`."""
    objective: float
    bound: float | None
    """What no plan within the limits exceeds, rounding or not."""
    gap: float | None
    """Bound minus objective."""
    allocation: dict[str, float]
    multiplier: float
    """What one more unit of the total brings."""
    shadow_prices: dict[str, float]
    """Limit that binds: what one unit of relief brings."""
    binding: list[str]
    seconds: float
    remainder: str | None = None
    """Channel that takes the odd remainder; only with `round_to`."""

    def written(self) -> dict[str, Any]:
        """Give the answer as JSON's own types."""
        names = ["status", "objective", "bound", "gap", "allocation", "multiplier", "shadow_prices"]
        found = {name: getattr(self, name) for name in [*names, "binding", "seconds"]}
        return found if self.remainder is None else found | {"remainder": self.remainder}


def answer(problem: FileProblem) -> FileAnswer:
    """Find the best plan of a problem file and prove how good it is.

    Raises
    ------
    InfeasibleBudgetError
        No plan in multiples of `round_to` meets the limits.
    """
    started = time.perf_counter()
    limits = problem.limits
    curves = curve_set([channel.curve for channel in problem.channels])
    box = limits.lower, np.minimum(np.maximum(limits.lower, limits.upper), limits.total)
    free = _search(problem, curves, box, _typical_price(curves, *box))
    if free is None:
        raise RuntimeError(f"the search found no plan of a problem that has one: {problem}")
    free = _not_worse_than_today(problem, curves, free)
    prices = _prices(problem, curves, free)
    found, odd = (free, None) if problem.round_to is None else _in_units(problem, curves, box, free)
    bound = max(found.bound, found.value)
    names = [channel.name for channel in problem.channels]
    return FileAnswer(
        status="optimal" if bound - found.value <= OPTIMAL * abs(bound) else "feasible_with_gap",
        objective=found.value,
        bound=bound,
        gap=bound - found.value,
        allocation=dict(zip(names, found.plan.tolist(), strict=True)),
        multiplier=float(free.relaxation.limit_price[-1]),
        shadow_prices=prices,
        binding=list(prices),
        seconds=time.perf_counter() - started,
        remainder=None if odd is None else names[odd],
    )


def _search(
    problem: FileProblem, curves: CurveSet | Stepped, box: tuple[FloatArray, FloatArray], guess: float
) -> Proven | None:
    """Prove the best plan over amounts, or over whole units where the curves are stepped."""
    market = market_of(curves, *_rows(problem))
    is_slow = isinstance(market, CrossingMarket)
    if isinstance(curves, Stepped):
        market = RestrictedMarket(market=market, curves=curves)
    return prove(
        market,
        box,
        tolerance=TOLERANCE,
        max_nodes=MAX_CROSSING_NODES if is_slow else MAX_NODES,
        guess=guess,
        twins=None if isinstance(curves, Stepped) else _twins(problem),
    )


def _in_units(
    problem: FileProblem, curves: CurveSet, box: tuple[FloatArray, FloatArray], free: Proven
) -> tuple[Proven, int | None]:
    """Find the best plan in multiples of `round_to`, and the channel that takes the odd remainder."""
    unit = problem.round_to or 1.0
    whole, odd = stepped(curves, box, problem.total if problem.is_spent else None, unit)
    price = abs(float(free.relaxation.limit_price[-1]))
    found = _search(problem, whole, box, price if price > 0 else 1.0)
    if found is None or not np.isfinite(found.value):
        raise InfeasibleBudgetError(
            "round_to",
            [
                f"no plan in multiples of {problem.limits.written(unit)} was found within the limits: "
                "give a smaller unit, or limits that are multiples of it"
            ],
        )
    digits = max(0, 9 - int(np.floor(np.log10(unit))))
    units = np.round(np.round(found.plan / unit) * unit, digits)
    plan = np.where(whole.is_stepped, units, found.plan)
    if odd is not None:
        plan[odd] = 0.0
        plan[odd] = problem.limits.total - float(plan.sum())
    return replace(found, plan=plan, value=float(curves.value(plan).sum())), odd


def _rows(problem: FileProblem) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give membership (group, channel), least and most of every group, the total last."""
    names, total = [channel.name for channel in problem.channels], problem.limits.total
    rows = [[float(name in set(group.channels)) for name in names] for group in problem.groups]
    low = [group.lower for group in problem.groups]
    high = [np.inf if group.upper is None else group.upper for group in problem.groups]
    return (
        np.array([*rows, [1.0] * len(names)]),
        np.array([*low, total if problem.is_spent else -np.inf]),
        np.array([*high, total]),
    )


def _typical_price(curves: CurveSet, low: FloatArray, high: FloatArray) -> float:
    """Give a price of the right size: what the channels' ranges bring per unit of money."""
    width = float((high - low).sum())
    rise = float((curves.value(high) - curves.value(low)).sum())
    return rise / width if width > 0 and rise > 0 else 1.0


def _twins(problem: FileProblem) -> NDArray[np.intp]:
    """Number channels so that interchangeable ones share a number."""
    member_of = {
        channel.name: tuple(g.name for g in problem.groups if channel.name in g.channels)
        for channel in problem.channels
    }
    keys = [(c.curve.model_dump_json(), c.lower, c.upper, member_of[c.name]) for c in problem.channels]
    number = {key: k for k, key in enumerate(dict.fromkeys(keys))}
    return np.array([number[key] for key in keys], dtype=np.intp)


def _not_worse_than_today(problem: FileProblem, curves: CurveSet, found: Proven) -> Proven:
    """Keep today's plan where it is allowed and the search, stopped early, has not beaten it."""
    current = [channel.current for channel in problem.channels]
    if None in current or found.bound <= found.value:
        return found
    today = np.array(current, dtype=float)
    value = float(curves.value(today).sum())
    limits, slack = problem.limits, AT_LIMIT * problem.limits.total
    rows, least, most = _rows(problem)
    sums = rows @ today
    is_allowed = (
        (today >= limits.lower - slack).all()
        and (today <= limits.upper + slack).all()
        and (sums >= least - slack).all()
        and (sums <= most + slack).all()
    )
    return replace(found, plan=today, value=value) if is_allowed and value > found.value else found


def _prices(problem: FileProblem, curves: CurveSet, found: Proven) -> dict[str, float]:
    """Price the total and every limit that the plan touches, by name."""
    limits, near = problem.limits, AT_LIMIT * problem.limits.total
    price, plan = found.relaxation.price, found.plan
    slope = curves.slope(plan)
    prices: dict[str, float] = {}
    multiplier = float(found.relaxation.limit_price[-1])
    if problem.total is not None and abs(plan.sum() - limits.total) <= near:
        prices["total"] = multiplier
    group_price = found.relaxation.limit_price
    rows, least, most = _rows(problem)
    for k, group in enumerate(problem.groups):
        spent = float(rows[k] @ plan)
        if spent >= most[k] - near:
            prices[f"groups.{group.name}.upper"] = max(float(group_price[k]), 0.0)
        if spent <= least[k] + near and least[k] > 0:
            prices[f"groups.{group.name}.lower"] = max(-float(group_price[k]), 0.0)
    for k, channel in enumerate(problem.channels):
        if channel.upper is not None and plan[k] >= channel.upper - near:
            prices[f"channels.{channel.name}.upper"] = max(float(slope[k] - price[k]), 0.0)
        if plan[k] <= channel.lower + near:
            prices[f"channels.{channel.name}.lower"] = max(float(price[k] - slope[k]), 0.0)
    return prices
