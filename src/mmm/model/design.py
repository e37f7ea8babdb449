"""`Design`: the data of one outcome in the units of the model, and how to extend them to the future.

What is learnt here (scales, knots, means) travels with the fit and is never recomputed from new data.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.model.baseline import Baseline, build_baseline
from mmm.model.design_problems import refuse_problems
from mmm.model.geo_design import (
    GeoDesign,
    build_geo_design,
    carry_in_of,
    has_geos,
    national_basis,
    with_geo_controls,
)
from mmm.model.media_prior import MediaPrior, build_media_prior
from mmm.model.panel_values import labels, national, outcome_values
from mmm.model.prior_curves import Curves
from mmm.model.shape_prior import ShapePrior, build_shape_prior
from mmm.model.spec import PERIODS_PER_YEAR, ModelSpec

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The data of one outcome as the model sees them.

    `KPI = outcome_scale * (basis @ coefficient + sum over channels of effect * saturation) + noise`.
    """

    outcome: str
    periods: NDArray[np.datetime64]
    """Start of each period."""
    channels: tuple[str, ...]
    media_scale: FloatArray
    """(channel) Mean spend of the periods with spend, in money: 1 in `x`."""
    outcome_scale: float
    """Mean KPI: 1 in `y`."""
    x: FloatArray
    """(period, channel) Spend in typical active periods."""
    y: FloatArray
    """(period) KPI in units of its mean."""
    carry_in: FloatArray
    """(channel) Adstocked spend before the first period, in the unit of `x`."""
    full_cost_total: FloatArray
    """(channel) Full cost over the data, in money."""
    media_prior: MediaPrior
    shape_prior: ShapePrior
    baseline: Baseline
    basis: FloatArray
    """(period, basis) Columns of the baseline."""
    geo: GeoDesign | None = None
    """The same data by geo; None where the panel has one geo. The fields above are sums over geos."""

    @property
    def n_lags(self) -> int:
        """Window of the carry-overs that have one; periods before the data are alike over it."""
        return self.shape_prior.n_lags

    @property
    def basis_names(self) -> tuple[str, ...]:
        """Name of each column of the baseline."""
        return self.baseline.names

    @property
    def groups(self) -> tuple[str, ...]:
        """Group of each column: level, trend, season, holidays, events or controls."""
        return self.baseline.groups

    @property
    def kpi_total(self) -> float:
        """Total KPI over the data, in its own unit."""
        return self.outcome_scale * len(self.periods)


def build_design(panel: xr.Dataset, spec: ModelSpec) -> Design:
    """Put the data of `spec.outcome` in the units of the model.

    Raises
    ------
    UserInputError
        The data cannot be fitted: values that are not numbers, a channel without spend, a KPI
        that never moves, fewer periods than channels; every problem at once.
    """
    refuse_problems(panel, spec)
    spend = national(panel["spend"]).transpose("period", "channel").to_numpy().astype(float)
    full_cost = national(panel["full_cost"]).sum("period").to_numpy().astype(float)
    kpi = outcome_values(panel, spec.outcome).to_numpy().astype(float)
    media_scale = np.array([column[column > 0].mean() for column in spend.T])
    outcome_scale = float(kpi.mean())
    x = spend / media_scale
    channels = labels(panel, "channel")
    baseline = build_baseline(panel, spec)
    geo, first_periods = None, max(1, PERIODS_PER_YEAR[spec.frequency] // 6)
    if has_geos(panel):
        baseline = with_geo_controls(baseline, panel)
        geo = build_geo_design(panel, spec.outcome, baseline, first_periods)
    typical = media_scale if geo is None else geo.media_scale * geo.population.sum()
    shape_prior = build_shape_prior(spec, channels, typical, len(kpi))
    carry_in = carry_in_of(x, first_periods)
    curves = Curves(x=x, carry_in=carry_in, marginal_cost=_marginal_cost(panel), shape=shape_prior)
    return Design(
        outcome=spec.outcome,
        periods=panel["period"].to_numpy(),
        channels=channels,
        media_scale=media_scale,
        outcome_scale=outcome_scale,
        x=x,
        y=kpi / outcome_scale,
        carry_in=carry_in,
        full_cost_total=full_cost,
        media_prior=build_media_prior(spec, channels, full_cost, outcome_scale * len(kpi), curves),
        shape_prior=shape_prior,
        baseline=baseline,
        basis=national_basis(baseline, panel, geo),
        geo=geo,
    )


def extend_basis(design: Design, panel_or_plan: xr.Dataset) -> FloatArray:
    """Give the columns of the baseline for other periods, such as those of a plan.

    Returns
    -------
    ndarray of shape (period, basis)
        In the order of `design.basis_names`; a holiday or an event that the plan lacks counts as 0.
    """
    return national_basis(design.baseline, panel_or_plan, design.geo)


def scaled_spend(design: Design, panel_or_plan: xr.Dataset) -> FloatArray:
    """Give media spend in the units of `design.x`, shape (period, channel)."""
    spend = national(panel_or_plan["spend"]).sel(channel=list(design.channels))
    ordered = spend.transpose("period", "channel")
    return np.asarray(ordered.to_numpy() / design.media_scale, dtype=float)


def _marginal_cost(panel: xr.Dataset) -> FloatArray:
    """(channel) What grows when spend does: media with its fees; all of the cost where they are unknown."""
    if "fee_rate" not in panel:
        return np.asarray(national(panel["full_cost"]).sum("period").to_numpy(), dtype=float)
    spend = national(panel["spend"]).sum("period").to_numpy()
    return np.asarray(spend * (1 + panel["fee_rate"].to_numpy()), dtype=float)
