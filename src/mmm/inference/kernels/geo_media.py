"""What channels bring in each geo, and what a pull on it means for each parameter.

Rows are one channel in one geo, or in all of them where the channel is national: then its series per
head is the same everywhere and is computed once, in the place of the first geo.
"""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import strict
from mmm.inference.kernels.elementary import add_multiple, dot, shifted_multiple, total_of
from mmm.inference.kernels.media import curve_of, pull_back, respond
from mmm.inference.kernels.prior import COEFFICIENT, MARGINAL, block_start

Array = NDArray[np.float64]
GeoMedia = tuple[Array, Array, Array, Array, Array, Array, Array]
"""Spend (channel, geo, period); spend before (channel, geo) and whether there ever is any (channel, geo);
kind of belief (channel), place among the channels with effects by geo or -1 (channel), share of the
KPI (geo); families (3, channel): see `kernels.media`."""
GeoWork = tuple[Array, Array, Array, Array, Array, Array, Array, Array, Array, Array, Array, Array]
"""(channel, geo, period): pressure, its level, share of the ceiling reached, its rise, and that carried
over; (channel, geo): mean of what is reached and mean of what the belief is on, over periods, effect over
that of the channel, effect; (channel): what multiplies the channel's effect in what its belief is on;
weights (channel, lag) and their slopes (channel, 2, lag)."""


@strict
def new_work(channels: int, geos: int, periods: int, n_lags: int) -> GeoWork:
    """Room for `geo_media`."""
    return (
        np.empty((channels, geos, periods)),
        np.empty((channels, geos, periods)),
        np.empty((channels, geos, periods)),
        np.empty((channels, geos, periods)),
        np.empty((channels, geos, periods)),
        np.zeros((channels, geos)),
        np.zeros((channels, geos)),
        np.ones((channels, geos)),
        np.empty((channels, geos)),
        np.zeros(channels),
        np.empty((channels, n_lags)),
        np.empty((channels, 2, n_lags)),
    )


@strict
def rows_of(work: GeoWork, c: int, g: int) -> tuple[Array, Array, Array, Array, Array, Array, Array]:
    """Give the rows of one channel in one geo, as `kernels.media` reads them."""
    return work[0][c, g], work[1][c, g], work[2][c, g], work[3][c, g], work[4][c, g], work[10][c], work[11][c]


@strict
def geo_media(
    full: Array, spreads: Array, standard: Array, media: GeoMedia, work: GeoWork, groups: int, mean: Array
) -> None:
    """Add every contribution to `mean` (geo, period); fill what the gradient needs.

    `full` are the parameters of the national model, of `groups` amplitudes; `spreads` are logarithms, by
    channel with effects by geo, and `standard` (channel, geo) the standard deviates of these effects.
    """
    spend, before, active, kind, place, weight, families = media
    average, believed, ratio, effect, total = work[5], work[6], work[7], work[8], work[9]
    channels, geos, periods = spend.shape
    at_second = block_start(4, channels, groups)
    for c in range(channels):
        curve, own = curve_of(full, c, channels, at_second), int(place[c])
        total[c] = 0.0
        for g in range(geos if own >= 0 else 1):
            if own >= 0:
                ratio[c, g] = math.exp(math.exp(spreads[own]) * standard[own, g])
            if active[c, g] == 0.0:
                average[c, g] = 0.0
                believed[c, g] = 0.0
                continue
            rows = rows_of(work, c, g)
            respond(curve, families[:, c], spend[c, g], before[c, g], rows, periods)
            average[c, g] = total_of(rows[2]) / periods
            believed[c, g] = total_of(rows[3]) / periods if kind[c] == MARGINAL else average[c, g]
            total[c] += (weight[g] if own >= 0 else 1.0) * ratio[c, g] * believed[c, g]
        strength = full[3 * channels + c]
        ceiling = strength if kind[c] == COEFFICIENT else math.exp(strength) / total[c]
        for g in range(geos):
            row = g if own >= 0 else 0
            effect[c, g] = ceiling * ratio[c, row]
            if active[c, row] > 0.0:
                add_multiple(mean[g], effect[c, g], work[2][c, row])


@strict
def share_of(media: GeoMedia, work: GeoWork, c: int) -> float:
    """Share of the mean KPI that a channel brings, all geos together."""
    place, weight, share = media[4], media[5], 0.0
    for g in range(weight.shape[0]):
        share += weight[g] * work[8][c, g] * work[5][c, g if place[c] >= 0 else 0]
    return share


@strict
def geo_media_gradient(
    full: Array,
    spreads: Array,
    standard: Array,
    media: GeoMedia,
    work: GeoWork,
    groups: int,
    pull: Array,
    slope: Array,
    spread_slope: Array,
    standard_slope: Array,
) -> None:
    """Add to the slopes what a pull (geo, period) on the mean says of each parameter."""
    spend, before, active, kind, place, weight, families = media
    believed, ratio, effect, total = work[6], work[7], work[8], work[9]
    channels, geos, periods = spend.shape
    at_second = block_start(4, channels, groups)
    spares, along = (np.empty(periods), np.empty(periods), np.empty(periods)), np.empty(geos)
    together = np.zeros(periods)
    for g in range(geos):
        add_multiple(together, 1.0, pull[g])
    for c in range(channels):
        curve, own = curve_of(full, c, channels, at_second), int(place[c])
        rows, earned = geos if own >= 0 else 1, 0.0
        for g in range(rows):
            along[g] = 0.0
            if active[c, g] > 0.0:
                along[g] = ratio[c, g] * dot(pull[g] if own >= 0 else together, work[2][c, g])
            earned += along[g]
        signed = kind[c] == COEFFICIENT
        ceiling = full[3 * channels + c] if signed else math.exp(full[3 * channels + c]) / total[c]
        slope[3 * channels + c] += earned if signed else ceiling * earned
        share_pull = 0.0 if signed else ceiling * earned / total[c]
        for g in range(rows):
            part = (weight[g] if own >= 0 else 1.0) * ratio[c, g]
            if own >= 0:
                moved = (ceiling * along[g] - share_pull * part * believed[c, g]) * math.exp(spreads[own])
                standard_slope[own, g] += moved
                spread_slope[own] += moved * standard[own, g]
            if active[c, g] == 0.0:
                continue
            centre, marginal = -share_pull * part / periods, kind[c] == MARGINAL
            row = pull[g] if own >= 0 else together
            shifted_multiple(spares[0], effect[c, g], row, 0.0 if marginal else centre)
            found = pull_back(
                curve,
                families[:, c],
                spend[c, g],
                before[c, g],
                rows_of(work, c, g),
                spares,
                centre if marginal else 0.0,
            )
            slope[c] += found[0]
            slope[at_second + c] += found[1]
            slope[channels + c] += found[2]
            slope[2 * channels + c] += found[3]
