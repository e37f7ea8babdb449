"""Every steering table of a run, in one call: what notebook 60 shows and writes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from mmm.model.panel_values import panel_values
from mmm.panel import planned, targets
from mmm.params import RunParams
from mmm.params.data import Frequency
from mmm.records import TABLES
from mmm.steering.actions import actions_table, read_action_plan
from mmm.steering.agenda import agenda_items, agenda_table
from mmm.steering.aggregates import Table
from mmm.steering.alerts import (
    abnormal_alerts,
    alerts_table,
    definition_alerts,
    objective_alerts,
    pacing_alerts,
    threshold_alerts,
)
from mmm.steering.campaigns import campaigns_table
from mmm.steering.database import FactsDatabase, open_facts
from mmm.steering.facts import fact_names, funnel_stages, observed_facts
from mmm.steering.funnel import funnel_table
from mmm.steering.kpi_values import KpiReading, kpi_history_table, kpis_table, readings
from mmm.steering.modelled import all_customers, modelled_facts
from mmm.steering.objectives import check_objectives, objectives_table
from mmm.steering.pacing import pacing_table
from mmm.steering.periods import complete_periods
from mmm.steering.reference import KpiReference, read_kpi_reference
from mmm.steering.variance import outcome_gaps, spend_gaps, target_total, variance_windows

if TYPE_CHECKING:
    from mmm.inference import Fit

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class SteeringFacts:
    """What every steering table is computed from."""

    reference: KpiReference
    panel: xr.Dataset
    """Periods that were over on the day of the run."""
    observed: pd.DataFrame
    modelled: pd.DataFrame
    database: FactsDatabase
    readings: dict[str, KpiReading]
    stages: tuple[str, ...]


def steering_facts(
    params: RunParams,
    tables: Mapping[str, Table],
    panel: xr.Dataset,
    run_tables: Tables,
    as_of: date,
    fits: "Mapping[str, Fit] | None" = None,
) -> SteeringFacts:
    """Gather facts per period and read every KPI of the reference that they allow.

    Raises
    ------
    UserInputError
        The reference is refused, or names columns that nobody knows.
    """
    if params.steering is None:
        raise ValueError("the params have no steering section")
    reference = read_kpi_reference(params.beside(params.steering.kpis))
    check_objectives(params, reference)
    frequency = params.calendar.frequency
    over = complete_periods(list(pd.DatetimeIndex(panel["period"].values)), frequency, as_of)
    known = panel.sel(period=over)
    observed = observed_facts(params, tables, known)
    customers = all_customers(run_tables.get("customers"))
    if customers is not None:
        observed["repurchase_rate"] = float(customers["repeat_rate"])
    channels = tuple(params.channels)
    draws = _contribution_draws(fits, panel)
    modelled = modelled_facts(run_tables, over, channels, params.seed, draws)
    database = open_facts(observed, modelled)
    return SteeringFacts(
        reference=reference,
        panel=known,
        observed=observed,
        modelled=modelled,
        database=database,
        readings=readings(reference, database, frequency, set(fact_names(params))),
        stages=funnel_stages(tables),
    )


def steering_tables(
    params: RunParams,
    tables: Mapping[str, Table],
    panel: xr.Dataset,
    plan: xr.Dataset | None,
    run_tables: Tables,
    as_of: date,
    previous_alerts: pd.DataFrame | None = None,
    *,
    fits: "Mapping[str, Fit] | None" = None,
) -> dict[str, pd.DataFrame]:
    """Compute kpis, kpi_history, funnel, objectives, alerts, variance, pacing, campaigns, actions, agenda.

    Parameters
    ----------
    tables
        Sources that were read.
    run_tables
        Tables that the run has already: contributions, channel_summary, cac, customers,
        forecast, allocation, allocation_summary. What is missing leaves its figures out.
    previous_alerts
        Alerts of the run before, with the state that people gave them.
    fits
        Outcome: its fit. Gives the KPIs the posterior's own intervals, and the gap its causes;
        without it intervals come from the published tables and the gap stays unexplained.

    Raises
    ------
    UserInputError
        Problems in the KPI reference, the objectives or the action plan.
    """
    facts = steering_facts(params, tables, panel, run_tables, as_of, fits)
    frequency, currency = params.calendar.frequency, params.currency
    channels, periods = tuple(params.channels), pd.DatetimeIndex(facts.observed.index)
    budget = planned(params, tables)  # type: ignore[arg-type]
    found = {
        "kpis": kpis_table(facts.readings, frequency),
        "kpi_history": kpi_history_table(facts.readings, facts.database),
        "funnel": funnel_table(facts.observed, facts.stages, frequency),
        "objectives": objectives_table(
            params, facts.readings, facts.observed, facts.modelled, run_tables.get("forecast"), plan
        ),
        "pacing": pacing_table(facts.observed, budget, channels, frequency),
        "campaigns": campaigns_table(tables, periods, frequency),
        "variance": _variance(params, tables, facts, budget, fits or {}),
        "actions": _actions(params, facts, frequency, as_of),
    }
    found["alerts"] = _alerts(params, facts, found, as_of, previous_alerts)
    items = agenda_items({**run_tables, **found}, facts.reference, params)
    found["agenda"] = agenda_table(items, "en", currency)
    return found


def _contribution_draws(fits: "Mapping[str, Fit] | None", panel: xr.Dataset) -> dict[str, xr.DataArray]:
    if not fits:
        return {}
    from mmm.effects.contributions import contributions  # noqa: PLC0415 - only where there is a fit

    return {outcome: contributions(fit, panel) for outcome, fit in fits.items()}


def _variance(
    params: RunParams,
    tables: Mapping[str, Table],
    facts: SteeringFacts,
    budget: pd.DataFrame,
    fits: "Mapping[str, Fit]",
) -> pd.DataFrame:
    frames = list(_gaps(params, tables, facts, budget, fits))
    if not frames:
        return pd.DataFrame(columns=list(TABLES["variance"]))
    return pd.concat(frames, ignore_index=True)


def _gaps(
    params: RunParams,
    tables: Mapping[str, Table],
    facts: SteeringFacts,
    budget: pd.DataFrame,
    fits: "Mapping[str, Fit]",
) -> Iterator[pd.DataFrame]:
    wanted = targets(params, tables)  # type: ignore[arg-type]
    periods = pd.DatetimeIndex(facts.observed.index)
    for window in variance_windows(periods, params.calendar.frequency):
        gaps = spend_gaps(facts.observed, budget, tuple(params.channels), window)
        if not gaps.empty:
            yield gaps
        for outcome in params.outcomes:
            target = target_total(wanted, outcome, window)
            actual = float(facts.observed.loc[window.start : window.last, outcome].sum(skipna=False))
            if target is None or not np.isfinite(actual):
                continue
            drivers = {}
            if outcome in fits:
                from mmm.steering.counterfactual import driver_sides  # noqa: PLC0415 - only with a fit

                drivers = driver_sides(fits[outcome], facts.panel, budget, window)
            yield outcome_gaps(actual, target, drivers, window, outcome)


def _actions(params: RunParams, facts: SteeringFacts, frequency: Frequency, as_of: date) -> pd.DataFrame:
    assert params.steering is not None
    if params.steering.actions is None:
        return pd.DataFrame(columns=list(TABLES["actions"]))
    plan = read_action_plan(params.beside(params.steering.actions), facts.reference)
    return actions_table(plan, facts.reference, facts.database, frequency, as_of, params.currency)


def _alerts(
    params: RunParams,
    facts: SteeringFacts,
    found: Tables,
    as_of: date,
    previous: pd.DataFrame | None,
) -> pd.DataFrame:
    frequency, last = params.calendar.frequency, facts.observed.index[-1]
    periods = pd.DatetimeIndex(facts.observed.index)
    calendar = calendar_shares(facts.panel)
    rows = [
        *threshold_alerts(facts.readings, facts.database, frequency),
        *abnormal_alerts(facts.readings, found["kpi_history"], calendar, facts.database, params),
        *pacing_alerts(found["pacing"], last),
        *objective_alerts(found["objectives"], facts.readings, facts.database, last),
        *definition_alerts(facts.reference, facts.readings, periods, frequency),
    ]
    return alerts_table(rows, pd.Timestamp(as_of), previous)


def calendar_shares(panel: xr.Dataset) -> pd.DataFrame:
    """Give the share of each period that each holiday and event covers."""
    frames = [
        values.transpose("period", dim).to_pandas()
        for dim in ("holiday", "event")
        if (values := panel_values(panel, dim)) is not None
    ]
    empty = pd.DataFrame(index=pd.DatetimeIndex(panel["period"].values))
    return pd.concat([empty, *frames], axis="columns")
