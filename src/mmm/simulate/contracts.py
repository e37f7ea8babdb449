"""Contracts of subscribers with planted chances of leaving, by acquisition channel.

At each renewal a customer leaves with a probability of their own, Beta(alpha, beta) within the channel
(Fader and Hardie, 2007); time counts as t ** power (1 is sBG, else BdW). Starts are even over the days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from mmm.simulate.weeks import stream


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTruth:
    """How the customers of one channel subscribe."""

    share: float
    """Share of all customers."""
    alpha: float
    beta: float
    power: float = 1.0
    amount: float = 20.0
    """Mean amount per period, EUR."""


def simulate_contracts(
    seed: int,
    truth: Mapping[str, ContractTruth],
    n_customers: int,
    *,
    first: date,
    until: date,
    renewal_months: int = 1,
) -> pd.DataFrame:
    """Simulate contracts as exported on the day `until`: customer, date, date_end, amount, channel.

    `date_end` is the day after the last one paid for, empty for who is still there.
    """
    rng = stream(seed, "contracts")
    parts = []
    for channel, own in truth.items():
        size = round(own.share * n_customers)
        days = rng.integers(0, (until - first).days, size)
        begun = np.datetime64(first, "D") + days
        leaving = rng.beta(own.alpha, own.beta, size)
        # survival to renewal t is (1 - leaving) ** (t ** power): invert a uniform, and round up
        worn = np.log(rng.random(size)) / np.log1p(-np.maximum(leaving, 1e-12))
        paid = np.ceil(np.minimum(worn, 1e6) ** (1.0 / own.power)).clip(1, 10_000)
        months = begun.astype("datetime64[M]") + (paid * renewal_months).astype(int)
        in_month = (begun - begun.astype("datetime64[M]")).astype(int)
        ended = months.astype("datetime64[D]") + np.minimum(in_month, 27)
        parts.append(
            pd.DataFrame(
                {
                    "date": begun,
                    "date_end": np.where(
                        ended <= np.datetime64(until, "D"), ended, np.datetime64("NaT", "D")
                    ),
                    "amount": np.round(rng.gamma(8.0, own.amount / 8.0, size), 2),
                    "channel": channel,
                }
            )
        )
    table = pd.concat(parts, ignore_index=True).sort_values(["date", "channel"], ignore_index=True)
    table.insert(0, "customer", [f"S{number:06d}" for number in range(len(table))])
    return table
