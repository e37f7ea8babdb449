"""Means and central intervals of draws; the draws are always the first axis."""

from typing import Literal

import numpy as np

from mmm.effects.draws import FloatArray

PREDICTIVE = {"p025": 0.025, "p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9, "p975": 0.975}
"""Column of a predictive table: quantile."""


def interval(draws: FloatArray) -> dict[str, FloatArray]:
    """Give the mean, the 5 %, 50 % and 95 % quantiles over draws."""
    is_finite = bool(np.isfinite(draws).all())
    method: Literal["linear", "higher"] = "linear" if is_finite else "higher"  # infinity has no middle
    p05, p50, p95 = np.quantile(draws, [0.05, 0.5, 0.95], axis=0, method=method)
    return {"mean": draws.mean(axis=0), "p05": p05, "p50": p50, "p95": p95}


def named_interval(name: str, draws: FloatArray, *, median: bool = True) -> dict[str, FloatArray]:
    """Give `<name>_mean`, `<name>_p05`, `<name>_p50`, `<name>_p95` over draws.

    Examples
    --------
    >>> sorted(named_interval("cac", np.array([1.0, 3.0]), median=False))
    ['cac_mean', 'cac_p05', 'cac_p95']
    """
    stats = interval(draws)
    return {f"{name}_{stat}": value for stat, value in stats.items() if median or stat != "p50"}


def predictive(draws: FloatArray) -> dict[str, FloatArray]:
    """Give the mean and the quantiles of 50, 80 and 95 % intervals over draws."""
    quantiles = np.quantile(draws, list(PREDICTIVE.values()), axis=0)
    return {"mean": draws.mean(axis=0), **dict(zip(PREDICTIVE, quantiles, strict=True))}
