"""Transactions and journeys made by hand, as the source reader hands them over."""

from datetime import date

import ibis
import numpy as np
import pandas as pd
import xarray as xr

from mmm.customers import BgNbd, GammaGamma
from mmm.params import RunParams

CDNOW = BgNbd(
    r=0.243,
    alpha=4.414,
    a=0.793,
    b=2.426,
    log_likelihood=0.0,
    n_customers=2357,
    unit="weeks",
    undetermined=(),
)
"""The estimates of Fader, Hardie and Lee (2005), table 2."""
CDNOW_SPEND = GammaGamma(p=6.25, q=3.74, v=15.44, log_likelihood=0.0, n_customers=946, undetermined=())
"""The estimates of Fader and Hardie (2013), note 025."""
CHANNELS = ("search", "social")


class Source:
    """What the customers' and journeys' parts use of a `SourceTable`."""

    def __init__(self, table: ibis.Table, content: str = "transactions") -> None:
        self.table, self.content = table, content


def table_of(frame: pd.DataFrame) -> ibis.Table:
    """Put rows in a database of their own; `row` is the line as a person counts it."""
    numbered = frame.assign(row=np.arange(len(frame)) + 2)
    return ibis.duckdb.connect().create_table("given", numbered)


def lines(*rows: tuple[str, str, float] | tuple[str, str, float, str]) -> ibis.Table:
    """Lines of transactions: customer, date, amount and, if given, channel."""
    names = ["customer", "date", "amount", "channel"][: len(rows[0])]
    frame = pd.DataFrame(list(rows), columns=names)
    frame["date"] = pd.to_datetime(frame["date"], format="ISO8601")
    frame["amount"] = frame["amount"].astype(float)
    return table_of(frame)


def make_params(**customers: object) -> RunParams:
    """An analysis of 52 weeks of 2025 with two paid channels, transactions and journeys."""
    source = {"path": "x.csv"}
    return RunParams.model_validate(
        {
            "analysis": "made",
            "title": {"fr": "t", "en": "t"},
            "market": "France",
            "currency": "EUR",
            "exchange_rates": {"USD": 0.5},
            "calendar": {"start": date(2025, 1, 6), "end": date(2026, 1, 4)},
            "sources": {
                "sales": {"content": "outcome", **source},
                "orders": {"content": "transactions", **source},
                "paths": {"content": "journeys", **source},
            },
            "channels": {name: {"label": {"fr": name, "en": name}} for name in CHANNELS},
            "outcomes": {
                name: {"label": {"fr": name, "en": name}, "source": "sales", "column": name}
                for name in ("revenue", "new_customers")
            },
            "customers": {"source": "orders", "margin_rate": 0.5, "horizon_months": 24, **customers},
            "attribution": {"source": "paths", "lookback_days": 30},
        }
    )


def make_panel(cost: tuple[float, float] = (100.0, 200.0), new_customers: float = 10.0) -> xr.Dataset:
    """Constant weekly full cost by channel, a constant number of new customers a week."""
    weeks = pd.date_range("2025-01-06", periods=52, freq="W-MON")
    counts = np.stack([np.full((1, 52), 1_000.0), np.full((1, 52), new_customers)])
    return xr.Dataset(
        {
            "full_cost": (("geo", "period", "channel"), np.tile(np.array(cost), (1, 52, 1))),
            "kpi": (("outcome", "geo", "period"), counts),
        },
        coords={
            "geo": ["all"],
            "period": weeks,
            "channel": list(CHANNELS),
            "outcome": ["revenue", "new_customers"],
        },
    )


def simulate_buyers(
    n_customers: int, weeks: float, seed: int, *, model: BgNbd = CDNOW, spend: GammaGamma = CDNOW_SPEND
) -> pd.DataFrame:
    """Purchases of customers who follow BG/NBD and Gamma-Gamma, acquired evenly over the weeks."""
    rng = np.random.default_rng(seed)
    first = rng.uniform(0.0, weeks, n_customers)
    rate = rng.gamma(model.r, 1.0 / model.alpha, n_customers)
    leaves = rng.beta(model.a, model.b, n_customers)
    scale = 1.0 / rng.gamma(spend.q, 1.0 / spend.v, n_customers)
    active, clock = np.arange(n_customers), first
    bought = [(active, clock)]
    while active.size:
        clock = clock + rng.exponential(1.0, active.size) / np.maximum(rate[active], 1e-12)
        inside = clock < weeks
        active, clock = active[inside], clock[inside]
        bought.append((active, clock))
        stays = rng.random(active.size) >= leaves[active]
        active, clock = active[stays], clock[stays]
    customer, time = (np.concatenate(part) for part in zip(*bought, strict=True))
    return pd.DataFrame(
        {
            "customer": [f"c{number:06d}" for number in customer],
            "date": pd.Timestamp("2025-01-06") + pd.to_timedelta(np.floor(time * 7), unit="D"),
            "amount": np.round(rng.gamma(spend.p, 1.0, customer.size) * scale[customer], 2),
        }
    )
