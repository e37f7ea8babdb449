"""What a reader must know before believing an LTV or a CAC, as `CheckResult`s worded from the texts."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from mmm.customers.buying import fit_buying
from mmm.customers.contracts import Subscribers, renewals_of
from mmm.customers.contractual import N_PARAMETERS
from mmm.customers.expectations import expected_purchases
from mmm.customers.families import FamilyName
from mmm.customers.gamma_gamma import fit_gamma_gamma, spend_frequency_correlation
from mmm.customers.history import History
from mmm.customers.ltv import (
    DAYS_PER_MONTH,
    MIN_REPEATERS_OF_ITS_OWN,
    MIN_REPEATERS_TO_FIT,
    Everyone,
    Ltv,
    can_fit,
    stands_alone,
)
from mmm.customers.patterns import DAYS, Cohort
from mmm.customers.privacy import MIN_CELL, withheld
from mmm.customers.subscriptions import LEAST_ENDED
from mmm.errors import listed
from mmm.params.modelling import Intervals
from mmm.records import CheckResult
from mmm.texts import result

SPECIFICATION = "customers"
MAX_CORRELATION = 0.3
MAX_GAP = 0.1
MAX_EXTRAPOLATION = 1.5
"""Months counted per month observed."""
MAX_WORSE = 0.05
"""How much further off than the best model's the forecast used may be, as a share of purchases."""
MODEL_NAMES = {
    "bg_nbd": "BG/NBD",
    "mbg_nbd": "MBG/NBD",
    "pareto_nbd": "Pareto/NBD",
    "gompertz_nbd": "Gompertz/NBD",
    "sbg": "sBG",
    "bdw": "BdW",
}
MAX_UNMATCHED = 0.01
"""Refunds that no purchase explains, as a share of money paid."""


def customer_check(check: str, subject: str, *, passed: bool, value: float, threshold: float) -> CheckResult:
    """Give one check of the customers' part. See `mmm.texts.result`."""
    return result(
        f"customers.{check}",
        subject,
        passed=passed,
        value=value,
        threshold=threshold,
        specification=SPECIFICATION,
    )


def value_checks(history: History, learnt: Everyone, horizon_months: int) -> tuple[CheckResult, ...]:
    """Check that purchases can carry an LTV: repeats, calibration, spend, horizon, refunds, small cells."""
    everyone = learnt.cohort
    n_repeaters = everyone.purchases.n_repeaters
    found = [
        customer_check(
            "repeat_purchases",
            "all",
            passed=can_fit(everyone),
            value=n_repeaters,
            threshold=MIN_REPEATERS_TO_FIT,
        ),
        customer_check(
            "refunds",
            "all",
            passed=history.refunds_unmatched <= MAX_UNMATCHED,
            value=history.refunds_unmatched,
            threshold=MAX_UNMATCHED,
        ),
    ]
    if can_fit(everyone):
        found += [
            _horizon(everyone, horizon_months),
            *(
                _calibration(cohort, learnt.family)
                for cohort in (everyone, *filter(stands_alone, history.cohorts))
            ),
            *_spend(everyone),
        ]
    return (*found, *_small(history.cohorts))


def model_checks(models: pd.DataFrame) -> tuple[CheckResult, ...]:
    """Say on which model of buying LTV rests, how far off it forecasts, and whether another is closer."""
    if models.empty or models["gap"].isna().any():
        return ()
    best, used = models.iloc[0], models[models["is_used"]].iloc[0]
    off, least = abs(float(used["gap"])), abs(float(best["gap"]))
    name, of = MODEL_NAMES[str(used["model"])], "renewal" if used["model"] in N_PARAMETERS else "model"
    if off - least <= MAX_WORSE:
        return (customer_check(f"{of}_choice", name, passed=True, value=off, threshold=least),)
    said = f"{MODEL_NAMES[str(best['model'])]} > {name}"
    return (customer_check(f"{of}_beaten", said, passed=False, value=least, threshold=off),)


def contract_checks(
    subscribers: Subscribers, models: pd.DataFrame, values: Mapping[str, Ltv], horizon_months: int
) -> tuple[CheckResult, ...]:
    """Check that contracts can carry an LTV: departures, forecast, horizon, small cells."""
    seen = renewals_of(subscribers.lives)
    longest = MAX_EXTRAPOLATION * max(len(seen.reached), 1) * subscribers.renewal_months
    ended = float(seen.lost.sum())
    found = [
        customer_check(
            "contracts_ended", "all", passed=ended >= LEAST_ENDED, value=ended, threshold=LEAST_ENDED
        ),
        customer_check(
            "horizon", "all", passed=horizon_months <= longest, value=horizon_months, threshold=longest
        ),
    ]
    off = abs(float(models.loc[models["is_used"], "gap"].iloc[0]))
    if np.isfinite(off):
        found.append(
            customer_check("renewal_calibration", "all", passed=off <= MAX_GAP, value=off, threshold=MAX_GAP)
        )
    hidden = sorted(withheld({name: float(ltv.n_customers) for name, ltv in values.items() if name != "all"}))
    if hidden:
        named = listed(hidden)
        found.append(
            customer_check("small_cells", named, passed=False, value=len(hidden), threshold=MIN_CELL)
        )
    return tuple(found)


def interval_checks(values: Mapping[str, Ltv], intervals: Intervals) -> tuple[CheckResult, ...]:
    """Say of which channels the draws asked by sampling had to come from Laplace's approximation."""
    if intervals != "sampling":
        return ()
    without = [name for name, ltv in values.items() if not ltv.is_sampled]
    return (
        customer_check(
            "sampled",
            listed(without) if without else "all",
            passed=not without,
            value=len(without),
            threshold=0.0,
        ),
    )


def _horizon(everyone: Cohort, horizon_months: int) -> CheckResult:
    observed = float(everyone.purchases.age.max()) * DAYS[everyone.purchases.unit] / DAYS_PER_MONTH
    longest = MAX_EXTRAPOLATION * observed
    return customer_check(
        "horizon", "all", passed=horizon_months <= longest, value=horizon_months, threshold=longest
    )


def _calibration(cohort: Cohort, family: FamilyName) -> CheckResult:
    """Repeat purchases that the fit expects by today against those made, as a relative gap."""
    bought = cohort.purchases
    model = fit_buying(bought, family)
    expected = float(expected_purchases(model, bought.age) @ bought.count)
    gap = abs(expected / float(bought.frequency @ bought.count) - 1.0)
    return customer_check("calibration", cohort.channel, passed=gap <= MAX_GAP, value=gap, threshold=MAX_GAP)


def _spend(everyone: Cohort) -> list[CheckResult]:
    q = fit_gamma_gamma(everyone.spend).q
    correlation = abs(spend_frequency_correlation(everyone.spend))
    return [
        customer_check("finite_mean_spend", "all", passed=q > 1.0, value=q, threshold=1.0),
        customer_check(
            "spend_independent",
            "all",
            passed=correlation <= MAX_CORRELATION,
            value=correlation,
            threshold=MAX_CORRELATION,
        ),
    ]


def _small(cohorts: Sequence[Cohort]) -> list[CheckResult]:
    """Say which channels share the rates of all, and which are too small to be shown."""
    pooled = [cohort for cohort in cohorts if not stands_alone(cohort) and cohort.n_customers >= MIN_CELL]
    unseen = withheld({cohort.channel: float(cohort.n_customers) for cohort in cohorts})
    hidden = [cohort for cohort in cohorts if cohort.channel in unseen]
    found = []
    if pooled and len(cohorts) > 1:
        least = min(cohort.purchases.n_repeaters for cohort in pooled)
        found.append(_about(pooled, "pooled", least, MIN_REPEATERS_OF_ITS_OWN))
    if hidden:
        found.append(_about(hidden, "small_cells", len(hidden), MIN_CELL))
    return found


def _about(cohorts: Sequence[Cohort], check: str, value: float, threshold: float) -> CheckResult:
    names = listed(np.sort([cohort.channel for cohort in cohorts]))
    return customer_check(check, names, passed=False, value=value, threshold=threshold)
