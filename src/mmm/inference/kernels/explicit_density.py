"""The log-density with explicit coefficients, for likelihoods that do not let them be integrated out.

National and geo panels alike: `geo_layout` says what the parameters are. The last parameters are
whitened: coefficients are a linear map of them. Those that the data tell little of are then in units of
their learnt size; the better the data tell them, the less their unit follows it (part 27 of the buffer).
"""

import math

import numpy as np
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import strict
from mmm.inference.kernels.elementary import add_multiple, dot
from mmm.inference.kernels.geo_layout import (
    NEGATIVE_BINOMIAL,
    columns_of,
    gather,
    geo_prior,
    media_of,
    part,
    places,
    scales_of,
    spread_out,
)
from mmm.inference.kernels.geo_media import geo_media, geo_media_gradient, new_work, share_of

Array = NDArray[np.float64]
SMOOTHING = 0.01
"""`mmm.model.likelihood.SMOOTHING`; a test holds them equal."""


@strict
def digamma(x: float) -> float:
    """Derivative of the logarithm of the gamma function, for x > 0: recurrence, then its series."""
    shift = 0.0
    while x < 10.0:
        shift -= 1.0 / x
        x += 1.0
    square = 1.0 / (x * x)
    series = square * (
        1.0 / 252.0 - square * (1.0 / 240.0 - square * (1.0 / 132.0 - square * 691.0 / 32760.0))
    )
    return shift + math.log(x) - 0.5 / x - square * (1.0 / 12.0 - square * (1.0 / 120.0 - series))


@strict
def unwhiten(whitened: Array, centre: Array, map_rows: Array, standard: Array) -> None:
    """Fill the standard coefficients: centre plus the map times the whitened ones."""
    for i in range(standard.shape[0]):
        standard[i] = centre[i] + dot(map_rows[i], whitened)


@strict
def unit_of(size: float, usual: float, centring: float) -> float:
    """Unit of a coefficient: its size at centring 0, its usual size at 1, between them otherwise."""
    return size * math.exp(-centring * math.log(size / usual))


@strict
def student_t(residual: Array, scale: float, degrees: float, pull: Array) -> tuple[float, float]:
    """Log-density of one geo's residuals, its slope in the log scale; fill that in the mean."""
    density, along = 0.0, 0.0
    for t in range(residual.shape[0]):
        z = residual[t] / scale
        weight = (degrees + 1.0) / (degrees + z * z)
        density -= 0.5 * (degrees + 1.0) * math.log1p(z * z / degrees)
        along += weight * z * z
        pull[t] = weight * z / scale
    count = residual.shape[0]
    return density - count * math.log(scale), along - count


@strict
def negative_binomial(
    kpi: Array, mean: Array, unit: float, dispersion: float, pull: Array
) -> tuple[float, float]:
    """Log-density of one geo's counts, its slope in the log dispersion; fill that in the mean.

    `kpi` and `mean` are in units of the mean KPI, of which each is `unit` counts.
    """
    size = 1.0 / (dispersion * dispersion)
    density, along = 0.0, 0.0
    for t in range(kpi.shape[0]):
        count = math.floor(kpi[t] * unit + 0.5)
        root = math.sqrt(mean[t] * mean[t] + 4.0 * SMOOTHING * SMOOTHING)
        expected = 0.5 * unit * (mean[t] + root)
        if mean[t] < 0.0:
            expected = 2.0 * unit * SMOOTHING * SMOOTHING / (root - mean[t])
        value, slope = gamma_ratio(count, size)
        log_share = math.log1p(expected / size)
        density += value - (count + size) * log_share
        if count > 0:
            density += count * math.log(expected)
        ratio = (count + size) / (size + expected)
        along += slope - log_share + ratio * expected / size
        pull[t] = (count / expected - ratio) * expected / root
    return density, -2.0 * size * along


@strict
def gamma_ratio(count: float, size: float) -> tuple[float, float]:
    """Log gamma(count + size) - log gamma(size) - count log(size), and its slope in `size`.

    By Stirling's series where `size` is large, as the difference would lose every digit.
    """
    if size < 30.0:
        value = math.lgamma(count + size) - math.lgamma(size) - count * math.log(size)
        return value, digamma(count + size) - digamma(size) - count / size
    rise = math.log1p(count / size)
    whole = count + size
    value = (whole - 0.5) * rise - count + _stirling(whole) - _stirling(size)
    slope = rise - (whole - 0.5) * count / (size * whole)
    return value, slope + _stirling_slope(whole) - _stirling_slope(size)


@strict
def _stirling(x: float) -> float:
    square = 1.0 / (x * x)
    return (1.0 / 12.0 - square * (1.0 / 360.0 - square / 1260.0)) / x


@strict
def _stirling_slope(x: float) -> float:
    square = 1.0 / (x * x)
    return -square * (1.0 / 12.0 - square * (1.0 / 120.0 - square / 252.0))


@strict
def add_fitted(data: Array, coefficient: Array, mean: Array) -> None:
    """Add what the coefficients explain to `mean` (geo, period)."""
    common, local, pair = columns_of(data)
    n_common, n_own = common.shape[0], int(data[9])
    n_shared = n_common + local.shape[1]
    fitted = np.zeros(mean.shape[1])
    for i in range(n_common):
        add_multiple(fitted, coefficient[i], common[i])
    for g in range(mean.shape[0]):
        add_multiple(mean[g], 1.0, fitted)
        for i in range(local.shape[1]):
            add_multiple(mean[g], coefficient[n_common + i], local[g, i])
        for j in range(n_own):
            add_multiple(mean[g], coefficient[n_shared + g * n_own + j], pair[j])


@strict
def coefficient_slopes(data: Array, pull: Array, slopes: Array) -> None:
    """Fill the slope of the likelihood in each coefficient, shared then by geo."""
    common, local, pair = columns_of(data)
    n_common, n_own = common.shape[0], int(data[9])
    n_shared = n_common + local.shape[1]
    together = np.zeros(pull.shape[1])
    slopes[:] = 0.0
    for g in range(pull.shape[0]):
        add_multiple(together, 1.0, pull[g])
        for i in range(local.shape[1]):
            slopes[n_common + i] += dot(local[g, i], pull[g])
        for j in range(n_own):
            slopes[n_shared + g * n_own + j] = dot(pair[j], pull[g])
    for i in range(n_common):
        slopes[i] = dot(common[i], together)


@strict
def explicit_log_density(theta: Array, data: Array, gradient: Array) -> float:
    """Give the log-density, up to a constant, and write its gradient over `gradient`."""
    channels, geos, periods, size = int(data[0]), int(data[1]), int(data[2]), int(data[3] + data[4])
    block, spreads, deviates, exponent = places(data)
    groups, n_own, first = int(data[6]), int(data[9]), exponent + int(data[10])
    noise, full = 4 * channels + groups, spread_out(theta, data)
    media, work = media_of(data), new_work(channels, geos, periods, int(data[12]))
    centre, unit, group = part(data, 23), part(data, 25), part(data, 17)
    count, slope = centre.shape[0], np.empty(full.shape[0])
    map_rows = part(data, 24).reshape((count, count))
    deviates_by_geo = theta[deviates:exponent].reshape((-1, geos))
    density = geo_prior(full, theta, data, slope, gradient)
    deviation, own_deviation, precision = np.empty(size), np.zeros(2), np.empty(geos)
    scales_of(full, theta, data, deviation, own_deviation, precision)
    standard, slopes, pull = np.empty(count), np.empty(count), np.empty((geos, periods))
    centring, usual = part(data, 27), part(data, 28)
    spread, coefficient = np.empty(count), np.empty(count)
    unwhiten(theta[first:], centre, map_rows, standard)
    mean = part(data, 26).reshape((geos, periods)).copy()
    geo_media(full, theta[spreads:deviates], deviates_by_geo, media, work, int(data[6]), mean)
    for i in range(count):
        spread[i] = own_deviation[(i - size) % n_own] if i >= size else deviation[i]
        coefficient[i] = unit_of(spread[i], usual[i], centring[i]) * standard[i]
    add_fitted(data, coefficient, mean)

    kpi, relative = part(data, 7).reshape((geos, periods)), part(data, 9)
    power = 1.0 / (1.0 + math.exp(-theta[exponent])) if data[10] > 0.0 else 0.0
    for g in range(geos):
        if int(data[11]) == NEGATIVE_BINOMIAL:
            value, along = negative_binomial(kpi[g], mean[g], unit[g], math.exp(full[noise]), pull[g])
        else:
            value, along = student_t(kpi[g] - mean[g], precision[g] ** -0.5, unit[g], pull[g])
            if data[10] > 0.0:
                gradient[exponent] -= 0.5 * power * (1.0 - power) * relative[g] * along
        density += value
        slope[noise] += along

    coefficient_slopes(data, pull, slopes)
    for i in range(count):
        away = math.exp(-centring[i] * math.log(spread[i] / usual[i]))
        z = away * standard[i]
        density -= 0.5 * z * z + centring[i] * math.log(spread[i])
        moved = (1.0 - centring[i]) * slopes[i] * coefficient[i] + centring[i] * (z * z - 1.0)
        slopes[i] = away * (slopes[i] * spread[i] - z)
        if i >= size:
            gradient[block + (i - size) % n_own] += moved
        elif group[i] >= 0:
            slope[4 * channels + int(group[i])] += moved
    gradient[first:] = 0.0
    for i in range(count):
        add_multiple(gradient[first:], slopes[i], map_rows[i])
    geo_media_gradient(
        full,
        theta[spreads:deviates],
        deviates_by_geo,
        media,
        work,
        groups,
        pull,
        slope,
        gradient[spreads:deviates],
        gradient[deviates:exponent].reshape((-1, geos)),
    )
    gather(slope, data, gradient)
    return density


@strict
def complete_explicit_draws(
    thetas: Array, data: Array, coefficients: Array, effects: Array, shares: Array
) -> None:
    """Fill coefficients beyond their means, effects (draw, geo, channel) and shares (draw, channel)."""
    channels, geos, periods, size = int(data[0]), int(data[1]), int(data[2]), int(data[3] + data[4])
    _, spreads, deviates, exponent = places(data)
    n_own, centre, centring, usual = int(data[9]), part(data, 23), part(data, 27), part(data, 28)
    media, work = media_of(data), new_work(channels, geos, periods, int(data[12]))
    mean, map_rows = np.zeros((geos, periods)), part(data, 24).reshape((centre.shape[0], centre.shape[0]))
    deviation, own_deviation, precision = np.empty(size), np.zeros(2), np.empty(geos)
    for n in range(thetas.shape[0]):
        theta = thetas[n]
        full = spread_out(theta, data)
        unwhiten(theta[exponent + int(data[10]) :], centre, map_rows, coefficients[n])
        scales_of(full, theta, data, deviation, own_deviation, precision)
        for i in range(centre.shape[0]):
            spread = own_deviation[(i - size) % n_own] if i >= size else deviation[i]
            coefficients[n, i] *= unit_of(spread, usual[i], centring[i])
        deviates_by_geo = theta[deviates:exponent].reshape((-1, geos))
        geo_media(full, theta[spreads:deviates], deviates_by_geo, media, work, int(data[6]), mean)
        for c in range(channels):
            shares[n, c] = share_of(media, work, c)
            for g in range(geos):
                effects[n, g, c] = work[8][c, g]
