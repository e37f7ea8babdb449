"""How sure attribution is: the journeys drawn again, as many, from the paths seen.

Every rule and every count of transitions is linear in the journeys per path, so
a resample costs one sparse product.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from mmm.attribution.paths import JourneyPaths

FloatArray = NDArray[np.float64]
Shares = Callable[[FloatArray, FloatArray], FloatArray]
"""Conversions and nulls per path, (..., path), to shares of credit, (..., channel)."""

N_RESAMPLES = 200
_BLOCK = 20


def share_intervals(
    paths: JourneyPaths, methods: Mapping[str, Shares], seed: int, n_resamples: int = N_RESAMPLES
) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Central 90 % interval of each channel's share of credit, by method.

    Returns
    -------
    dict
        Method: lower and upper share of each channel.
    """
    rng = np.random.default_rng(seed)
    drawn: dict[str, list[FloatArray]] = {method: [] for method in methods}
    for start in range(0, n_resamples, _BLOCK):
        conversions, nulls = resampled(paths, min(_BLOCK, n_resamples - start), rng)
        for method, shares in methods.items():
            drawn[method].append(shares(conversions, nulls))
    limits = {
        method: np.quantile(np.concatenate(parts), [0.05, 0.95], axis=0) for method, parts in drawn.items()
    }
    return {method: (low, high) for method, (low, high) in limits.items()}


def resampled(
    paths: JourneyPaths, n_resamples: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Draw journeys with replacement; conversions and nulls per path, (resample, path)."""
    cells = np.concatenate([paths.conversions, paths.nulls])
    total = round(float(cells.sum()))
    kept = np.flatnonzero(cells)
    counts = np.zeros((n_resamples, len(cells)))
    counts[:, kept] = rng.multinomial(total, cells[kept] / cells.sum(), size=n_resamples)
    return counts[:, : paths.n_paths], counts[:, paths.n_paths :]
