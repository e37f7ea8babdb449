"""Markov attribution, exact, of any order: what a channel is worth is what would be lost without it.

Journeys are an absorbing chain over start, states, conversion and null; a state is the last
`order` channels of a journey (fewer at its beginning). The removal effect of a channel is the
share of conversions lost when every journey that reaches it ends there instead. Removal effects
add up to more than 1 (a journey may need several channels); credit shares the conversions in
proportion to them (the `global` rule: credit is not confined to a journey's own channels).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array, eye_array
from scipy.sparse.linalg import splu

from mmm.attribution.paths import JourneyPaths

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MANY_STATES = 400
"""More states than this are solved as a sparse system, one resample at a time."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Steps:
    """What each path adds to the counts of transitions; counts of journeys times these."""

    moves: csr_array
    """(path, move): moves from the start or a state to a state."""
    origin: IntArray
    """State that a move leaves, one per move; -1 for the start."""
    target: IntArray
    """State that a move reaches."""
    ends: csr_array
    """(path, state): the state from which the path ends."""
    channel: IntArray
    """Channel of each state: the last one of its memory."""
    n_channels: int

    @property
    def n_states(self) -> int:
        """States seen in the journeys."""
        return len(self.channel)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chain:
    """Transition probabilities; leading dims, if any, are resamples."""

    start: FloatArray
    """(..., state): first state of a journey."""
    between: FloatArray | csr_array
    """(..., state, state): next state, row to column; sparse where states are many."""
    conversion: FloatArray
    """(..., state): chance that a touch is the last one and converts."""
    channel: IntArray
    """Channel of each state."""
    n_channels: int


def steps(paths: JourneyPaths, order: int = 1) -> Steps:
    """Count the transitions of each path once, for any number of resamples.

    Raises
    ------
    ValueError
        `order` is below 1.
    """
    n_channels, n_touches = len(paths.channels), len(paths.touches)
    memory, channel = np.unique(_memories(paths, order), return_inverse=True)
    state = np.asarray(channel, dtype=np.int64)
    channel_of = memory % (n_channels + 1) - 1
    previous = np.empty(n_touches, dtype=np.int64)
    previous[1:] = state[:-1]
    previous[paths.first_touch] = -1
    pairs, move = np.unique((previous + 1) * len(memory) + state, return_inverse=True)
    origin, target = np.divmod(pairs, len(memory))
    last = state[paths.first_touch + paths.lengths - 1]
    return Steps(
        moves=csr_array((np.ones(n_touches), (paths.path_of_touch, move)), shape=(paths.n_paths, len(pairs))),
        origin=origin - 1,
        target=target,
        ends=csr_array(
            (np.ones(paths.n_paths), (np.arange(paths.n_paths), last)), shape=(paths.n_paths, len(memory))
        ),
        channel=channel_of.astype(np.int64),
        n_channels=n_channels,
    )


def chain(counted: Steps, conversions: FloatArray, nulls: FloatArray) -> Chain:
    """Estimate the chain from journeys per path; arrays of shape (..., path).

    With more than `MANY_STATES` states only one set of counts at a time: arrays of shape (path,).
    """
    moves = _times(conversions + nulls, counted.moves)
    converted, lost = _times(conversions, counted.ends), _times(nulls, counted.ends)
    n_states, starts = counted.n_states, counted.origin < 0
    start = np.zeros((*moves.shape[:-1], n_states))
    start[..., counted.target[starts]] = moves[..., starts]
    origin, target, inner = counted.origin[~starts], counted.target[~starts], moves[..., ~starts]
    leaves = csr_array(
        (np.ones(len(origin)), (np.arange(len(origin)), origin)), shape=(len(origin), n_states)
    )
    leaving = _times(inner, leaves) + converted + lost
    leaving = np.where(leaving > 0, leaving, 1.0)
    chances = inner / leaving[..., origin]
    between: FloatArray | csr_array
    if n_states > MANY_STATES:
        between = csr_array((chances, (origin, target)), shape=(n_states, n_states))
    else:
        between = np.zeros((*moves.shape[:-1], n_states, n_states))
        between[..., origin, target] = chances
    return Chain(
        start=start / np.maximum(start.sum(axis=-1, keepdims=True), 1e-300),
        between=between,
        conversion=converted / leaving,
        channel=counted.channel,
        n_channels=counted.n_channels,
    )


def removal_effects(journeys: Chain) -> FloatArray:
    """Share of conversions lost without each channel, (..., channel); 0 for all when nothing converts.

    One factorisation gives them all: with N = (I - Q)^-1, visits from the start v = s N and
    h = N c the chance to convert from a state, the effect of the channel whose states are A is
    v_A (N_AA)^-1 h_A / (s h): where a journey first reaches the channel, times the chance to
    convert from there. At order 1 that is (v_k / N_kk) h_k / (s h).
    """
    if isinstance(journeys.between, csr_array):
        return _sparse_effects(journeys, journeys.between)
    n_states = len(journeys.channel)
    fundamental = np.linalg.inv(np.eye(n_states) - journeys.between)
    visits = np.einsum("...k,...kj->...j", journeys.start, fundamental)
    converts = np.einsum("...jk,...k->...j", fundamental, journeys.conversion)
    base = np.sum(journeys.start * converts, axis=-1)
    found = []
    for k in range(journeys.n_channels):
        own = np.flatnonzero(journeys.channel == k)
        block = fundamental[..., own[:, None], own]
        from_there = np.linalg.solve(block, converts[..., own, None])[..., 0]
        found.append(np.sum(visits[..., own] * from_there, axis=-1) / np.where(base > 0, base, np.inf))
    return np.stack(found, axis=-1)


def _sparse_effects(journeys: Chain, between: csr_array) -> FloatArray:
    """The same for many states: columns of N are solved when they are needed."""
    system = splu(csc_array(eye_array(len(journeys.channel)) - between))
    visits, converts = system.solve(journeys.start, trans="T"), system.solve(journeys.conversion)
    base = float(journeys.start @ converts)
    found = np.zeros(journeys.n_channels)
    for k in range(journeys.n_channels):
        own = np.flatnonzero(journeys.channel == k)
        units = np.zeros((len(journeys.channel), len(own)))
        units[own, np.arange(len(own))] = 1.0
        block = system.solve(units)[own]
        found[k] = visits[own] @ np.linalg.solve(block, converts[own])
    return found / base if base > 0 else np.zeros_like(found)


def conversion_rate(journeys: Chain) -> float:
    """Chance that a journey converts, by the chain; equal to that of the journeys themselves."""
    if isinstance(journeys.between, csr_array):
        left = splu(csc_array(eye_array(len(journeys.start)) - journeys.between)).solve(journeys.conversion)
    else:
        left = np.linalg.solve(np.eye(len(journeys.start)) - journeys.between, journeys.conversion)
    return float(journeys.start @ left)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFit:
    """How well a chain of one order tells the next touch, or the end, of these journeys."""

    order: int
    n_states: int
    n_parameters: int
    log_likelihood: float
    bic: float
    """Minus twice the log-likelihood plus log(journeys) per parameter: lower is better."""


def compare_orders(paths: JourneyPaths, longest: int = 4) -> tuple[OrderFit, ...]:
    """Fit chains of order 1 to `longest` to the same journeys.

    The Bayesian criterion chooses an order consistently (Katz, 1981, Technometrics 23(3)): a longer memory
    is kept only where it tells more than its parameters cost.
    """
    journeys = paths.conversions + paths.nulls
    found = []
    for order in range(1, longest + 1):
        counted = steps(paths, order)
        moves = _times(journeys, counted.moves)
        ends = [_times(count, counted.ends) for count in (paths.conversions, paths.nulls)]
        cells = np.concatenate([moves, *ends])
        states = np.arange(counted.n_states)
        rows = np.concatenate([counted.origin, states, states]) + 1
        totals = np.bincount(rows, weights=cells, minlength=counted.n_states + 1)
        seen = cells > 0
        value = float(np.sum(cells[seen] * np.log(cells[seen] / totals[rows][seen])))
        n_parameters = int(seen.sum() - (totals > 0).sum())
        penalty = n_parameters * float(np.log(max(journeys.sum(), 1.0)))
        found.append(
            OrderFit(
                order=order,
                n_states=counted.n_states,
                n_parameters=n_parameters,
                log_likelihood=value,
                bic=penalty - 2.0 * value,
            )
        )
    return tuple(found)


def choose_order(paths: JourneyPaths, longest: int = 4) -> int:
    """Give the order that `compare_orders` puts first."""
    return min(compare_orders(paths, longest), key=lambda fit: fit.bic).order


def _memories(paths: JourneyPaths, order: int) -> IntArray:
    """One number per touch for its channel and those of the `order` - 1 touches before it."""
    if order < 1:
        raise ValueError(f"order must be 1 or more, got {order}")
    radix = len(paths.channels) + 1
    if order * np.log2(radix) >= 62:
        raise ValueError(f"order {order} with {radix - 1} channels has more states than can be numbered")
    own = paths.touches + 1
    memory = own.copy()
    for _ in range(order - 1):
        before = np.zeros_like(memory)
        before[1:] = memory[:-1]
        before[paths.first_touch] = 0
        memory = before % radix ** (order - 1) * radix + own
    return memory


def _times(counts: FloatArray, matrix: csr_array) -> FloatArray:
    """Counts of shape (..., path) times a sparse (path, feature) matrix."""
    return np.asarray((matrix.T @ counts.T).T)
