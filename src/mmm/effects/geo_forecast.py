"""What a fit of several geos expects of the plan in each geo; their sum is the whole market's forecast.

Geos are taken one at a time, so that memory does not grow with their number.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from mmm.effects.by_geo import geo_noise_sd
from mmm.effects.draws import MAX_DRAWS, FloatArray, thinned
from mmm.effects.intervals import predictive
from mmm.effects.media_curves import media_curves
from mmm.model import extend_basis
from mmm.model.geo_design import GeoDesign, geo_basis, spend_per_head, standard_controls
from mmm.records import TABLES
from mmm.transforms import reached

if TYPE_CHECKING:
    from mmm.inference import Fit


def is_planned_by_geo(fit: "Fit", plan: xr.Dataset) -> bool:
    """Whether a plan says what each geo of a fit gets."""
    geo = fit.design.geo
    if geo is None or "geo" not in plan.dims or "population" not in plan:
        return False
    return set(map(str, plan["geo"].to_numpy())) == set(geo.geos)


def expected_by_geo(
    fit: "Fit", plan: xr.Dataset, max_draws: int = MAX_DRAWS
) -> Iterator[tuple[str, FloatArray, FloatArray]]:
    """Give what each draw expects of each geo in the periods of a plan, in KPI units.

    Media of the fitted periods go on working, geo by geo. See `mmm.effects.forecast`.

    Yields
    ------
    tuple
        Name of the geo, expectation (draw, period), standard deviation of a period's noise (draw).
    """
    geo = fit.design.geo
    if geo is None:
        raise ValueError("the fit has one geo only")
    ordered = plan.sel(geo=list(geo.geos))
    draws = thinned(fit, max_draws)
    curves = media_curves(fit, draws)
    effect = draws["effect_geo"].transpose("draw", "geo", "channel").to_numpy()
    baseline = _baseline_by_geo(fit, geo, ordered, draws)
    ahead = spend_per_head(ordered, fit.design.channels) / geo.media_scale
    noise = geo_noise_sd(fit, draws)
    for at, name in enumerate(geo.geos):
        unit = geo.kpi_scale[at]
        spend = np.ascontiguousarray(np.concatenate([geo.x[at], ahead[at]]).T)
        brought = reached(curves, spend, geo.carry_in[at])[:, :, len(geo.x[at]) :]
        mean = np.einsum("dc,dcp->dp", effect[:, at], brought) + baseline[at]
        yield name, mean * unit, noise[:, at] * unit


def geo_forecast_table(fit: "Fit", plan: xr.Dataset, seed: int = 0) -> pd.DataFrame:
    """Tabulate the KPI expected under the plan in each geo with its predictive intervals; no `actual`."""
    rng = np.random.default_rng(seed)
    tables = []
    for name, mean, sd in expected_by_geo(fit, plan):
        drawn = mean + sd[:, None] * rng.standard_normal(mean.shape)
        columns = {
            "outcome": fit.spec.outcome,
            "geo": name,
            "period": plan["period"].to_numpy(),
            "actual": np.nan,
        }
        tables.append(pd.DataFrame({**columns, **predictive(drawn)}))
    return pd.concat(tables, ignore_index=True)[list(TABLES["geo_forecast"])]


def _baseline_by_geo(fit: "Fit", geo: GeoDesign, plan: xr.Dataset, draws: xr.Dataset) -> list[FloatArray]:
    """Give level, trend, season, controls of each geo, (draw, period), in units of the mean KPI."""
    design = fit.design
    columns = extend_basis(design, plan)
    coefficient = draws["coefficient"].transpose("draw", "basis").to_numpy()
    own = draws["coefficient_geo"].transpose("draw", "geo", "geo_basis").to_numpy()
    pair = geo_basis(columns, design.baseline)
    controls = standard_controls(plan, design.baseline)
    found = []
    for at in range(len(geo.geos)):
        columns[:, geo.control_columns] = controls[at]
        found.append(coefficient @ columns.T + own[:, at] @ pair.T)
    return found
