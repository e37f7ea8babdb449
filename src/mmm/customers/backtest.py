"""Which model of buying fits better: purchases held out, forecast by each family, in one table."""

from datetime import timedelta

import ibis
import numpy as np
import pandas as pd

from mmm.customers.buying import fit_buying
from mmm.customers.expectations import expected_purchases_given
from mmm.customers.families import FAMILIES, FamilyName
from mmm.customers.history import History, read_history
from mmm.customers.patterns import DAYS, PurchasePatterns, pooled
from mmm.records import TABLES

HELD_OUT = 0.25
"""Share of the observed time that is forecast."""
MAX_ROWS = 20_000
"""Distinct histories beyond which families with a time of death are left out: they would take minutes."""
LEAST_REPEATERS = 30
COMPARED: tuple[FamilyName, ...] = ("bg_nbd", "mbg_nbd", "pareto_nbd")


def compare_models(
    lines: ibis.Table, source: str, history: History, used: FamilyName = "bg_nbd"
) -> pd.DataFrame:
    """Fit each family on the first three quarters of time and forecast the purchases of the last.

    Parameters
    ----------
    lines, source
        What `history` was read from.
    history
        The whole history.
    used
        Family that LTV rests on.

    Returns
    -------
    DataFrame
        One row per family, the best forecast first: log-likelihood and parameters of the fit, repeat
        purchases made and expected of the customers known at the cut, and their relative gap. Empty
        where too few bought again before the cut.
    """
    days = (history.observed_until - history.first_day).days
    ahead = round(HELD_OUT * days)
    columns = list(TABLES["customer_models"])
    if ahead < 14:
        return pd.DataFrame(columns=columns)
    cut = history.observed_until - timedelta(days=ahead)
    past = pooled(read_history(lines, source, cut).cohorts).purchases
    if past.n_repeaters < LEAST_REPEATERS:
        return pd.DataFrame(columns=columns)
    made = _made_after(pooled(history.cohorts).purchases, past, ahead)
    families = [name for name in COMPARED if "a" in FAMILIES[name].parameters or len(past.count) <= MAX_ROWS]
    rows = [_row(name, past, ahead, made, used) for name in families]
    found = pd.DataFrame(rows, columns=columns)
    return found.sort_values("gap", key=lambda gap: gap.abs(), ignore_index=True)


def _row(
    name: FamilyName, past: PurchasePatterns, ahead: int, made: float, used: FamilyName
) -> dict[str, object]:
    model = fit_buying(past, name)
    known = {"frequency": past.frequency, "recency": past.recency, "age": past.age}
    to_come = expected_purchases_given(model, ahead / DAYS[past.unit], **known)
    expected = float(to_come @ past.count)
    return {
        "model": name,
        "log_likelihood": model.log_likelihood,
        "n_parameters": len(FAMILIES[name].parameters),
        "days_held_out": ahead,
        "actual": made,
        "expected": expected,
        "gap": expected / made - 1.0 if made > 0 else float("nan"),
        "is_used": name == used,
    }


def _made_after(whole: PurchasePatterns, past: PurchasePatterns, ahead: int) -> float:
    """Repeat purchases after the cut of customers who were there at the cut."""
    known = np.round(whole.age * DAYS[whole.unit]) >= ahead
    return float(whole.frequency[known] @ whole.count[known] - past.frequency @ past.count)
