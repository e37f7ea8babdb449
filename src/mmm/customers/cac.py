"""What a new customer costs at full cost, and what they are worth for it.

Two costs of acquisition, never mixed: the *paid* one divides the full cost by
the customers whose first purchase the channel closed; the *incremental* one
divides it by the customers that the model says would not have come without it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from mmm.customers.ltv import Ltv
from mmm.customers.privacy import MIN_CELL
from mmm.economics import cac, ltv_cac, payback_draws, payback_months
from mmm.records import TABLES

FloatArray = NDArray[np.float64]

ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Acquisition:
    """What acquisition cost and brought, by channel, on one calendar."""

    paid_cost: xr.DataArray
    """Full cost by channel over the periods that the transactions cover."""
    paid_customers: Mapping[str, float]
    """New customers by acquisition channel in those periods; every origin, `direct` included."""
    full_cost: xr.DataArray
    """Full cost by channel over every period of the panel: that of the incremental customers."""
    incremental: xr.DataArray | None
    """New customers that the channel brought over the panel; dims draw, channel."""
    marginal: xr.DataArray | None
    """New customers that one more unit of full cost would bring; dims (draw,) channel."""
    scale: float = 1.0
    """Declared new customers per customer of an extract; `paid_customers` are scaled already."""
    withheld: frozenset[str] = frozenset()
    """Channels whose number of customers may not be shown: see `mmm.customers.privacy`."""
    sales_cost: float = 0.0
    """What selling to one new customer costs beyond media, fees and tools; in every CAC."""


def cac_table(values: Mapping[str, Ltv], acquisition: Acquisition, target: float, seed: int) -> pd.DataFrame:
    """Tabulate CAC, LTV/CAC and payback by paid channel, and for all channels together.

    `cac_*` is incremental where the model gives it, else paid. A figure without
    an answer is infinite: a CAC when the money brought nobody, a payback that
    does not come within the horizon. Channels without a value of their own show
    neither their number nor their paid CAC, and take the LTV of all customers.

    Parameters
    ----------
    values
        LTV by channel, with `all`; without the channels that may not be shown.
    acquisition
        Costs and customers.
    target
        LTV/CAC that `p_above_3` is about (3 unless the analysis says otherwise).
    seed
        Of the pairing of LTV draws with CAC draws, which are independent given the data.
    """
    costly = costly_channels(acquisition)
    rows = [_row(ALL, costly, values, acquisition, target=target, seed=seed)] if costly else []
    rows += [_row(channel, [channel], values, acquisition, target=target, seed=seed) for channel in costly]
    return pd.DataFrame(rows, columns=list(TABLES["cac"])).astype({"n_customers": "Int64"})


def costly_channels(acquisition: Acquisition) -> list[str]:
    """Channels on which money was spent."""
    paid = [str(channel) for channel in acquisition.full_cost["channel"].to_numpy()]
    return [channel for channel in paid if float(acquisition.full_cost.sel(channel=channel)) > 0]


def interval(name: str, draws: FloatArray) -> dict[str, float]:
    """Mean and central 90 % interval of draws, infinite ones allowed."""
    low, high = np.quantile(draws, [0.05, 0.95], method="inverted_cdf")
    return {f"{name}_mean": float(np.mean(draws)), f"{name}_p05": float(low), f"{name}_p95": float(high)}


def _row(
    name: str,
    channels: Sequence[str],
    values: Mapping[str, Ltv],
    acquisition: Acquisition,
    *,
    target: float,
    seed: int,
) -> dict[str, object]:
    n_customers = values[name].n_customers if name in values else 0
    is_shown = n_customers >= MIN_CELL
    ltv = values[name] if is_shown else values[ALL]
    paid = _paid_cac(name, channels, acquisition) if is_shown else float("nan")
    cost = acquisition_cost(channels, acquisition, paid, len(ltv.draws))
    return {
        "segment": ALL,
        "channel": name,
        "n_customers": n_customers if is_shown else pd.NA,
        **interval("ltv", ltv.draws),
        **interval("cac", cost),
        "cac_paid": paid,
        "cac_marginal_mean": marginal_cac(channels, acquisition),
        **_worth(ltv, cost, target, seed),
    }


def _worth(ltv: Ltv, cost: FloatArray, target: float, seed: int) -> dict[str, float]:
    """LTV/CAC, its chance to pass the target, payback; unknown where the CAC is."""
    if np.isnan(cost).any():
        unknown = ("ltv_cac_mean", "ltv_cac_p05", "ltv_cac_p95", "p_above_3", "payback_months")
        return dict.fromkeys((*unknown, "payback_p05", "payback_p95"), float("nan"))
    pairs = pairing(len(ltv.draws), len(cost), seed)
    ratio = ltv_cac(ltv.draws[pairs], cost)
    back = interval("payback", payback_draws(ltv.cumulative_margin[pairs], cost))
    return {
        **interval("ltv_cac", ratio),
        "p_above_3": float(np.mean(ratio > target)),
        "payback_months": payback_months(ltv.cumulative_margin.mean(axis=0), float(np.mean(cost))),
        "payback_p05": back["payback_p05"],
        "payback_p95": back["payback_p95"],
    }


def pairing(n_values: int, n_draws: int, seed: int) -> NDArray[np.int64]:
    """Places that shuffle independent draws and repeat or cut them to the number asked."""
    return np.resize(np.random.default_rng(seed).permutation(n_values), n_draws)


def _paid_cac(name: str, channels: Sequence[str], acquisition: Acquisition) -> float:
    cost = float(acquisition.paid_cost.sel(channel=list(channels)).sum())
    customers = acquisition.paid_customers
    brought = sum(customers.values()) if name == ALL else customers.get(name, 0.0)
    return float(cac(cost, brought)) + acquisition.sales_cost if cost > 0 else float("nan")


def acquisition_cost(
    channels: Sequence[str], acquisition: Acquisition, paid: float, n_draws: int = 2000
) -> FloatArray:
    """Give the incremental cost of a new customer by draw; the paid one, repeated, without a model."""
    if acquisition.incremental is None:
        return np.full(n_draws, paid)
    brought = acquisition.incremental.sel(channel=list(channels)).sum("channel")
    cost = float(acquisition.full_cost.sel(channel=list(channels)).sum())
    return cac(cost, brought.to_numpy()) + acquisition.sales_cost


def marginal_cac(channels: Sequence[str], acquisition: Acquisition) -> float:
    """Give the cost of the next customer, at the effect expected; over channels, money spread as today."""
    if acquisition.marginal is None:
        return float("nan")
    expected = acquisition.marginal.sel(channel=list(channels))
    if "draw" in expected.dims:
        expected = expected.mean("draw")
    cost = acquisition.full_cost.sel(channel=list(channels))
    return float(cac(1.0, float((expected * cost).sum() / cost.sum()))) + acquisition.sales_cost
