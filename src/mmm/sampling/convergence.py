"""How far draws can be trusted: rank-normalised split R-hat, effective sample sizes, E-BFMI.

Vehtari, Gelman, Simpson, Carpenter, Buerkner (2021), "Rank-normalization, folding, and
localization: an improved R-hat", Bayesian Analysis 16(2); E-BFMI after Betancourt (2016). Arrays
are (chain, draw, ...); the figures keep the trailing shape. Constant draws give NaN.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import ndtri

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Thresholds that draws must pass before anybody reads a figure."""

    max_r_hat: float = 1.01
    min_ess: float = 400.0
    max_divergent: float = 0.001
    """Share of draws."""
    min_e_bfmi: float = 0.3


GATE = Gate()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixing:
    """Convergence figures of each quantity, in the trailing shape of the draws."""

    r_hat: FloatArray
    ess_bulk: FloatArray
    ess_tail: FloatArray


def mixing(draws: ArrayLike) -> Mixing:
    """Give the three figures at once: draws are ranked once for the two that need their ranks."""
    rows = _by_quantity(draws)
    ranked = _rank_normalised(_split(rows))
    shape = np.shape(draws)[2:]
    return Mixing(
        r_hat=_either_r_hat(rows, ranked).reshape(shape),
        ess_bulk=_plain_ess(ranked).reshape(shape),
        ess_tail=_tail(rows).reshape(shape),
    )


def r_hat(draws: ArrayLike) -> FloatArray:
    """Give the larger of the bulk and the folded rank-normalised split R-hat."""
    rows = _by_quantity(draws)
    return _either_r_hat(rows, _rank_normalised(_split(rows))).reshape(np.shape(draws)[2:])


def ess_bulk(draws: ArrayLike) -> FloatArray:
    """Give the effective number of draws for the middle of the distribution."""
    return _plain_ess(_rank_normalised(_split(_by_quantity(draws)))).reshape(np.shape(draws)[2:])


def ess_tail(draws: ArrayLike) -> FloatArray:
    """Give the effective number of draws for the 5 % and 95 % quantiles, the smaller one."""
    return _tail(_by_quantity(draws)).reshape(np.shape(draws)[2:])


def e_bfmi(energy: ArrayLike) -> FloatArray:
    """Give each chain's energy Bayesian fraction of missing information; energy is (chain, draw)."""
    values = np.asarray(energy, dtype=float)
    return np.asarray(
        np.square(np.diff(values, axis=1)).mean(axis=1) / values.var(axis=1, ddof=1), dtype=float
    )


def _by_quantity(draws: ArrayLike) -> FloatArray:
    """(quantity, chain, draw): what is summed over lies together in memory."""
    values = np.asarray(draws, dtype=float)
    return np.ascontiguousarray(values.reshape(*values.shape[:2], -1).transpose(2, 0, 1))


def _split(rows: FloatArray) -> FloatArray:
    """Halves of chains as chains; the middle draw of an odd number is left out."""
    half = rows.shape[2] // 2
    return np.concatenate([rows[:, :, :half], rows[:, :, rows.shape[2] - half :]], axis=1)


def _rank_normalised(rows: FloatArray) -> FloatArray:
    n_values = rows.shape[1] * rows.shape[2]
    ranks = _ranks(rows.reshape(len(rows), n_values))
    return np.asarray(ndtri((ranks - 0.375) / (n_values + 0.25)), dtype=float).reshape(rows.shape)


def _ranks(rows: FloatArray) -> FloatArray:
    """Rank each row from 1, equal values by their average rank; scipy.stats takes half a second to import."""
    order = np.argsort(rows, axis=1)
    ranks = np.empty_like(rows)
    np.put_along_axis(ranks, order, np.arange(1.0, rows.shape[1] + 1)[None], axis=1)
    ordered = np.take_along_axis(rows, order, axis=1)
    for row in np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(axis=1)):
        _, place, count = np.unique(rows[row], return_inverse=True, return_counts=True)
        ranks[row] = (np.cumsum(count) - (count - 1) / 2)[place]
    return ranks


def _either_r_hat(rows: FloatArray, ranked: FloatArray) -> FloatArray:
    split = _split(rows)
    folded = np.abs(split - np.median(split, axis=(1, 2), keepdims=True))
    return np.maximum(_plain_r_hat(ranked), _plain_r_hat(_rank_normalised(folded)))


def _tail(rows: FloatArray) -> FloatArray:
    low, high = np.quantile(rows, [0.05, 0.95], axis=(1, 2), keepdims=True)
    below, above = (rows <= low).astype(float), (rows <= high).astype(float)
    return np.minimum(_plain_ess(_split(below)), _plain_ess(_split(above)))


def _plain_r_hat(rows: FloatArray) -> FloatArray:
    n_draws = rows.shape[2]
    between = n_draws * rows.mean(axis=2).var(axis=1, ddof=1)
    within = rows.var(axis=2, ddof=1).mean(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.sqrt((between / within + n_draws - 1) / n_draws), dtype=float)


def _plain_ess(rows: FloatArray) -> FloatArray:
    """Geyer's initial monotone sequence on the autocorrelations of all chains together."""
    _, n_chains, n_draws = rows.shape
    covariance = _autocovariance(rows)
    within = covariance[:, 0] * n_draws / (n_draws - 1)
    total = covariance[:, 0].copy()
    if n_chains > 1:
        total += rows.mean(axis=2).var(axis=1, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = 1 - (within[:, None] - covariance) / total[:, None]
    correlation[:, 0] = 1.0
    time = _correlation_time(correlation)
    n_values = n_chains * n_draws
    size = n_values / np.maximum(time, 1 / np.log10(n_values))
    return np.where(np.ptp(rows, axis=(1, 2)) == 0, np.nan, size)


def _autocovariance(rows: FloatArray) -> FloatArray:
    """By Fourier transform: (quantity, lag), divided by the number of draws, mean over chains."""
    n_draws = rows.shape[2]
    spectrum = rfft(rows - rows.mean(axis=2, keepdims=True), n=next_fast_len(2 * n_draws, real=True))
    power = (spectrum.real**2 + spectrum.imag**2).mean(axis=1)
    return np.asarray(
        irfft(power, n=next_fast_len(2 * n_draws, real=True))[:, :n_draws] / n_draws, dtype=float
    )


def _correlation_time(correlation: FloatArray) -> FloatArray:
    """Per quantity, from its autocorrelations (quantity, lag)."""
    n_quantities, n_draws = correlation.shape
    n_pairs = (n_draws - 1) // 2
    pairs = correlation[:, : 2 * n_pairs].reshape(n_quantities, n_pairs, 2).sum(axis=2)
    ended = np.maximum.accumulate(pairs <= 0, axis=1)
    last = n_pairs - ended.sum(axis=1)
    kept = np.where(ended, 0.0, np.minimum.accumulate(pairs, axis=1)).sum(axis=1)
    after = np.take_along_axis(correlation, np.minimum(2 * last, n_draws - 1)[:, None], axis=1)[:, 0]
    return -1 + 2 * kept + np.where(2 * last < n_draws, np.maximum(after, 0.0), 0.0)
