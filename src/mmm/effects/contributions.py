"""What each channel and each part of the baseline brought, draw by draw, in KPI units."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from mmm.effects.by_geo import all_geos
from mmm.effects.draws import MAX_DRAWS, FloatArray, media_draws, saturation, thinned
from mmm.effects.intervals import interval
from mmm.model.geo_design import GEO_BASIS
from mmm.records import TABLES

if TYPE_CHECKING:
    from mmm.inference import Fit

BASELINE = ("level", "trend", "season", "holidays", "events", "controls")
"""Parts of the baseline, in the order in which they are shown."""
NATIONAL = "all"


def contributions(fit: "Fit", panel: xr.Dataset, max_draws: int = MAX_DRAWS) -> xr.DataArray:
    """Split the KPI of every period into channels and parts of the baseline.

    Their sum is the model's expectation of the KPI; what is left of the actual
    figure is noise.

    Parameters
    ----------
    panel : Dataset
        The panel that was fitted: gives the periods.
    max_draws : int
        Draws kept, evenly spread over the chains.

    Returns
    -------
    DataArray of dims (draw, geo, period, component)
        KPI units per period. Components are the channels, then the parts of the baseline.
    """
    media = media_draws(fit, max_draws)
    by_channel = all_geos(fit, max_draws)
    if by_channel is None:
        by_channel = media.ceiling[..., None] * saturation(media)
    groups, baseline = baseline_parts(fit, fit.design.basis, max_draws)
    values = np.concatenate([np.moveaxis(by_channel, 1, 2), baseline], axis=2)
    return xr.DataArray(
        values[:, None],
        dims=("draw", "geo", "period", "component"),
        coords={
            "geo": [NATIONAL],
            "period": panel["period"].to_numpy(),
            "component": [*media.channels, *groups],
        },
        name="contribution",
    )


def baseline_parts(
    fit: "Fit", basis: FloatArray, max_draws: int = MAX_DRAWS
) -> tuple[tuple[str, ...], FloatArray]:
    """Give the parts of the baseline that a model has, and their value (draw, period, part).

    Parameters
    ----------
    basis : ndarray of shape (period, basis)
        The fitted basis or its extension to future periods.
    """
    draws = thinned(fit, max_draws)
    coefficient = np.array(draws["coefficient"].transpose("draw", "basis"), dtype=float)
    if fit.design.geo is not None:
        own = draws["coefficient_geo"].transpose("draw", "geo", "geo_basis").to_numpy()
        at = [fit.design.basis_names.index(name) for name in GEO_BASIS]
        coefficient[:, at] += np.einsum("g,dgb->db", fit.design.geo.weight, own)
    group_of = np.asarray(fit.design.groups)
    parts = tuple(name for name in BASELINE if name in set(group_of))
    values = [coefficient[:, group_of == part] @ basis[:, group_of == part].T for part in parts]
    return parts, np.stack(values, axis=-1) * fit.design.outcome_scale


def channel_contributions(fit: "Fit", max_draws: int = MAX_DRAWS) -> xr.DataArray:
    """Give what each channel brought over the whole window, (draw, channel), in KPI units."""
    media = media_draws(fit, max_draws)
    total = media.ceiling * saturation(media).sum(axis=-1)
    return xr.DataArray(total, dims=("draw", "channel"), coords={"channel": list(media.channels)})


def contributions_table(fit: "Fit", panel: xr.Dataset, split: xr.DataArray | None = None) -> pd.DataFrame:
    """Tabulate contributions per period and component with their 90 % intervals.

    `split` is the result of `contributions`, when it is at hand.
    """
    values = contributions(fit, panel) if split is None else split
    stats = interval(values.to_numpy())
    n_geos, n_periods, n_components = values.shape[1:]
    table = pd.DataFrame(
        {
            "outcome": fit.spec.outcome,
            "geo": np.repeat(values["geo"].to_numpy(), n_periods * n_components),
            "period": np.tile(np.repeat(values["period"].to_numpy(), n_components), n_geos),
            "component": np.tile(values["component"].to_numpy(), n_geos * n_periods),
            **{name: stat.ravel() for name, stat in stats.items()},
        }
    )
    return table[list(TABLES["contributions"])]
