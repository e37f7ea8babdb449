"""Every steering table of a run, in one call: what notebook 60 shows and writes."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from mmm.params import RunParams
from mmm.records import TABLES
from mmm.steering.abnormal_alerts import abnormal_alerts
from mmm.steering.action_plan import read_action_plan
from mmm.steering.actions import actions_table
from mmm.steering.agenda import agendas_table
from mmm.steering.aggregates import Table
from mmm.steering.alerts import (
    alerts_table,
    definition_alerts,
    objective_alerts,
    pacing_alerts,
    threshold_alerts,
    without_echoes,
)
from mmm.steering.campaigns import campaigns_table
from mmm.steering.contacts import contacts_bought
from mmm.steering.funnel import funnel_table
from mmm.steering.gathered import SteeringFacts, Tables, calendar_shares, steering_facts
from mmm.steering.kpi_values import kpi_history_table, kpis_table
from mmm.steering.modelled import N_DRAWS
from mmm.steering.objectives import Outlook, objectives_table
from mmm.steering.pacing import pacing_table
from mmm.steering.variance import (
    outcome_gaps,
    spend_gaps,
    target_total,
    targets_table,
    variance_windows,
)

if TYPE_CHECKING:
    from mmm.inference import Fit


def steering_tables(  # noqa: PLR0917 - called with what a run holds, in the order of the stages
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
    """Compute every table of the stage: from kpis to alerts, variance, targets, actions and the agenda.

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
    facts = steering_facts(params, tables, panel, run_tables=run_tables, as_of=as_of, fits=fits)
    frequency = params.calendar.frequency
    channels, periods = tuple(params.channels), pd.DatetimeIndex(facts.observed.index)
    outlook = Outlook(
        observed=facts.observed,
        modelled=facts.modelled,
        forecast=run_tables.get("forecast"),
        drawn=_predictive_paths(fits or {}, plan, params.seed),
        plan=plan,
        frequency=frequency,
        seed=params.seed,
    )
    found = {
        "kpis": kpis_table(facts.readings, frequency),
        "kpi_history": kpi_history_table(facts.readings, facts.database),
        "funnel": funnel_table(facts.observed, facts.stages, frequency),
        "objectives": objectives_table(params, facts.readings, outlook),
        "pacing": pacing_table(facts.observed, facts.planned, channels, frequency),
        "campaigns": campaigns_table(tables, periods, frequency),
        "targets": targets_table(facts.targets),
        "variance": _variance(params, facts, fits or {}),
        "actions": _actions(params, facts, as_of),
    }
    found["alerts"] = _alerts(params, facts, found, as_of, previous_alerts)
    found["agenda"] = agendas_table({**run_tables, **found}, facts.reference, params)
    return found


def _predictive_paths(
    fits: "Mapping[str, Fit]", plan: xr.Dataset | None, seed: int
) -> dict[str, pd.DataFrame]:
    if plan is None or not fits:
        return {}
    from mmm.effects.forecast import forecast  # noqa: PLC0415 - only with a fit

    expected = {outcome: forecast(fit, plan, N_DRAWS) for outcome, fit in fits.items()}
    return {
        outcome: pd.DataFrame(paths.predicted(seed), columns=pd.DatetimeIndex(paths.periods))
        for outcome, paths in expected.items()
    }


def _variance(params: RunParams, facts: SteeringFacts, fits: "Mapping[str, Fit]") -> pd.DataFrame:
    frames = list(_gaps(params, facts, fits))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(TABLES["variance"]))


def _gaps(params: RunParams, facts: SteeringFacts, fits: "Mapping[str, Fit]") -> Iterator[pd.DataFrame]:
    periods = pd.DatetimeIndex(facts.observed.index)
    for window in variance_windows(periods, params.calendar.frequency):
        channels = tuple(params.channels)
        bought = contacts_bought(facts.observed, channels, window, params.calendar.frequency)
        gaps = spend_gaps(facts.observed, facts.planned, channels, window)
        if not gaps.empty:
            yield gaps
        for outcome in params.outcomes:
            target = target_total(facts.targets, outcome, window)
            actual = float(facts.observed.loc[window.start : window.last, outcome].sum(skipna=False))
            if target is None or not np.isfinite(actual):
                continue
            causes = None
            if outcome in fits:
                from mmm.steering.counterfactual import gap_causes  # noqa: PLC0415 - only with a fit

                causes = gap_causes(fits[outcome], facts.panel, facts.planned, window, target, bought=bought)
            yield outcome_gaps(actual, target, causes, window, outcome)


def _actions(params: RunParams, facts: SteeringFacts, as_of: date) -> pd.DataFrame:
    assert params.steering is not None
    if params.steering.actions is None:
        return pd.DataFrame(columns=list(TABLES["actions"]))
    plan = read_action_plan(params.beside(params.steering.actions), facts.reference, params.currency)
    return actions_table(
        plan,
        facts.reference,
        facts.database,
        frequency=params.calendar.frequency,
        as_of=as_of,
        currency=params.currency,
    )


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
    odd = abnormal_alerts(facts.readings, found["kpi_history"], calendar, facts.database, params)
    rows = [
        *odd,
        *without_echoes(threshold_alerts(facts.readings, facts.database, frequency), odd),
        *pacing_alerts(found["pacing"], last),
        *objective_alerts(found["objectives"], facts.readings, facts.database, last),
        *definition_alerts(facts.reference, facts.readings, periods, frequency),
    ]
    return alerts_table(rows, pd.Timestamp(as_of), previous)
