"""The tables of a budget decision, from one call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from mmm.allocation.charted import Charted, OwnBest, charted, own_best
from mmm.allocation.compared import compared_plans
from mmm.allocation.fitted import grid_response, response_draws
from mmm.allocation.frontier import FrontierPoint, frontier
from mmm.allocation.geo_tables import geo_allocation_table, geo_gain, geo_schedule_table
from mmm.allocation.geography import geo_splits
from mmm.allocation.grid import GridResponse
from mmm.allocation.information import value_of_tests
from mmm.allocation.judgement import (
    Spread,
    chance,
    extrapolates,
    move_gains,
    regrets,
    spread,
)
from mmm.allocation.problem import BudgetProblem
from mmm.allocation.response import ResponseDraws
from mmm.allocation.risk import weigh_risk
from mmm.allocation.schedule import (
    Schedule,
    chosen_schedule,
    given_schedule,
    schedule_table,
)
from mmm.allocation.shadow_prices import shadow_prices
from mmm.allocation.solver import Allocation
from mmm.allocation.targets import answer_to
from mmm.params import RunParams
from mmm.records import TABLES

if TYPE_CHECKING:
    from mmm.inference import Fit

FloatArray = NDArray[np.float64]
Row = tuple[str, str, float, float, float]
"""quantity, subject, value, lower, upper."""
LEVELS = ("strategic", "tactical", "operational")
OBJECTIVES = ("acquisition", "retention", "brand")
ALL = "all"
PLAN = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationResult:
    """A budget question, its answer, and everything that is published about it."""

    problem: BudgetProblem
    allocation: Allocation
    response: ResponseDraws
    tables: Mapping[str, pd.DataFrame]
    """By name: those of `mmm.records.TABLES` that a budget decision publishes."""
    labels: Mapping[str, Mapping[str, Mapping[str, str]]]
    """`channels` and `outcome`: name: language: words."""


def allocation_tables(
    params: RunParams, fit: "Fit", panel: xr.Dataset, plan: xr.Dataset | None
) -> AllocationResult:
    """Answer the budget question of the params and lay the answer out in tables.

    Raises
    ------
    InfeasibleBudgetError
        The limits conflict; every conflict is named with its size.
    UserInputError
        The outcome has no value in money, or the plan is shorter than the horizon.
    """
    asked = params.allocation
    response = response_draws(fit, panel, plan, params)
    is_chosen = asked is not None and asked.timing == "chosen"
    found = decide(params, response, grid_response(fit, response) if is_chosen else None)
    if asked is None or asked.geography == "given":
        return found
    splits = geo_splits(fit, panel, plan, params, (response, found.allocation))
    rows = [
        _spread_row(name, PLAN, value) if isinstance(value, Spread) else _row(name, PLAN, value)
        for name, value in geo_gain(splits)
    ]
    summary = pd.concat([found.tables["allocation_summary"], _long(rows)], ignore_index=True)
    period = horizon(response, params.calendar.frequency)
    by_geo = {
        "allocation_summary": summary,
        "allocation_by_geo": geo_allocation_table(splits, period),
        "schedule_by_geo": geo_schedule_table(splits),
    }
    return replace(found, tables={**found.tables, **by_geo})


def decide(params: RunParams, response: ResponseDraws, grid: GridResponse | None = None) -> AllocationResult:
    """Answer the budget question of the params for given response draws.

    `grid` is what spend in each period brings; without it timing is given by the plan.
    """
    problem, allocation = answer_to(params, response)
    risk = params.allocation.risk if params.allocation else None
    if risk is not None:
        allocation = weigh_risk(problem, response, allocation, risk)
    points = frontier(params, response, (problem, allocation))
    schedule = (
        given_schedule(response, allocation)
        if grid is None or params.allocation is None
        else chosen_schedule(problem, response, allocation, grid, params.allocation.period_change)
    )
    chart = charted(problem, response)
    own = own_best(problem, chart)
    tables = {
        "allocation": allocation_table(
            problem, response, allocation, horizon(response, params.calendar.frequency)
        ),
        "allocation_summary": _long([*_summary(problem, response, allocation), *_timing(schedule)]),
        "plans": _long(_plans(problem, response, allocation, own)),
        "optimum": optimum_table(problem, allocation, own),
        "frontier": _long(row for point in points for row in _frontier(point)),
        "shadow_prices": _long(_prices(problem, response, allocation)),
        "matrix": matrix(params, problem, response, allocation),
        "schedule": schedule_table(response, schedule),
        "value_of_information": tests_table(params, problem, response, allocation, chart),
    }
    return AllocationResult(
        problem=problem, allocation=allocation, response=response, tables=tables, labels=_labels(params)
    )


def allocation_table(
    problem: BudgetProblem, response: ResponseDraws, allocation: Allocation, period: str
) -> pd.DataFrame:
    """Tabulate today's and the recommended spend of every channel, with the gain of each move.

    `p_gain` is unknown where nothing moves. `period` names the horizon (see `horizon`).
    """
    gains = move_gains(response, problem.current, allocation.spend)
    p05, p95 = np.quantile(gains, [0.05, 0.95], axis=0)
    delta = np.round(allocation.spend - problem.current, 2)
    table = pd.DataFrame(
        {
            "geo": ALL,
            "channel": list(problem.channels),
            "period": period,
            "current": problem.current,
            "recommended": allocation.spend,
            "lower": problem.lower,
            "upper": problem.upper,
            "delta": delta,
            "gain_mean": gains.mean(axis=0),
            "gain_p05": p05,
            "gain_p95": p95,
            "p_gain": np.where(delta == 0, np.nan, (gains > 0).mean(axis=0)),
            "extrapolates": extrapolates(response, allocation.spend),
        }
    )
    return table[list(TABLES["allocation"])]


def optimum_table(problem: BudgetProblem, allocation: Allocation, own: OwnBest) -> pd.DataFrame:
    """Tabulate what each draw alone would spend on every channel: how sure the optimum itself is.

    `p_more` and `p_less` are shares of draws that would spend more or less than today's plan, by more
    than a hundredth of what the limits allow to move.
    """
    spend = own.spend[np.isfinite(own.profit)]
    if not len(spend):
        spend = allocation.spend[None]
    room = 0.01 * (problem.upper - problem.lower)
    p05, p50, p95 = np.quantile(spend, [0.05, 0.5, 0.95], axis=0)
    table = pd.DataFrame(
        {
            "geo": ALL,
            "channel": list(problem.channels),
            "current": problem.current,
            "recommended": allocation.spend,
            "p05": np.round(p05, 2),
            "p50": np.round(p50, 2),
            "p95": np.round(p95, 2),
            "p_more": (spend > problem.current + room).mean(axis=0),
            "p_less": (spend < problem.current - room).mean(axis=0),
        }
    )
    return table[list(TABLES["optimum"])]


def horizon(response: ResponseDraws, frequency: str) -> str:
    """Write the horizon's first and last day as an ISO interval, `2026-09-28/2026-12-27`."""
    last = response.periods[-1].astype("datetime64[D]")
    if frequency in {"daily", "weekly"}:
        end = last + np.timedelta64(6 if frequency == "weekly" else 0, "D")
    else:
        month = last.astype("datetime64[M]")
        following = month + np.timedelta64(1 if frequency == "monthly" else 12, "M")
        end = (
            following.astype("datetime64[D]")
            + (last - month.astype("datetime64[D]"))
            - np.timedelta64(1, "D")
        )
    return f"{response.periods[0]}/{end}"


def matrix(
    params: RunParams, problem: BudgetProblem, response: ResponseDraws, allocation: Allocation
) -> pd.DataFrame:
    """Lay the budget out by level, objective and channel, before and after, with people and tools."""
    people = params.allocation.people if params.allocation else {}
    placed = [params.channels[channel] for channel in problem.channels]
    table = pd.DataFrame(
        {
            "level": pd.Categorical([p.level for p in placed], LEVELS),
            "objective": pd.Categorical([p.objective for p in placed], OBJECTIVES),
            "channel": list(problem.channels),
            "before": problem.current,
            "after": allocation.spend,
            "difference": np.round(allocation.spend - problem.current, 2),
            "people_days": [people.get(channel, 0.0) for channel in problem.channels],
            "tools": np.round(response.fixed_cost, 2),
        }
    )
    ordered = table.sort_values(["level", "objective"], kind="stable", ignore_index=True)
    return ordered.astype({"level": str, "objective": str})[list(TABLES["matrix"])]


def tests_table(
    params: RunParams, problem: BudgetProblem, response: ResponseDraws, allocation: Allocation, chart: Charted
) -> pd.DataFrame:
    """Rank tests by what they bring beyond their cost; see `mmm.allocation.information`."""
    declared = params.allocation.tests if params.allocation else {}
    found = value_of_tests(problem, response, allocation, chart, declared)
    rows = [
        {
            "rank": rank,
            "test": one.name,
            "channel": one.channel,
            "periods": one.periods,
            "standard_error": one.standard_error,
            "evppi": one.evppi,
            "evsi": one.evsi,
            "cost": one.cost,
            "net": one.net,
            "worth_it": float("nan") if np.isnan(one.net) else float(one.net > 0),
        }
        for rank, one in enumerate(found, start=1)
    ]
    return pd.DataFrame(rows, columns=list(TABLES["value_of_information"]))


def _timing(schedule: Schedule) -> Iterable[Row]:
    """Give what choosing the timing gains, with its bound where there is one."""
    yield _row("timing_is_chosen", PLAN, float(schedule.chosen is not None))
    if schedule.chosen is None:
        return
    yield _spread_row("timing_gain", PLAN, spread(schedule.gain))
    yield _row("p_timing_gain", PLAN, chance(schedule.gain))
    if schedule.chosen.bound is not None:
        yield _row("timing_gap", PLAN, max(schedule.chosen.bound - schedule.chosen.profit, 0.0))


def _summary(problem: BudgetProblem, response: ResponseDraws, allocation: Allocation) -> Iterable[Row]:
    gain = response.profit(allocation.spend) - response.profit(problem.current)
    full_cost = float(response.full_cost(allocation.spend).sum())
    delta = allocation.spend - problem.current
    yield _spread_row("gain", PLAN, spread(gain))
    yield _row("p_gain", PLAN, chance(gain) if np.abs(delta).max() > 0 else np.nan)
    yield _spread_row("profit", PLAN, spread(response.profit(allocation.spend)))
    yield _spread_row("profit", "current", spread(response.profit(problem.current)))
    brought = spread(response.contribution(allocation.spend).sum(axis=1))
    yield _spread_row("contribution", PLAN, brought)
    yield _row("budget", PLAN, float(np.round(allocation.spend.sum(), 2)))
    yield _row("full_cost", PLAN, full_cost)
    yield _row("moved", PLAN, float(np.maximum(delta, 0).sum()))
    yield _row("certificate", PLAN, float(allocation.bound is not None))
    if allocation.bound is not None and allocation.gap is not None:
        yield _row("bound", PLAN, allocation.bound)
        yield _row("gap", PLAN, allocation.gap)
        yield _row("gap_share", PLAN, allocation.gap / max(abs(brought.mean), 0.01))
    yield _row("current_is_allowed", "current", float(allocation.starts_from_current))
    yield _row("extrapolating_channels", PLAN, float(extrapolates(response, allocation.spend).sum()))
    yield _row("round_to", PLAN, allocation.round_to)
    yield _row("draws", PLAN, response.n_draws)


def _plans(
    problem: BudgetProblem, response: ResponseDraws, allocation: Allocation, own: OwnBest
) -> Iterable[Row]:
    plans = compared_plans(problem, response, allocation)
    regret = regrets(response, plans, own)
    today = response.profit(problem.current)
    for name, spend in plans.items():
        gain = response.profit(spend) - today
        yield _row("spend", name, float(spend.sum()))
        yield _row("full_cost", name, float(response.full_cost(spend).sum()))
        yield _spread_row("contribution", name, spread(response.contribution(spend).sum(axis=1)))
        yield _spread_row("profit", name, spread(response.profit(spend)))
        yield _spread_row("gain", name, spread(gain))
        yield _row("p_gain", name, np.nan if name == "current" else chance(gain))
        yield _spread_row("regret", name, spread(regret[name]))


def _frontier(point: FrontierPoint) -> Iterable[Row]:
    """Give the rows of one budget; its subject is the change of budget, such as `-0.2`."""
    subject = f"{point.change:+g}"
    yield _row("budget", subject, point.budget)
    yield _row("feasible", subject, float(point.allocation is not None))
    spreads = {
        "profit": point.profit,
        "gain": point.gain,
        "marginal_profit": point.marginal_profit,
        "marginal_return": point.marginal_return,
    }
    for quantity, found in spreads.items():
        if found is not None:
            yield _spread_row(quantity, subject, found)
    if point.allocation is not None:
        yield _row("p_gain", subject, point.p_gain)
        for channel, amount in zip(point.allocation.channels, point.allocation.spend, strict=True):
            yield _row(f"spend:{channel}", subject, float(amount))


def _prices(problem: BudgetProblem, response: ResponseDraws, allocation: Allocation) -> Iterable[Row]:
    for price in shadow_prices(problem, response, allocation.exact):
        yield _spread_row(price.limit, price.subject, price.profit)


def _labels(params: RunParams) -> dict[str, dict[str, dict[str, str]]]:
    asked = params.allocation.outcome if params.allocation else ""
    return {
        "channels": {name: channel.label.model_dump() for name, channel in params.channels.items()},
        "outcome": {asked: params.outcomes[asked].label.model_dump()},
    }


def _row(quantity: str, subject: str, value: float) -> Row:
    return quantity, subject, float(value), np.nan, np.nan


def _spread_row(quantity: str, subject: str, found: Spread) -> Row:
    return quantity, subject, found.mean, found.p05, found.p95


def _long(rows: Iterable[Row]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(TABLES["plans"]))
