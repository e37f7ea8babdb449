"""What changed between two windows, and what moved it: the waterfall."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from mmm.effects.contributions import contributions
from mmm.effects.intervals import interval
from mmm.model.spec import PERIODS_PER_YEAR
from mmm.params.data import Frequency
from mmm.records import TABLES

if TYPE_CHECKING:
    from mmm.inference import Fit

BEFORE, AFTER, UNEXPLAINED = "before", "after", "unexplained"


def waterfall(fit: "Fit", panel: xr.Dataset, split: xr.DataArray | None = None) -> pd.DataFrame:
    """Tabulate the change of the KPI from the year before last to the last year, by component.

    The windows are the last year and the one before, or the two halves of a
    shorter history. The first row is the earlier actual total, the last row the
    later one; the rows between add up to their difference on average:
    `unexplained` is what the model does not attribute to anything.

    Returns
    -------
    DataFrame
        `from` and `to` are the first periods of the two windows, amounts in KPI units.
    """
    values = contributions(fit, panel) if split is None else split
    earlier, later = windows(panel.sizes["period"], fit.spec.frequency)
    draws = values.isel(geo=0).transpose("draw", "period", "component").to_numpy()
    change = draws[:, later].sum(axis=1) - draws[:, earlier].sum(axis=1)
    actual = fit.design.y * fit.design.outcome_scale
    before, after = actual[earlier].sum(), actual[later].sum()
    left = after - before - change.sum(axis=1)
    names = [BEFORE, *values["component"].to_numpy(), UNEXPLAINED, AFTER]
    shape = (len(change), 1)
    steps = [np.full(shape, before), change, left[:, None], np.full(shape, after)]
    stats = interval(np.concatenate(steps, axis=1))
    periods = panel["period"].to_numpy()
    table = {"outcome": fit.spec.outcome, "from": periods[earlier][0], "to": periods[later][0]}
    return pd.DataFrame({**table, "component": names, **stats})[list(TABLES["waterfall"])]


def windows(n_periods: int, frequency: Frequency) -> tuple[slice, slice]:
    """Give the year before last and the last year, or the two halves of a shorter history.

    Examples
    --------
    >>> windows(156, "weekly")
    (slice(52, 104, None), slice(104, 156, None))
    >>> windows(30, "weekly")
    (slice(0, 15, None), slice(15, 30, None))
    """
    length = min(PERIODS_PER_YEAR[frequency], n_periods // 2)
    return slice(n_periods - 2 * length, n_periods - length), slice(n_periods - length, n_periods)
