"""Response curves: what a channel brings per period against what is spent on it per period."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from mmm.effects.draws import MAX_DRAWS, FloatArray, MediaDraws, adstocked, media_draws
from mmm.effects.returns import value_per_unit
from mmm.records import TABLES

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

    Adstock is linear, so a path scaled by m has the saturation m^s u / (1 + m^s u)
    where u = (a / k)^s is that of the path itself: the power is taken once.

    Returns
    -------
    tuple of ndarray of shape (draw, multiple)
        KPI units per period, and their derivative by the multiple.
    """
    odds = (adstocked(media, at) / media.half_saturation[:, at, None]) ** media.slope[:, at, None]
    slope, ceiling = media.slope[:, at], media.ceiling[:, at]
    response, steepness = (np.zeros((media.n_draws, len(multiples))) for _ in range(2))
    for position, multiple in enumerate(multiples):
        raised = odds * (multiple**slope)[:, None]
        reached = raised / (1.0 + raised)
        response[:, position] = ceiling * reached.mean(axis=1)
        if multiple > 0:
            steepness[:, position] = ceiling * slope * (reached * (1.0 - reached)).mean(axis=1) / multiple
    if multiples[0] == 0 and len(multiples) > 1:
        steepness[:, 0] = response[:, 1] / multiples[1]
    return response, steepness
