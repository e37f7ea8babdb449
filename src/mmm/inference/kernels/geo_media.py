"""What channels bring in each geo, and what a pull on it means for each parameter.

Rows are one channel in one geo, or in all of them where the channel is national: then its series per
head is the same everywhere and is computed once, in the place of the first geo.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import compiled
from mmm.inference.kernels.geo_arrow import dot
from mmm.inference.kernels.geometric_hill import COEFFICIENT, NO_PRESSURE, adstock, saturate, through_adstock

Array = NDArray[np.float64]
GeoMedia = tuple[Array, Array, Array, Array, Array]
"""Spend (channel, geo, period), adstocked spend before (channel, geo), kind of belief (channel), place among
the channels with effects by geo or -1 (channel), share of the population (geo)."""
GeoWork = tuple[Array, Array, Array, Array, Array, Array, Array]
"""(channel, geo, period): pressure, its log-odds of saturation, share of the ceiling reached; (channel, geo):
mean of the latter over periods, effect over that of the channel, effect; (channel): what multiplies
the channel's effect in its share of the KPI."""


@compiled
def new_work(n_channels: int, n_geos: int, n_periods: int) -> GeoWork:
    """Room for `geo_media`."""
    return (
        np.empty((n_channels, n_geos, n_periods)),
        np.empty((n_channels, n_geos, n_periods)),
        np.empty((n_channels, n_geos, n_periods)),
        np.zeros((n_channels, n_geos)),
        np.ones((n_channels, n_geos)),
        np.empty((n_channels, n_geos)),
        np.zeros(n_channels),
    )


@compiled
def is_idle(spend: Array, carry_in: float) -> Any:
    """Whether a row never sees any pressure."""
    if carry_in > 0.0:
        return False
    return spend.max() <= 0.0


@compiled
def geo_media(
    theta: Array, spreads: Array, standard: Array, media: GeoMedia, work: GeoWork, mean: Array
) -> None:
    """Add every contribution to `mean` (geo, period); fill what the gradient needs.

    `theta` starts with the parameters of the national model; `spreads` are logarithms, by channel
    with effects by geo, and `standard` (channel, geo) the standard deviates of these effects.
    """
    spend, carry_in, kind, place, weight = media
    pressure, log_odds, reached, average, ratio, effect, total = work
    channels, geos, periods = spend.shape
    for c in range(channels):
        retention, slope = 1.0 / (1.0 + math.exp(-theta[c])), math.exp(theta[2 * channels + c])
        own = int(place[c])
        total[c] = 0.0
        for g in range(geos if own >= 0 else 1):
            if own >= 0:
                ratio[c, g] = math.exp(math.exp(spreads[own]) * standard[own, g])
            if is_idle(spend[c, g], carry_in[c, g]):
                reached[c, g] = 0.0
                average[c, g] = 0.0
                continue
            adstock(spend[c, g], carry_in[c, g], retention, pressure[c, g])
            saturate(pressure[c, g], theta[channels + c], slope, log_odds[c, g], reached[c, g])
            average[c, g] = reached[c, g].sum() / periods
            total[c] += (weight[g] if own >= 0 else 1.0) * ratio[c, g] * average[c, g]
        strength = theta[3 * channels + c]
        ceiling = strength if kind[c] == COEFFICIENT else math.exp(strength) / total[c]
        for g in range(geos):
            row = g if own >= 0 else 0
            effect[c, g] = ceiling * ratio[c, row]
            if average[c, row] > 0.0:
                add_row(mean[g], effect[c, g], reached[c, row])


@compiled
def add_row(target: Array, factor: float, row: Array) -> None:
    """Add a multiple of a row."""
    for t in range(target.shape[0]):
        target[t] += factor * row[t]


@compiled
def geo_media_gradient(
    theta: Array,
    spreads: Array,
    standard: Array,
    media: GeoMedia,
    work: GeoWork,
    pull: Array,
    gradient: Array,
    spread_gradient: Array,
    standard_gradient: Array,
) -> None:
    """Add to the gradients what a pull (geo, period) on the mean says of each parameter."""
    spend, carry_in, kind, place, weight = media
    pressure, log_odds, reached, average, ratio, effect, total = work
    channels, geos, periods = spend.shape
    together, bend, along = np.zeros(periods), np.empty(periods), np.empty(geos)
    for g in range(geos):
        add_row(together, 1.0, pull[g])
    for c in range(channels):
        retention, slope = 1.0 / (1.0 + math.exp(-theta[c])), math.exp(theta[2 * channels + c])
        own = int(place[c])
        rows = geos if own >= 0 else 1
        earned = 0.0
        for g in range(rows):
            along[g] = 0.0
            if average[c, g] > 0.0:
                along[g] = ratio[c, g] * dot(pull[g] if own >= 0 else together, reached[c, g])
            earned += along[g]
        strength, share_pull = theta[3 * channels + c], 0.0
        ceiling = strength if kind[c] == COEFFICIENT else math.exp(strength) / total[c]
        if kind[c] == COEFFICIENT:
            gradient[3 * channels + c] += earned
        else:
            gradient[3 * channels + c] += ceiling * earned
            share_pull = ceiling * earned / total[c]
        for g in range(rows):
            part = (weight[g] if own >= 0 else 1.0) * ratio[c, g]
            if own >= 0:
                moved = ceiling * along[g] - share_pull * part * average[c, g]
                spread = math.exp(spreads[own])
                standard_gradient[own, g] += moved * spread
                spread_gradient[own] += moved * spread * standard[own, g]
            if average[c, g] <= 0.0:
                continue
            centre = share_pull * part / periods
            row = pull[g] if own >= 0 else together
            state = (pressure[c, g], log_odds[c, g], reached[c, g])
            half, power = _bend(row, effect[c, g], centre, state, bend)
            gradient[channels + c] -= slope * half
            gradient[2 * channels + c] += power
            moved = through_adstock(spend[c, g], carry_in[c, g], retention, pressure[c, g], bend)
            gradient[c] += slope * moved * retention * (1.0 - retention)


@compiled
def _bend(
    pull: Array, effect: float, centre: float, state: tuple[Array, Array, Array], bend: Array
) -> tuple[float, float]:
    """Fill the pull on the logarithm of pressure, over pressure; give its sum, and that times log-odds."""
    pressure, log_odds, reached = state
    half, power = 0.0, 0.0
    for t in range(pull.shape[0]):
        value = (effect * pull[t] - centre) * reached[t] * (1.0 - reached[t])
        half += value
        power += value * log_odds[t]
        bend[t] = value / max(pressure[t], NO_PRESSURE)
    return half, power
