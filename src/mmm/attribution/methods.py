"""Every attribution method under one form: journeys per path to credit per channel."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mmm.attribution.bootstrap import Shares
from mmm.attribution.credit import first_touch, last_touch, linear, shapley
from mmm.attribution.markov import chain, removal_effects, steps
from mmm.attribution.paths import JourneyPaths

FloatArray = NDArray[np.float64]

RULES: dict[str, Callable[[JourneyPaths], csr_array]] = {
    "first": first_touch,
    "last": last_touch,
    "linear": linear,
    "shapley": shapley,
}
"""Method: shares of a path's conversions, (path, channel)."""
METHODS = ("first", "last", "linear", "markov", "shapley")
"""In the order of the published table."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Credit:
    """What one method gives each channel."""

    conversions: FloatArray
    value: FloatArray
    """Money; Markov gives it in proportion to its conversions."""


def credits(paths: JourneyPaths) -> dict[str, Credit]:
    """Credit conversions and their value to channels, by method; each adds up to the totals."""
    found = {}
    for method, rule in RULES.items():
        shares = rule(paths)
        found[method] = Credit(conversions=shares.T @ paths.conversions, value=shares.T @ paths.value)
    markov = _markov(paths)(paths.conversions, paths.nulls)
    found["markov"] = Credit(conversions=markov * paths.conversions.sum(), value=markov * paths.value.sum())
    return {method: found[method] for method in METHODS}


def shares_of(paths: JourneyPaths) -> dict[str, Shares]:
    """Give each method as a function of journeys per path, for the bootstrap."""
    by_rule = {method: _rule(rule(paths)) for method, rule in RULES.items()}
    return {**by_rule, "markov": _markov(paths)}


def _rule(matrix: csr_array) -> Shares:
    def shares(conversions: FloatArray, _nulls: FloatArray) -> FloatArray:
        return _normalised(np.asarray((matrix.T @ conversions.T).T))

    return shares


def _markov(paths: JourneyPaths) -> Shares:
    counted = steps(paths)

    def shares(conversions: FloatArray, nulls: FloatArray) -> FloatArray:
        return _normalised(removal_effects(chain(counted, conversions, nulls)))

    return shares


def _normalised(credit: FloatArray) -> FloatArray:
    """Credit as shares; 0 everywhere when nothing converted."""
    total = credit.sum(axis=-1, keepdims=True)
    return np.asarray(credit / np.where(total > 0, total, 1.0))
