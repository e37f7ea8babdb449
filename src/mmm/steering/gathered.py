"""What every steering table is computed from, gathered once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from mmm.errors import UserInputError
from mmm.model.panel_values import panel_values
from mmm.panel import planned, targets
from mmm.params import RunParams
from mmm.steering.aggregates import Table
from mmm.steering.database import FactsDatabase, open_facts
from mmm.steering.declared import check_objectives
from mmm.steering.facts import fact_names, funnel_stages, observed_facts, planned_facts
from mmm.steering.kpi_values import KpiReading, readings
from mmm.steering.modelled import N_DRAWS, all_customers, modelled_facts
from mmm.steering.periods import complete_periods, period_end
from mmm.steering.reference import KpiReference, read_kpi_reference

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
    planned: pd.DataFrame
    """Media budget: date, channel, spend."""
    targets: pd.DataFrame
    """Wanted outcomes: date, outcome, value."""


def steering_facts(
    params: RunParams,
    tables: Mapping[str, Table],
    panel: xr.Dataset,
    *,
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
    if not len(over):
        first = period_end(pd.Timestamp(panel["period"].to_numpy()[0]), frequency)
        raise UserInputError(
            str(params.file), [f"calendar: no period was over on {as_of}, expected a day after {first}"]
        )
    known = panel.sel(period=over)
    observed = observed_facts(params, tables, known)
    customers = all_customers(run_tables.get("customers"))
    if customers is not None:
        observed["repurchase_rate"] = float(customers["repeat_rate"])
    budget, wanted = planned(params, tables), targets(params, tables)  # type: ignore[arg-type]
    observed = observed.join(planned_facts(params, budget, wanted, over))
    channels = tuple(params.channels)
    draws = _contribution_draws(fits, panel)
    modelled = modelled_facts(run_tables, over, channels, params.seed, contributions=draws)
    database = open_facts(observed, modelled)
    return SteeringFacts(
        reference=reference,
        panel=known,
        observed=observed,
        modelled=modelled,
        database=database,
        readings=readings(reference, database, frequency, set(fact_names(params))),
        stages=funnel_stages(tables),
        planned=budget,
        targets=wanted,
    )


def _contribution_draws(fits: "Mapping[str, Fit] | None", panel: xr.Dataset) -> dict[str, xr.DataArray]:
    if not fits:
        return {}
    from mmm.effects.contributions import contributions  # noqa: PLC0415 - only where there is a fit

    return {outcome: contributions(fit, panel, N_DRAWS) for outcome, fit in fits.items()}


def calendar_shares(panel: xr.Dataset) -> pd.DataFrame:
    """Give the share of each period that each holiday and event covers."""
    shares = {
        str(name): values.sel({dim: name}).to_numpy()
        for dim in ("holiday", "event")
        if (values := panel_values(panel, dim)) is not None
        for name in values[dim].to_numpy()
    }
    return pd.DataFrame(shares, index=pd.DatetimeIndex(panel["period"].to_numpy()))
