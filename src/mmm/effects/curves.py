"""Response curves: what a channel brings per period against what is spent on it per period."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from mmm.effects.draws import MAX_DRAWS, FloatArray, MediaDraws, media_draws
from mmm.effects.returns import value_per_unit
from mmm.records import TABLES
from mmm.transforms import mean_reached

if TYPE_CHECKING:
    from mmm.inference import Fit

N_POINTS = 41
HIGHEST = 2.0
"""Highest spend of a curve, in multiples of the window's average: beyond it the data say little."""


def response_curves(
    fit: "Fit", panel: xr.Dataset, n_points: int = N_POINTS, max_draws: int = MAX_DRAWS
) -> pd.DataFrame:
    """Tabulate average contribution per period against average media spend per period.

    The pattern of spend over time is held and the whole path scaled, from
    nothing to twice the window's average; the middle point is today.

    Returns
    -------
    DataFrame
        `spend` in money per period, `mean`, `p05`, `p95` in KPI units per
        period, `marginal_mean` in money brought by one more unit of full cost
        (KPI units where a unit has no value).
    """
    media = media_draws(fit, max_draws)
    multiples = np.linspace(0.0, HIGHEST, n_points)
    worth = value_per_unit(fit)
    worth = 1.0 if np.isnan(worth) else worth
    spend = panel["spend"].sum("geo").mean("period")
    tables = []
    for at, channel in enumerate(media.channels):
        response, slope = scaled_response(media, at, multiples)
        average = float(spend.sel(channel=channel))
        cost = average * (1.0 + float(panel["fee_rate"].sel(channel=channel)))
        low, high = np.quantile(response, [0.05, 0.95], axis=0)
        table = {"spend": multiples * average, "mean": response.mean(axis=0), "p05": low, "p95": high}
        table["marginal_mean"] = worth * slope.mean(axis=0) / cost if cost > 0 else np.nan * multiples
        tables.append(pd.DataFrame({"outcome": fit.spec.outcome, "geo": "all", "channel": channel, **table}))
    return pd.concat(tables, ignore_index=True)[list(TABLES["response_curves"])]


def scaled_response(media: MediaDraws, at: int, multiples: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give one channel's average response, and its slope, to multiples of its spend path.

    At nothing the slope of a curve may be infinite: give the first multiple as
    zero and its slope is the average one up to the next multiple.

    Returns
    -------
    tuple of ndarray of shape (draw, multiple)
        KPI units per period, and their derivative by the multiple.
    """
    found, rise = mean_reached(media.curves, at, media.spend, media.carry_in, multiples)
    ceiling = media.ceiling[:, at, None]
    response, steep = ceiling * found, ceiling * rise
    if multiples[0] == 0 and len(multiples) > 1:
        steep[:, 0] = response[:, 1] / multiples[1]
    return response, steep
