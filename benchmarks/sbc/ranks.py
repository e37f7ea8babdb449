"""Are ranks uniform? Chi-squared over bins, and the band that a uniform sample's ECDF leaves 1 time in 20."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

N_BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the ranks of one quantity say."""

    quantity: str
    n_ranks: int
    n_fits: int
    p_chi2: float
    """Of as uneven a histogram, were the ranks uniform."""
    ecdf_distance: float
    """Largest distance of the ECDF from uniform over the half-width of its 95 % band: above 1 is outside."""
    mean: float
    """Mean rank, 0 to 1: under 0.5 the posterior sits above the truth."""
    spread: float
    """Root mean square distance of the ranks from the middle over that of uniform ones: under 1 the
    posterior is too wide."""

    z_mean: float
    """Mean rank minus one half, in standard errors over fits: sees a shift with few fits."""
    z_spread: float
    """Likewise of the square distance from the middle: above 0 the posterior is too narrow."""

    @property
    def passed(self) -> bool:
        """Whether the ECDF stays within a band that one quantity in a hundred leaves, and chi-squared too."""
        return self.p_chi2 > 0.01 and self.ecdf_distance < WIDE


WIDE = 1.2
"""The 99 % band over the 95 % band (Kolmogorov: 1.63 / 1.36)."""


def judge(quantity: str, ranks: np.ndarray, n_levels: int) -> Verdict:
    """Judge the ranks of one quantity, shape (fit,) or (fit, entry), from 0 to `n_levels` - 1.

    Entries of one fit, such as channels, are not independent of each other: each entry is judged over fits,
    and the worst of them is held to the threshold that the worst of as many would leave.
    """
    by_fit = ranks.reshape(len(ranks), -1)
    kept = by_fit[:, np.isfinite(by_fit).all(axis=0)]
    uniform = (kept + 0.5) / n_levels
    n_fits, n_entries = kept.shape
    columns = [_chi2(uniform[:, entry]) for entry in range(n_entries)]
    grid = (np.arange(n_levels) + 1) / n_levels
    distance = max(
        float(np.abs((uniform[:, entry, None] <= grid).mean(axis=0) - grid).max())
        for entry in range(n_entries)
    )
    # One p-value for the worst of several entries, and one band for the largest of their distances.
    smallest = min(columns)
    return Verdict(
        quantity=quantity,
        n_ranks=uniform.size,
        n_fits=n_fits,
        p_chi2=float(1 - (1 - smallest) ** n_entries),
        ecdf_distance=distance / _half_width(n_fits, n_entries),
        mean=float(uniform.mean()),
        spread=float(np.sqrt(12 * ((uniform - 0.5) ** 2).mean())),
        z_mean=_z(uniform.mean(axis=1) - 0.5),
        z_spread=_z(((uniform - 0.5) ** 2).mean(axis=1) - 1 / 12),
    )


def _z(by_fit: np.ndarray) -> float:
    """Mean over fits in its standard errors."""
    deviation = by_fit.std(ddof=1)
    return float(by_fit.mean() / deviation * np.sqrt(len(by_fit))) if deviation > 0 else 0.0


def _chi2(uniform: np.ndarray) -> float:
    counts = np.histogram(uniform, bins=N_BINS, range=(0, 1))[0]
    expected = len(uniform) / N_BINS
    return float(chi2.sf(((counts - expected) ** 2 / expected).sum(), N_BINS - 1))


def _half_width(n_fits: int, n_entries: int) -> float:
    """Half-width of the ECDF's band that `n_entries` uniform samples leave 1 time in 20 together ."""
    each = 1 - 0.95 ** (1 / n_entries)
    return float(np.sqrt(np.log(2 / each) / (2 * n_fits)))
