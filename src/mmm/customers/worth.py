"""Where acquisition creates value and where it destroys it, in money; cost by cohort and by credit rule."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from mmm.customers.cac import (
    ALL,
    Acquisition,
    acquisition_cost,
    costly_channels,
    interval,
    marginal_cac,
    pairing,
)
from mmm.customers.calendar import SharedCalendar
from mmm.customers.contracts import Subscribers
from mmm.customers.history import History
from mmm.customers.ltv import Ltv
from mmm.customers.privacy import MIN_CELL, withheld
from mmm.economics import cac
from mmm.records import TABLES

FloatArray = NDArray[np.float64]


def margin_curve(values: Mapping[str, Ltv], acquisition: Acquisition, seed: int) -> pd.DataFrame:
    """Tabulate the margin of a new customer less what they cost, month by month, by channel.

    `p_paid_back` is the share of draws in which the margin so far covers the cost. Channels without a
    value are left out, and so are those whose cost is unknown or infinite.
    """
    rows: list[dict[str, object]] = []
    for channel, ltv, cost in _priced(values, acquisition):
        paired = ltv.cumulative_margin[pairing(len(ltv.draws), len(cost), seed)]
        for month in range(paired.shape[1]):
            net = paired[:, month] - cost
            low, high = np.quantile(net, [0.05, 0.95])
            rows.append(
                {
                    "channel": channel,
                    "month": month,
                    "mean": float(net.mean()),
                    "p05": float(low),
                    "p95": float(high),
                    "p_paid_back": float(np.mean(net >= 0)),
                }
            )
    return pd.DataFrame(rows, columns=list(TABLES["margin_curve"]))


def acquisition_value(values: Mapping[str, Ltv], acquisition: Acquisition, seed: int) -> pd.DataFrame:
    """Rank channels by what acquiring their customers brought over its cost, the worst first.

    Customers are the incremental ones where the model gives them, else those that the data name.
    `value_total` is customers x LTV less full cost and the cost of selling: negative where money is lost.
    """
    rows: list[dict[str, object]] = []
    for channel, ltv, cost in _priced(values, acquisition):
        if channel == ALL:
            continue
        worth = ltv.draws[pairing(len(ltv.draws), len(cost), seed)]
        customers = _brought(channel, acquisition, len(cost))
        total = customers * (worth - acquisition.sales_cost)
        total = total - float(acquisition.full_cost.sel(channel=channel))
        rows.append(
            {
                "channel": channel,
                "n_customers": ltv.n_customers,
                **interval("value_per_customer", worth - cost),
                **interval("value_total", total),
                "p_destroys": float(np.mean(total < 0)),
            }
        )
    found = pd.DataFrame(rows, columns=[name for name in TABLES["acquisition_value"] if name != "position"])
    ranked = found.sort_values(["value_total_mean", "channel"], ignore_index=True)
    ranked.insert(0, "position", np.arange(1, len(ranked) + 1))
    return ranked


def cohort_costs(
    panel: xr.Dataset,
    calendar: SharedCalendar,
    history: History | Subscribers,
    acquisition: Acquisition,
) -> pd.DataFrame:
    """Tabulate paid CAC by quarter of first purchase; only quarters that transactions cover in part or whole.

    `n_customers` counts the file's; where the file is an extract, CAC scales them as `cac_paid` does.
    Cells of fewer than `MIN_CELL` customers, and those that would give them away beside the channel's
    total, show neither their number nor a cost per customer.
    """
    covered = panel["full_cost"].sum("geo").isel(period=calendar.is_covered).transpose("period", "channel")
    names = [str(name) for name in covered["channel"].to_numpy()]
    by_period = pd.DataFrame(covered.to_numpy(), index=covered["period"].to_numpy(), columns=names)
    costs = by_period.groupby(pd.PeriodIndex(covered["period"].to_numpy(), freq="Q")).sum()
    starts = panel["period"].to_numpy()[calendar.is_covered]
    acquired = history.acquired.copy()
    days = pd.to_datetime(acquired["day"])
    at = np.searchsorted(starts, days.to_numpy().astype(starts.dtype), side="right") - 1
    inside = at >= 0
    counted = acquired[inside].assign(cohort=pd.PeriodIndex(starts[at[inside]], freq="Q"))
    numbers = counted.groupby(["cohort", "channel"])["count"].sum()
    hidden = {
        (quarter, name)
        for name in costs.columns
        for quarter in withheld({one: float(numbers.get((one, name), 0)) for one in costs.index})
    }
    rows = []
    for cohort, channel in ((quarter, name) for quarter in costs.index for name in costs.columns):
        cost, n_customers = float(costs.loc[cohort, channel]), int(numbers.get((cohort, channel), 0))
        is_shown = channel not in acquisition.withheld and (cohort, channel) not in hidden
        rows.append(
            {
                "cohort": str(cohort),
                "channel": str(channel),
                "full_cost": cost,
                "n_customers": n_customers if is_shown else pd.NA,
                "cac_paid": _paid(cost, n_customers * acquisition.scale, acquisition)
                if is_shown
                else float("nan"),
            }
        )
    return pd.DataFrame(rows, columns=list(TABLES["cac_cohorts"])).astype({"n_customers": "Int64"})


def _paid(cost: float, customers: float, acquisition: Acquisition) -> float:
    return float(cac(cost, customers)) + acquisition.sales_cost if cost > 0 else float("nan")


def cac_by_rule(acquisition: Acquisition | None, attribution: pd.DataFrame | None = None) -> pd.DataFrame:
    """Tabulate the cost of a new customer by channel under each way of crediting customers.

    `declared` takes the channel that the first purchase names. Rules on journeys, `last_touch` among them,
    share all new customers of the same periods as they share conversions, among every channel.
    `incremental` is the model's average, `marginal` that of the next customer. The further apart they
    are, the more a platform's own figure would mislead. Without costs and customers on one calendar
    there is no row.
    """
    if acquisition is None:
        return pd.DataFrame(columns=list(TABLES["cac_rules"]))
    total = float(sum(acquisition.paid_customers.values()))
    rows: list[dict[str, object]] = []
    for channel in costly_channels(acquisition):
        cost = float(acquisition.paid_cost.sel(channel=channel))
        own = float(acquisition.paid_customers.get(channel, 0.0))
        if cost > 0 and own > 0 and channel not in acquisition.withheld:
            rows.append(_rule(channel, "declared", acquisition, np.array([own])))
        for rule, shares in _shares(attribution, channel):
            if cost > 0 and shares[0] * total >= MIN_CELL:
                rows.append(_rule(channel, rule, acquisition, shares * total))
        rows += _modelled(channel, acquisition)
    return pd.DataFrame(rows, columns=list(TABLES["cac_rules"]))


def _modelled(channel: str, acquisition: Acquisition) -> list[dict[str, object]]:
    """Cost by the model: of the customers it brought, and of the next one."""
    if acquisition.incremental is None:
        return []
    average = {
        "channel": channel,
        "rule": "incremental",
        "full_cost": float(acquisition.full_cost.sel(channel=channel)),
        "customers": float(acquisition.incremental.sel(channel=channel).mean()),
        **interval("cac", acquisition_cost([channel], acquisition, float("nan"))),
    }
    if acquisition.marginal is None:
        return [average]
    unknown = {"customers": float("nan"), "cac_p05": float("nan"), "cac_p95": float("nan")}
    return [
        average,
        {**average, **unknown, "rule": "marginal", "cac_mean": marginal_cac([channel], acquisition)},
    ]


def _shares(attribution: pd.DataFrame | None, channel: str) -> list[tuple[str, FloatArray]]:
    """Rule, and the share of the channel with its upper and lower limit."""
    if attribution is None or attribution.empty:
        return []
    wanted = attribution["channel"].eq(channel) & attribution["method"].isin(list(_RULES))
    return [
        (_RULES[str(row["method"])], np.array([row["share"], row["upper"], row["lower"]], dtype=float))
        for row in attribution[wanted].to_dict("records")
    ]


_RULES = {"last": "last_touch", "linear": "linear", "markov": "markov", "shapley": "shapley"}
"""Methods of attribution that cost is compared under, by the name of the rule."""


def _rule(channel: str, rule: str, acquisition: Acquisition, customers: FloatArray) -> dict[str, object]:
    cost = float(acquisition.paid_cost.sel(channel=channel))
    each = cac(cost, customers) + acquisition.sales_cost
    low, high = (each[1], each[2]) if len(each) > 1 else (np.nan, np.nan)
    return {
        "channel": channel,
        "rule": rule,
        "full_cost": cost,
        "customers": float(customers[0]),
        "cac_mean": float(each[0]),
        "cac_p05": float(low),
        "cac_p95": float(high),
    }


def _priced(values: Mapping[str, Ltv], acquisition: Acquisition) -> list[tuple[str, Ltv, FloatArray]]:
    """Channels large enough to be shown whose cost per customer is known: name, value, cost by draw."""
    costly = costly_channels(acquisition)
    found = []
    for name, channels in [(ALL, costly), *((channel, [channel]) for channel in costly)]:
        if name not in values or not channels:
            continue
        brought = acquisition.paid_customers.get(name, 0.0)
        number = sum(acquisition.paid_customers.values()) if name == ALL else brought
        cost = float(acquisition.paid_cost.sel(channel=channels).sum())
        draws = acquisition_cost(channels, acquisition, _paid(cost, float(number), acquisition))
        if np.isfinite(draws).all():
            found.append((name, values[name], draws))
    return found


def _brought(channel: str, acquisition: Acquisition, n_draws: int) -> FloatArray:
    if acquisition.incremental is None:
        return np.full(n_draws, float(acquisition.paid_customers.get(channel, 0.0)))
    return np.asarray(acquisition.incremental.sel(channel=channel), dtype=float)
