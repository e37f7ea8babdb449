"""How far draws can be trusted: rank-normalised split R-hat, effective sample sizes, E-BFMI.

Vehtari, Gelman, Simpson, Carpenter, Buerkner (2021), "Rank-normalization, folding, and
localization: an improved R-hat", Bayesian Analysis 16(2); E-BFMI after Betancourt (2016). Arrays
are (chain, draw, ...); the figures keep the trailing shape. Constant draws give NaN.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
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


def r_hat(draws: ArrayLike) -> FloatArray:
    """Give the larger of the bulk and the folded rank-normalised split R-hat."""
    split = _split(np.asarray(draws, dtype=float))
    folded = np.abs(split - np.median(split, axis=(0, 1)))
    return np.maximum(_plain_r_hat(_rank_normalised(split)), _plain_r_hat(_rank_normalised(folded)))


def ess_bulk(draws: ArrayLike) -> FloatArray:
    """Give the effective number of draws for the middle of the distribution."""
    return _plain_ess(_rank_normalised(_split(np.asarray(draws, dtype=float))))


def ess_tail(draws: ArrayLike) -> FloatArray:
    """Give the effective number of draws for the 5 % and 95 % quantiles, the smaller one."""
    values = np.asarray(draws, dtype=float)
    low, high = np.quantile(values, [0.05, 0.95], axis=(0, 1))
    below, above = (values <= low).astype(float), (values <= high).astype(float)
    return np.minimum(_plain_ess(_split(below)), _plain_ess(_split(above)))


def e_bfmi(energy: ArrayLike) -> FloatArray:
    """Give each chain's energy Bayesian fraction of missing information; energy is (chain, draw)."""
    values = np.asarray(energy, dtype=float)
    return np.asarray(
        np.square(np.diff(values, axis=1)).mean(axis=1) / values.var(axis=1, ddof=1), dtype=float
    )


def _split(draws: FloatArray) -> FloatArray:
    """Halves of chains as chains; the middle draw of an odd number is left out."""
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, draws.shape[1] - half :]], axis=0)


def _rank_normalised(draws: FloatArray) -> FloatArray:
    n_values = draws.shape[0] * draws.shape[1]
    ranks = np.apply_along_axis(_ranks, 0, draws.reshape(n_values, -1))
    return np.asarray(ndtri((ranks - 0.375) / (n_values + 0.25)), dtype=float).reshape(draws.shape)


def _ranks(values: FloatArray) -> FloatArray:
    """Rank values from 1, equal ones by their average rank; scipy.stats takes half a second to import."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place])


def _plain_r_hat(draws: FloatArray) -> FloatArray:
    n_draws = draws.shape[1]
    between = n_draws * draws.mean(axis=1).var(axis=0, ddof=1)
    within = draws.var(axis=1, ddof=1).mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.sqrt((between / within + n_draws - 1) / n_draws), dtype=float)


def _plain_ess(draws: FloatArray) -> FloatArray:
    """Geyer's initial monotone sequence on the autocorrelations of all chains together."""
    n_chains, n_draws = draws.shape[:2]
    flat = draws.reshape(n_chains, n_draws, -1)
    covariance = _autocovariance(flat)
    within = covariance[:, 0].mean(axis=0) * n_draws / (n_draws - 1)
    total = within * (n_draws - 1) / n_draws
    if n_chains > 1:
        total = total + flat.mean(axis=1).var(axis=0, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = 1 - (within - covariance.mean(axis=0)) / total
    correlation[0] = 1.0
    time = np.array([_correlation_time(column, n_draws) for column in correlation.T])
    n_values = n_chains * n_draws
    size = n_values / np.maximum(time, 1 / np.log10(n_values))
    constant = np.ptp(flat, axis=(0, 1)) == 0
    return np.where(constant, np.nan, size).reshape(draws.shape[2:])


def _autocovariance(draws: FloatArray) -> FloatArray:
    """By Fourier transform: (chain, lag, quantity), divided by the number of draws."""
    n_draws = draws.shape[1]
    centred = draws - draws.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, n=2 * n_draws, axis=1)
    return np.asarray(np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :n_draws] / n_draws, dtype=float)


def _correlation_time(correlation: FloatArray, n_draws: int) -> float:
    pairs = correlation[: 2 * ((n_draws - 1) // 2)].reshape(-1, 2).sum(axis=1)
    stop = np.flatnonzero(pairs <= 0)
    last = int(stop[0]) if stop.size else len(pairs)
    kept = np.minimum.accumulate(pairs[:last])
    after = correlation[2 * last] if 2 * last < n_draws else 0.0
    return float(-1 + 2 * kept.sum() + max(after, 0.0))
