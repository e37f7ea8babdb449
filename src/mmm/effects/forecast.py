"""What the model expects of the past and of the plan, with the noise that a single period has."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from mmm.effects.by_geo import noise_sd
from mmm.effects.contributions import baseline_parts, contributions
from mmm.effects.draws import MAX_DRAWS, FloatArray, media_draws, saturation_ahead, thinned
from mmm.effects.geo_forecast import expected_by_geo, is_planned_by_geo
from mmm.effects.intervals import predictive
from mmm.model import extend_basis, scaled_spend
from mmm.records import TABLES

if TYPE_CHECKING:
    from mmm.inference import Fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What each draw expects of some periods, before noise, in KPI units."""

    periods: Any
    """(period), starts."""
    mean: FloatArray
    """(draw, period)."""
    sigma: FloatArray
    """(draw), standard deviation of a period's noise."""

    def predicted(self, seed: int) -> FloatArray:
        """Add noise: draws of what will be seen, (draw, period)."""
        noise = np.random.default_rng(seed).standard_normal(self.mean.shape)
        return np.asarray(self.mean + self.sigma[:, None] * noise)


def fitted(
    fit: "Fit", panel: xr.Dataset, split: xr.DataArray | None = None, max_draws: int = MAX_DRAWS
) -> Expectation:
    """Give what the model expects of the fitted periods.

    `split` is the result of `contributions` with the same `max_draws`, when it is at hand.
    """
    values = contributions(fit, panel, max_draws) if split is None else split
    mean = values.sum(["component", "geo"]).transpose("draw", "period").to_numpy()
    return Expectation(periods=panel["period"].to_numpy(), mean=mean, sigma=_sigma(fit, max_draws))


def forecast(fit: "Fit", plan: xr.Dataset, max_draws: int = MAX_DRAWS) -> Expectation:
    """Give what the model expects of the periods that follow the fitted ones.

    Media of the fitted periods go on working, draw by draw. The trend goes on
    as a damped line plus the random walk that the fit draws beyond its data, so
    the interval widens with the horizon.

    Parameters
    ----------
    plan : Dataset
        Spend, controls, holidays and events of the periods right after the data. Where it says what
        each geo of the fit gets, geos are forecast one by one and added up.
    """
    if is_planned_by_geo(fit, plan):
        mean: FloatArray = sum((mean for _, mean, _ in expected_by_geo(fit, plan, max_draws)), np.zeros(()))
    else:
        mean = _of_one_market(fit, plan, max_draws)
    return Expectation(periods=plan["period"].to_numpy(), mean=mean, sigma=_sigma(fit, max_draws))


def _of_one_market(fit: "Fit", plan: xr.Dataset, max_draws: int) -> FloatArray:
    """Give what is expected of a plan of a whole market, (draw, period)."""
    media = media_draws(fit, max_draws)
    spend = np.ascontiguousarray(scaled_spend(fit.design, plan).T)
    brought = saturation_ahead(media, spend)
    _, baseline = baseline_parts(fit, extend_basis(fit.design, plan), max_draws)
    mean = np.einsum("dc,dcp->dp", media.ceiling, brought) + baseline.sum(axis=-1)
    return np.asarray(mean)


def fit_table(
    fit: "Fit", panel: xr.Dataset, split: xr.DataArray | None = None, seed: int = 0
) -> pd.DataFrame:
    """Tabulate the actual KPI beside the model's predictive intervals for the fitted periods."""
    actual = fit.design.y * fit.design.outcome_scale
    return _table("fit", fit, fitted(fit, panel, split), actual, seed)


def forecast_table(fit: "Fit", plan: xr.Dataset, seed: int = 0) -> pd.DataFrame:
    """Tabulate the KPI expected under the plan with its predictive intervals; `actual` is unknown."""
    expected = forecast(fit, plan)
    return _table("forecast", fit, expected, np.full(len(expected.periods), np.nan), seed)


def _sigma(fit: "Fit", max_draws: int) -> FloatArray:
    return noise_sd(fit, thinned(fit, max_draws)) * fit.design.outcome_scale


def _table(name: str, fit: "Fit", expected: Expectation, actual: FloatArray, seed: int) -> pd.DataFrame:
    columns = {"outcome": fit.spec.outcome, "geo": "all", "period": expected.periods, "actual": actual}
    return pd.DataFrame({**columns, **predictive(expected.predicted(seed))})[list(TABLES[name])]
