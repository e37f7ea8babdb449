"""The customers' part of a run in one call: LTV by acquisition channel, CAC, LTV/CAC, checks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import ibis
import pandas as pd
import xarray as xr

from mmm.customers.backtest import compare_models
from mmm.customers.cac import ALL, Acquisition, cac_table, interval
from mmm.customers.calendar import SharedCalendar, shared_calendar
from mmm.customers.checks import contract_checks, customer_check, interval_checks, model_checks, value_checks
from mmm.customers.contracts import Subscribers, read_contracts
from mmm.customers.history import History, read_history
from mmm.customers.ltv import Everyone, Ltv, LtvTerms, average_ltv, draw_ltv, learn_from
from mmm.customers.patterns import Cohort
from mmm.customers.privacy import MIN_CELL, withheld
from mmm.customers.subscriptions import retention_table, subscription_values
from mmm.customers.worth import acquisition_value, cohort_costs, margin_curve
from mmm.errors import listed
from mmm.params import RunParams
from mmm.params.modelling import CustomersParams
from mmm.records import TABLES, CheckResult

if TYPE_CHECKING:
    from mmm.sources import SourceTable

N_DRAWS = 2000
SAMPLE_TOLERANCE = 0.1
"""Further than this from the declared number of new customers, the file is taken for an extract."""
LEAST_COVERED = 0.9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CustomerTables:
    """What the customers' part publishes."""

    tables: dict[str, pd.DataFrame]
    """By name, in their published columns. `cac` is empty where it may not be computed."""
    checks: tuple[CheckResult, ...]
    """Everything that was checked."""
    ltv: Mapping[str, Ltv]
    """LTV draws by channel, with `all`."""
    acquisition: Acquisition | None = None
    """Costs and customers on one calendar; None where they may not be joined."""

    @property
    def notices(self) -> tuple[CheckResult, ...]:
        """The checks that failed: what a reader must know of the figures, and what to do."""
        return tuple(check for check in self.checks if not check.passed)


def customer_tables(
    params: RunParams,
    tables: "Mapping[str, SourceTable]",
    panel: xr.Dataset,
    incremental: xr.DataArray | None = None,
    marginal: xr.DataArray | None = None,
) -> CustomerTables:
    """Compute LTV by acquisition channel, CAC and LTV/CAC.

    Parameters
    ----------
    params
        Without a `customers` section there is nothing to compute, and no table.
    tables
        Sources read, by name.
    panel
        Full costs and, when declared, the outcome that counts new customers.
    incremental : DataArray with dims draw, channel
        New customers that each channel brought over the whole panel, from the fit of that outcome.
    marginal : DataArray with dims draw, channel or channel alone
        New customers that one more unit of full cost would bring.

    Raises
    ------
    UserInputError
        No usable transaction, a missing column, a currency without a rate.
    """
    asked = params.customers
    if asked is None:
        return CustomerTables(tables={}, checks=(), ltv={})
    lines = tables[asked.source].table
    is_contracts = tables[asked.source].content == "contracts"
    known = (_of_contracts if is_contracts else _of_purchases)(lines, params, asked)
    history, values = known.history, known.ltv
    calendar = shared_calendar(params, panel, history)
    hidden = _withheld(values, calendar)
    shown = {name: ltv for name, ltv in values.items() if name not in hidden}
    checks = (*known.checks, *model_checks(known.models), *_calendar_checks(calendar))
    cac, acquisition = pd.DataFrame(columns=list(TABLES["cac"])), None
    worth: dict[str, pd.DataFrame] = {}
    if calendar.overlaps and ALL in shown:
        acquired = _acquisition(panel, calendar, incremental, marginal, asked.sales_cost)
        acquisition = replace(acquired, withheld=hidden)
        worth = {
            "cac_cohorts": cohort_costs(panel, calendar, history, acquisition),
            "margin_curve": margin_curve(shown, acquisition, params.seed),
            "acquisition_value": acquisition_value(shown, acquisition, params.seed),
        }
        cac = cac_table(shown, acquisition, asked.ltv_cac_target, params.seed)
        checks = (*checks, *_cac_checks(calendar, cac, incremental, asked.horizon_months))
    found = {
        "customers": customers_table(shown),
        "cac": cac,
        "customer_models": known.models,
        **known.details(hidden),
        **worth,
    }
    return CustomerTables(tables=found, checks=checks, ltv=values, acquisition=acquisition)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Known:
    """What transactions or contracts say of customers."""

    history: History | Subscribers
    ltv: Mapping[str, Ltv]
    models: pd.DataFrame
    checks: tuple[CheckResult, ...]
    details: Callable[[frozenset[str]], dict[str, pd.DataFrame]]
    """Channels that may not be shown: tables that only this kind of source has."""


def _of_purchases(lines: ibis.Table, params: RunParams, asked: CustomersParams) -> _Known:
    history = read_history(lines, asked.source, params.calendar.end)
    compared = compare_models(lines, asked.source, history, asked.model)
    everyone = learn_from(history.cohorts, compared.used, asked.intervals)
    values = ltv_by_channel(history.cohorts, _terms(asked), params.seed, everyone=everyone)
    return _Known(
        history=history,
        ltv=values,
        models=compared.models,
        checks=(
            *value_checks(history, everyone, asked.horizon_months),
            *interval_checks(values, asked.intervals),
        ),
        details=lambda hidden: {"customer_calibration": compared.calibration},
    )


def _of_contracts(lines: ibis.Table, params: RunParams, asked: CustomersParams) -> _Known:
    subscribers = read_contracts(lines, asked.source, asked.renewal_months, params.calendar.end)
    found = subscription_values(
        subscribers, _terms(asked), asked.model, N_DRAWS, params.seed, intervals=asked.intervals
    )
    return _Known(
        history=subscribers,
        ltv=found.ltv,
        models=found.models,
        checks=(
            *contract_checks(subscribers, found.models, found.ltv, asked.horizon_months),
            *interval_checks(found.ltv, asked.intervals),
        ),
        details=lambda hidden: {"retention": retention_table(found, subscribers, _terms(asked), hidden)},
    )


def ltv_by_channel(
    cohorts: Sequence[Cohort],
    terms: LtvTerms,
    seed: int,
    n_draws: int = N_DRAWS,
    everyone: Everyone | None = None,
) -> dict[str, Ltv]:
    """Draw LTV by acquisition channel, and `all`: their average by number of customers.

    `everyone` is what `learn_from` gives; left out, it is learnt here with BG/NBD.
    """
    learnt = everyone or learn_from(cohorts)
    parts = [draw_ltv(cohort, learnt, terms, n_draws, seed) for cohort in cohorts]
    return {ALL: average_ltv(parts), **{part.channel: part for part in parts}}


def customers_table(values: Mapping[str, Ltv]) -> pd.DataFrame:
    """Tabulate LTV by acquisition channel; `values` holds the channels that may be shown."""
    rows = [
        {
            "segment": ALL,
            "channel": ltv.channel,
            "n_customers": ltv.n_customers,
            **interval("ltv", ltv.draws),
            "repeat_rate": ltv.repeat_rate,
        }
        for ltv in values.values()
    ]
    return pd.DataFrame(rows, columns=list(TABLES["customers"]))


def _withheld(values: Mapping[str, Ltv], calendar: SharedCalendar) -> frozenset[str]:
    """Channels that may not be shown: by all their customers, or by those of the common periods."""
    numbers = {name: float(ltv.n_customers) for name, ltv in values.items()}
    everyone = numbers.pop(ALL)
    hidden = withheld(numbers) | withheld({str(name): float(n) for name, n in calendar.acquired.items()})
    return hidden | ({ALL} if everyone < MIN_CELL else set())


def _terms(asked: CustomersParams) -> LtvTerms:
    return LtvTerms(
        margin_rate=asked.margin_rate, discount_rate=asked.discount_rate, horizon_months=asked.horizon_months
    )


def _acquisition(
    panel: xr.Dataset,
    calendar: SharedCalendar,
    incremental: xr.DataArray | None,
    marginal: xr.DataArray | None,
    sales_cost: float,
) -> Acquisition:
    """Costs of the common periods; an extract of customers is scaled to the declared number."""
    cost = panel["full_cost"].sum("geo")
    scale = calendar.declared / calendar.n_acquired if calendar.declared and _is_extract(calendar) else 1.0
    return Acquisition(
        paid_cost=cost.isel(period=calendar.is_covered).sum("period"),
        paid_customers={str(channel): float(n) * scale for channel, n in calendar.acquired.items()},
        full_cost=cost.sum("period"),
        incremental=incremental,
        marginal=marginal,
        scale=scale,
        sales_cost=sales_cost,
    )


def _is_extract(calendar: SharedCalendar) -> bool:
    if not calendar.declared or not calendar.n_acquired:
        return False
    return abs(calendar.n_acquired / calendar.declared - 1.0) > SAMPLE_TOLERANCE


def _calendar_checks(calendar: SharedCalendar) -> list[CheckResult]:
    share = calendar.covered_share
    if not calendar.overlaps:
        return [
            customer_check(
                "calendars_do_not_overlap", "cac", passed=False, value=share, threshold=LEAST_COVERED
            )
        ]
    return [
        customer_check("calendar", "cac", passed=share >= LEAST_COVERED, value=share, threshold=LEAST_COVERED)
    ]


def _cac_checks(
    calendar: SharedCalendar, cac: pd.DataFrame, incremental: xr.DataArray | None, horizon_months: int
) -> list[CheckResult]:
    found = []
    if calendar.declared:
        share = calendar.n_acquired / calendar.declared
        found.append(
            customer_check(
                "complete_file",
                "cac",
                passed=not _is_extract(calendar),
                value=share,
                threshold=SAMPLE_TOLERANCE,
            )
        )
    if incremental is None:
        found.append(customer_check("incremental", "cac", passed=False, value=0.0, threshold=1.0))
    without = cac.loc[cac["n_customers"].isna(), "channel"]
    if len(without):
        found.append(_about(without, "no_customers_of_its_own", MIN_CELL))
    never = cac.loc[cac["payback_months"] == float("inf"), "channel"]
    if len(never):
        found.append(_about(never, "paid_back", horizon_months))
    return found


def _about(channels: "pd.Series[str]", check: str, threshold: float) -> CheckResult:
    return customer_check(check, listed(channels), passed=False, value=len(channels), threshold=threshold)
