"""Every attribution method under one form: journeys per path to credit per channel."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mmm.attribution.bootstrap import Shares
from mmm.attribution.credit import (
    first_touch,
    in_proportion,
    last_non_direct,
    last_touch,
    linear,
    position,
    shapley,
    time_decay,
)
from mmm.attribution.markov import MANY_STATES, chain, removal_effects, steps
from mmm.attribution.paths import JourneyPaths

FloatArray = NDArray[np.float64]

METHODS = ("first", "last", "last_non_direct", "linear", "position", "time_decay", "markov", "shapley")
"""In the order of the published table; `time_decay` only where touches have times."""
DIRECT = ("direct",)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Credit:
    """What one method gives each channel."""

    conversions: FloatArray
    value: FloatArray
    """Money; Markov gives it in proportion to its conversions."""


def rules(paths: JourneyPaths, direct: Collection[str] = DIRECT) -> dict[str, csr_array]:
    """Give each rule's shares of a path's conversions, (path, channel)."""
    makers: Mapping[str, Callable[[JourneyPaths], csr_array]] = {
        "first": first_touch,
        "last": last_touch,
        "last_non_direct": partial(last_non_direct, direct=direct),
        "linear": linear,
        "position": position,
        **({"time_decay": time_decay} if paths.decay is not None else {}),
        "shapley": shapley,
    }
    return {method: maker(paths) for method, maker in makers.items()}


def credits(paths: JourneyPaths, direct: Collection[str] = DIRECT, order: int = 1) -> dict[str, Credit]:
    """Credit conversions and their value to channels, by method; each adds up to the totals.

    Parameters
    ----------
    paths
        What `read_paths` gives.
    direct
        Channels that `last_non_direct` passes over.
    order
        Of the Markov chain.
    """
    found = {
        method: Credit(conversions=shares.T @ paths.conversions, value=shares.T @ paths.value)
        for method, shares in rules(paths, direct).items()
    }
    markov = _markov(paths, order)(paths.conversions, paths.nulls)
    found["markov"] = Credit(conversions=markov * paths.conversions.sum(), value=markov * paths.value.sum())
    return {method: found[method] for method in METHODS if method in found}


def markov_by_path(paths: JourneyPaths, order: int = 1) -> Credit:
    """Credit each conversion to its own path's touches, in proportion to Markov's removal effects.

    Some tools call this Markov attribution; on the same chain it differs widely from the `global`
    rule of `credits`, under which a channel may earn more than the journeys it was part of.
    """
    effects = removal_effects(chain(steps(paths, order), paths.conversions, paths.nulls))
    shares = in_proportion(paths, effects)
    return Credit(conversions=shares.T @ paths.conversions, value=shares.T @ paths.value)


def shares_of(paths: JourneyPaths, direct: Collection[str] = DIRECT, order: int = 1) -> dict[str, Shares]:
    """Give each method as a function of journeys per path, for the bootstrap."""
    by_rule = {method: _rule(shares) for method, shares in rules(paths, direct).items()}
    return {**by_rule, "markov": _markov(paths, order)}


def _rule(matrix: csr_array) -> Shares:
    by_channel = csr_array(matrix.T)

    def shares(conversions: FloatArray, _nulls: FloatArray) -> FloatArray:
        return _normalised(np.asarray((by_channel @ conversions.T).T))

    return shares


def _markov(paths: JourneyPaths, order: int) -> Shares:
    counted = steps(paths, order)

    def shares(conversions: FloatArray, nulls: FloatArray) -> FloatArray:
        if conversions.ndim > 1 and counted.n_states > MANY_STATES:
            return np.stack([shares(*one) for one in zip(conversions, nulls, strict=True)])
        return _normalised(removal_effects(chain(counted, conversions, nulls)))

    return shares


def _normalised(credit: FloatArray) -> FloatArray:
    """Credit as shares; 0 everywhere when nothing converted."""
    total = credit.sum(axis=-1, keepdims=True)
    return np.asarray(credit / np.where(total > 0, total, 1.0))
