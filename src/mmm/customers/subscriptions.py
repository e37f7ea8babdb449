"""Value of a new subscriber, by acquisition channel: renewals by sBG or BdW, whichever forecasts best.

Payments fall at months 0, r, 2r, ... (r months between renewals); those before the horizon's end
count, each discounted from its day. Money per period is the mean of the channel's customers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mmm.customers.cac import ALL, interval
from mmm.customers.contracts import Renewals, Subscribers, renewals_of
from mmm.customers.contractual import (
    N_PARAMETERS,
    Contractual,
    RenewalFamily,
    draw_renewals,
    fit_renewals,
    renewal_belief,
    residual_lifetimes,
    retention,
    sample_renewals,
    survival,
)
from mmm.customers.ltv import Ltv, LtvTerms, average_ltv
from mmm.customers.privacy import MIN_CELL, withheld
from mmm.customers.sampled import NotMixedError
from mmm.economics import discount_factor
from mmm.params.modelling import Intervals
from mmm.records import TABLES

FloatArray = NDArray[np.float64]
LEAST_ENDED = 10
"""Fewer customers who left say nothing of a rate of renewal."""
AS_CLOSE = 0.01
"""Forecasts of renewals that differ by less, as a share of them, are as good as each other."""
_N_RESIDUAL = 200
"""Draws that the value still to come is computed on: its sum is long."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Subscriptions:
    """What contracts are worth."""

    family: RenewalFamily
    """Family that LTV rests on."""
    models: pd.DataFrame
    """Both families on the renewals of the last quarter of time, the best forecast first."""
    ltv: Mapping[str, Ltv]
    """LTV draws by channel, with `all`."""
    renewing: Mapping[str, Contractual]
    """Draws of the parameters by channel, with `all`."""
    payments: Mapping[str, FloatArray]
    """Draws of the mean amount per period, by channel, with `all`."""


def subscription_values(
    subscribers: Subscribers,
    terms: LtvTerms,
    asked: str,
    n_draws: int,
    seed: int,
    *,
    intervals: Intervals = "laplace",
) -> Subscriptions:
    """Draw the value of a new subscriber of each channel; `asked` is a family, or `best`."""
    models = compare_renewals(subscribers, asked)
    family: RenewalFamily = "bdw" if bool(models.set_index("model").loc["bdw", "is_used"]) else "sbg"
    lives = subscribers.lives
    belief = renewal_belief(renewals_of(lives), family)
    renewing: dict[str, Contractual] = {}
    payments: dict[str, FloatArray] = {}
    parts = []
    for channel, own in lives.groupby("channel"):
        name = str(channel)
        rng = np.random.default_rng([seed, *name.encode()])
        renewing[name], is_sampled = _draws(renewals_of(own), family, n_draws, rng, belief, intervals)
        payments[name] = _mean_payment(own, n_draws, rng)
        margin = _margin(renewing[name], payments[name], terms, subscribers.renewal_months)
        parts.append(_ltv(name, own, margin, is_sampled=is_sampled))
    rng = np.random.default_rng([seed, *ALL.encode()])
    renewing[ALL], _ = _draws(renewals_of(lives), family, n_draws, rng, None, intervals)
    payments[ALL] = _mean_payment(lives, n_draws, rng)
    values = {ALL: average_ltv(parts), **{part.channel: part for part in parts}}
    return Subscriptions(family=family, models=models, ltv=values, renewing=renewing, payments=payments)


def compare_renewals(subscribers: Subscribers, asked: str = "best") -> pd.DataFrame:
    """Fit both families at the cut and forecast who is still there at the end, customer by customer.

    `actual` and `expected` are renewals made after the cut by those then active. `best` takes the
    closest forecast; sBG, the simpler, where the two are as close.
    """
    lives = subscribers.lives
    past = renewals_of(lives, "past_")
    there = lives[(lives["past_renewals"] >= 0) & ~lives["past_ended"]]
    made = float(((there["renewals"] - there["past_renewals"]) * there["count"]).sum())
    rows = []
    for family, n_parameters in N_PARAMETERS.items():
        model = fit_renewals(past, family) if past.lost.sum() else None
        expected = float("nan") if model is None else _expected(model, there)
        rows.append(
            {
                "model": family,
                "log_likelihood": 0.0 if model is None else model.log_likelihood,
                "n_parameters": n_parameters,
                "days_held_out": (subscribers.observed_until - subscribers.cut).days,
                "actual": made,
                "expected": expected,
                "gap": expected / made - 1.0 if made else float("nan"),
            }
        )
    models = pd.DataFrame(rows).sort_values("gap", key=lambda gap: gap.abs(), ignore_index=True)
    off = models.set_index("model")["gap"].abs()
    closest = "bdw" if off["bdw"] + AS_CLOSE < off["sbg"] else "sbg"
    models["is_used"] = models["model"] == (closest if asked == "best" else asked)
    return models[list(TABLES["customer_models"])]


def retention_table(
    found: Subscriptions, subscribers: Subscribers, terms: LtvTerms, hidden: frozenset[str]
) -> pd.DataFrame:
    """Tabulate renewals by channel and number: seen, expected, survivors, and value still to come.

    A cell of few customers is left out, and so is the one that would give it away beside the total.
    """
    lives = subscribers.lives
    seen = {ALL: renewals_of(lives)}
    seen |= {str(channel): renewals_of(own) for channel, own in lives.groupby("channel")}
    n_renewals = int((seen[ALL].reached >= MIN_CELL).sum())
    unseen = _unseen(seen, n_renewals)
    rate = (1.0 + terms.discount_rate) ** (subscribers.renewal_months / 12.0) - 1.0
    rows: list[dict[str, object]] = []
    for name in found.ltv:
        if name not in hidden and n_renewals:
            margin = terms.margin_rate * found.payments[name]
            rows += _renewal_rows(name, found.renewing[name], seen[name], margin, rate)
    shown = [row for row in rows if (row["channel"], row["renewal"]) not in unseen]
    table = pd.DataFrame(shown, columns=list(TABLES["retention"]))
    return table[table["renewal"] <= n_renewals].reset_index(drop=True)


def _renewal_rows(
    name: str, model: Contractual, seen: Renewals, margin: FloatArray, rate: float
) -> list[dict[str, object]]:
    """One row per renewal that some customer had to decide on."""
    numbers = np.arange(1, len(seen.reached) + 1)
    columns = _columns(model)
    renew, stay = retention(columns, numbers), survival(columns, numbers)
    to_come = margin[:_N_RESIDUAL, None] * residual_lifetimes(
        _columns(model, _N_RESIDUAL), rate, len(numbers)
    )
    return [
        {
            "channel": name,
            "renewal": int(number),
            "n_customers": round(seen.reached[at]),
            "retention_actual": float(seen.renewed[at] / seen.reached[at]),
            **interval("retention", renew[:, at]),
            **interval("survival", stay[:, at]),
            **interval("residual_value", to_come[:, at]),
        }
        for at, number in enumerate(numbers)
        if seen.reached[at]
    ]


def _unseen(seen: Mapping[str, Renewals], n_renewals: int) -> set[tuple[str, int]]:
    """Cells of too few customers, by channel and renewal."""
    found = set()
    for at in range(n_renewals):
        counts = {
            name: float(one.reached[at]) if at < len(one.reached) else 0.0
            for name, one in seen.items()
            if name != ALL
        }
        found |= {(name, at + 1) for name in withheld(counts)}
    return found


def _expected(model: Contractual, there: pd.DataFrame) -> float:
    """Renewals after the cut that a model fitted at the cut expects of those then active."""
    alive = survival(model, np.arange(int(there["due"].max()) + 1))
    summed = np.cumsum(alive)
    past, due = there["past_renewals"].to_numpy(int), there["due"].to_numpy(int)
    return float(((summed[due] - summed[past]) / alive[past]) @ there["count"].to_numpy(float))


def _margin(model: Contractual, payment: FloatArray, terms: LtvTerms, months: int) -> FloatArray:
    """Accumulate the discounted margin of the payments before the horizon, by draw and month."""
    paid_at = np.arange(0, terms.horizon_months, months)
    alive = survival(_columns(model), paid_at / months)
    margin = np.zeros((len(payment), terms.horizon_months + 1))
    margin[:, paid_at] = payment[:, None] * alive * discount_factor(paid_at, terms.discount_rate)
    return terms.margin_rate * margin.cumsum(axis=1)


def _draws(  # noqa: PLR0917 - one private caller
    seen: Renewals,
    family: RenewalFamily,
    n_draws: int,
    rng: np.random.Generator,
    belief: FloatArray | None,
    intervals: Intervals,
) -> tuple[Contractual, bool]:
    """Draw parameters as asked; by Laplace where chains do not mix. The second says whether sampled."""
    if intervals == "sampling":
        try:
            return sample_renewals(seen, family, n_draws, int(rng.integers(2**31)), belief), True
        except NotMixedError:
            pass
    return draw_renewals(seen, family, n_draws, rng, belief), False


def _ltv(name: str, own: pd.DataFrame, margin: FloatArray, *, is_sampled: bool) -> Ltv:
    seen = renewals_of(own)
    return Ltv(
        channel=name,
        n_customers=round(seen.n_customers),
        repeat_rate=float(seen.renewed[0] / seen.n_customers) if len(seen.renewed) else 0.0,
        is_sampled=is_sampled,
        cumulative_margin=margin,
    )


def _columns(model: Contractual, n_draws: int | None = None) -> Contractual:
    """Draws as a column, so that periods go along the rows; the first `n_draws` of them."""
    drawn = np.broadcast_arrays(model.alpha, model.beta, model.power)
    alpha, beta, power = (part[:n_draws, None] for part in drawn)
    return Contractual(alpha=alpha, beta=beta, power=power)


def _mean_payment(lives: pd.DataFrame, n_draws: int, rng: np.random.Generator) -> FloatArray:
    """Draw the mean amount per period from the mean seen and its standard error."""
    n = float(lives["count"].sum())
    mean = float(lives["amount"].sum()) / n
    spread = max(float(lives["squares"].sum()) / n - mean**2, 0.0)
    return np.asarray(np.maximum(mean + np.sqrt(spread / n) * rng.standard_normal(n_draws), 0.0))
