"""Which model of buying holds: purchases held out, forecast by each family, and the family LTV rests on."""

from dataclasses import dataclass
from datetime import timedelta

import ibis
import numpy as np
import pandas as pd
from ibis import _
from numpy.typing import NDArray

from mmm.customers.buying import BuyingModel, fit_buying
from mmm.customers.expectations import expected_purchases_given
from mmm.customers.families import FAMILIES, FamilyName
from mmm.customers.history import History
from mmm.customers.likelihood import TO_COMPARE
from mmm.customers.patterns import DAYS, PurchasePatterns, read_purchases
from mmm.customers.rfm import purchases, purchases_without_refunds, rfm
from mmm.params.modelling import BuyingChoice
from mmm.records import TABLES
from mmm.sources.answering import answering

HELD_OUT = 0.25
"""Share of the observed time that is forecast."""
MAX_ROWS = 20_000
"""Distinct histories beyond which families with a time of death are left out: they would take minutes."""
LEAST_REPEATERS = 30
COMPARED: tuple[FamilyName, ...] = ("bg_nbd", "mbg_nbd", "pareto_nbd")
DEFAULT: FamilyName = "bg_nbd"
AS_CLOSE = 0.02
"""Forecasts of the purchases held out that differ by less, as a share of them, are as good as each other."""
LAST_CLASS = 7
"""Customers with so many repeat purchases or more are one class of the calibration."""
LEAST_IN_CLASS = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldOut:
    """Histories up to a cut, and what their customers bought after it."""

    past: PurchasePatterns
    """Histories at the cut."""
    days: int
    """From the cut to the end of observation."""
    classes: pd.DataFrame
    """repeats (at the cut, `LAST_CLASS` and more as one), n_customers, made (purchases after the cut)."""

    @property
    def made(self) -> float:
        """Purchases after the cut of customers known at the cut."""
        return float(self.classes["made"].sum())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparison:
    """Families of models on purchases held out."""

    used: FamilyName
    """Family that LTV rests on."""
    models: pd.DataFrame
    """One row per family, the best forecast first: likelihood, purchases made and expected, relative gap."""
    calibration: pd.DataFrame
    """Purchases per customer made and expected, by family and by repeat purchases at the cut."""


def compare_models(
    lines: ibis.Table, source: str, history: History, asked: BuyingChoice = "best"
) -> Comparison:
    """Fit each family on the first three quarters of time and forecast the purchases of the last.

    Parameters
    ----------
    lines, source
        What `history` was read from.
    history
        The whole history.
    asked
        Family that LTV must rest on; `best`: of those that forecast as closely as the closest, within
        `AS_CLOSE`, the one under which the histories are likeliest; BG/NBD where nothing can be held out.

    Returns
    -------
    Comparison
        Tables are empty where too few bought again before the cut.
    """
    named = next((name for name in FAMILIES if name == asked), DEFAULT)
    held = hold_out(lines, source, history)
    if held is None:
        tables = (
            pd.DataFrame(columns=list(TABLES[name])) for name in ("customer_models", "customer_calibration")
        )
        return Comparison(used=named, models=next(tables), calibration=next(tables))
    families = [
        name for name in COMPARED if "a" in FAMILIES[name].parameters or len(held.past.count) <= MAX_ROWS
    ]
    fits = {name: fit_buying(held.past, name, TO_COMPARE) for name in dict.fromkeys((*families, named))}
    expected = {name: _expected(model, held) for name, model in fits.items()}
    rows = [_row(name, fits[name], expected[name], held) for name in fits]
    models = pd.DataFrame(rows).sort_values("gap", key=lambda gap: gap.abs(), ignore_index=True)
    used = _best(models) if asked == "best" else named
    models["is_used"] = models["model"] == used
    return Comparison(
        used=used,
        models=models[list(TABLES["customer_models"])],
        calibration=pd.concat([_calibration(name, expected[name], held) for name in fits], ignore_index=True),
    )


def hold_out(lines: ibis.Table, source: str, history: History) -> HeldOut | None:
    """Cut the history at three quarters of its time; None where too few bought again before the cut."""
    ahead = round(HELD_OUT * (history.observed_until - history.first_day).days)
    if ahead < 14:
        return None
    cut = history.observed_until - timedelta(days=ahead)
    read = purchases if history.refunds > 0 else purchases_without_refunds
    with answering(source), rfm(read(lines, cut), cut).cache() as known:
        past = read_purchases(known)
        if past.n_repeaters < LEAST_REPEATERS:
            return None
        later = read(lines, history.observed_until).filter(_.day > ibis.literal(cut))
        later = later.group_by("customer").aggregate(made=_.count())
        both = known.left_join(later, "customer").select(
            repeats=ibis.least(_.frequency, LAST_CLASS), made=_.made.fill_null(0)
        )
        counted = (
            both.group_by("repeats").aggregate(n_customers=_.count(), made=_.made.sum()).order_by("repeats")
        )
        classes: pd.DataFrame = counted.execute().astype("int64")
    return HeldOut(past=past, days=ahead, classes=_large_enough(classes))


def _large_enough(classes: pd.DataFrame) -> pd.DataFrame:
    """Add classes of too few customers to the class before them, so that no total gives them away."""
    at = np.maximum.accumulate(
        np.where(classes["n_customers"] >= LEAST_IN_CLASS, classes["repeats"], classes["repeats"].iloc[0])
    )
    return classes.assign(repeats=at).groupby("repeats", as_index=False).sum()


def _expected(model: BuyingModel, held: HeldOut) -> NDArray[np.float64]:
    """Purchases expected after the cut, by class."""
    past = held.past
    known = {"frequency": past.frequency, "recency": past.recency, "age": past.age}
    each = expected_purchases_given(model, held.days / DAYS[past.unit], **known) * past.count
    of_class = np.searchsorted(held.classes["repeats"].to_numpy(), past.frequency, side="right") - 1
    return np.bincount(of_class, weights=each, minlength=len(held.classes))


def _row(
    name: FamilyName, model: BuyingModel, expected: NDArray[np.float64], held: HeldOut
) -> dict[str, object]:
    total = float(expected.sum())
    return {
        "model": name,
        "log_likelihood": model.log_likelihood,
        "n_parameters": len(FAMILIES[name].parameters),
        "days_held_out": held.days,
        "actual": held.made,
        "expected": total,
        "gap": total / held.made - 1.0 if held.made > 0 else float("nan"),
    }


def _best(models: pd.DataFrame) -> FamilyName:
    """Likeliest of the families whose forecast is as close as the closest; fewer parameters weigh for."""
    if models["gap"].isna().any():
        return DEFAULT
    off = models["gap"].abs()
    close = models[off <= off.min() + AS_CLOSE]
    score = close["log_likelihood"] - close["n_parameters"]
    found: FamilyName = close.loc[score.idxmax(), "model"]
    return found


def _calibration(name: FamilyName, expected: NDArray[np.float64], held: HeldOut) -> pd.DataFrame:
    customers = held.classes["n_customers"]
    return pd.DataFrame(
        {
            "model": name,
            "repeats": held.classes["repeats"],
            "n_customers": customers,
            "actual": held.classes["made"] / customers,
            "expected": expected / customers,
        }
    )
