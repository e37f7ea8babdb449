"""Draws of any compiled log-density by the No-U-Turn sampler of nutpie, through its C entry.

The interpreter is not entered while sampling, so chains run in parallel threads; every chain has
its own stream of random numbers, so the draws do not depend on how many threads there are.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmm.sampling.expand import copy_entry
from mmm.sampling.nutpie_entry import nutpie_library

FloatArray = NDArray[np.float64]
Progress = Callable[[int, int], None]
"""Called with the steps done and the steps to do, all chains together."""
MIN_DRAWS = 50
"""Draws of a chain below which what an interrupt left says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledDensity:
    """A log-density and its gradient as a C function, and the data that it reads.

    The function has the signature `int64(uint64 size, double* position, double* gradient,
    double* density, double* data)` and returns 0, or another number where it is not finite.
    """

    address: int
    data: FloatArray
    n_parameters: int
    start: FloatArray
    """(parameter) Chains start around this point."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplerSettings:
    """How long and how carefully to sample."""

    chains: int = 4
    draws: int = 1000
    warmup: int = 500
    target_accept: float = 0.8
    max_depth: int = 10
    thin: int = 1
    """Every how many steps a position is kept; what the sampler says of its steps is kept whole."""
    start_spread: float = 0.3
    """Standard deviation of the chains' starts around `CompiledDensity.start`."""
    keep_interrupted: bool = False
    """Whether an interrupt ends sampling with the draws that are there; otherwise it is raised."""

    @property
    def steps(self) -> int:
        """Of all chains together."""
        return self.chains * (self.draws * self.thin + self.warmup)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Draws after warm-up, and what the sampler says of its steps."""

    positions: FloatArray
    """(chain, draw, parameter) One in `SamplerSettings.thin` steps."""
    diverging: NDArray[np.bool_]
    """(chain, step), like the figures below."""
    energy: FloatArray
    n_steps: NDArray[np.int64]
    depth: NDArray[np.int64]
    is_partial: bool = False
    """Whether sampling was interrupted: fewer draws than asked, maybe of fewer chains."""


def sample_density(
    density: CompiledDensity,
    settings: SamplerSettings,
    seed: int,
    progress: Progress | None = None,
    threads: int | None = None,
) -> Draws:
    """Sample a compiled log-density; the same seed gives the same draws.

    Parameters
    ----------
    threads : int, optional
        Chains sampled at a time; the draws do not depend on it.
    progress : callable, optional
        Called about five times a second from another thread.

    Raises
    ------
    KeyboardInterrupt
        The user interrupted, and `settings.keep_interrupted` is not set or too few draws are there.
    """
    library = nutpie_library()
    kind = library.PyNutsSettings
    options = kind.Diag(seed)
    options.update(
        {
            "num_tune": settings.warmup,
            "num_draws": settings.draws * settings.thin,
            "num_chains": settings.chains,
            "target_accept": settings.target_accept,
            "maxdepth": settings.max_depth,
        }
    )
    sampler = library.PySampler.from_pymc(
        options,
        min(settings.chains, threads or available_threads()),
        _nutpie_model(library, density, settings.start_spread),
        library.ProgressType.none(),
        _reporter(progress),
        200,
        library.PyStorage.arrow(),
    )
    try:
        sampler.wait(None)
    except KeyboardInterrupt:
        sampler.abort()
        found = _columns(sampler.take_results())
        kept = largest_block([len(chain["energy"]) for chain in found])
        if not settings.keep_interrupted or kept[1] < MIN_DRAWS * settings.thin:
            raise
        return _draws(found, settings.thin, kept, is_partial=True)
    except BaseException:
        sampler.abort()
        raise
    if progress is not None:
        progress(settings.steps, settings.steps)
    found = _columns(sampler.take_results())
    return _draws(found, settings.thin, (range(settings.chains), settings.draws * settings.thin))


def available_threads() -> int:
    """Give the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _nutpie_model(library: Any, density: CompiledDensity, spread: float) -> Any:
    size, data = density.n_parameters, density.data.ctypes.data

    def start(seed: int) -> FloatArray:
        return density.start + spread * np.random.default_rng(seed).standard_normal(size)

    def no_adapter(*_: Any, **__: Any) -> None:
        raise NotImplementedError("normalizing flows are not used")

    return library.PyMcModel(
        library.LogpFunc(density.address, data, density),
        library.ExpandFunc(size, size, copy_entry.address, data, density),
        library.PyVariable.new_variables(
            ["position"], ["float64"], [(size,)], {"parameter": size}, {"position": ["parameter"]}
        ),
        size,
        {"parameter": size},
        {},
        start,
        no_adapter,
    )


def _reporter(progress: Progress | None) -> Callable[[list[Any]], None] | None:
    if progress is None:
        return None

    def report(chains: list[Any]) -> None:
        progress(sum(c.finished_draws for c in chains), sum(c.total_draws for c in chains))

    return report


def largest_block(lengths: Sequence[int]) -> tuple[Sequence[int], int]:
    """Choose chains and a common length such that the most draws are kept.

    Examples
    --------
    >>> largest_block([1000, 900, 20, 0])
    ([0, 1], 900)
    >>> largest_block([0, 0])
    ([], 0)
    """
    longest = sorted(range(len(lengths)), key=lambda chain: -lengths[chain])
    kept = [(count * lengths[chain], count) for count, chain in enumerate(longest, 1)]
    size, count = max(kept)
    if not size:
        return [], 0
    return sorted(longest[:count]), lengths[longest[count - 1]]


def _columns(results: Any) -> list[dict[str, NDArray[Any]]]:
    """Give each chain's positions and figures, warm-up left out."""
    traces, stats = results.get_arrow_trace()
    return [
        {
            "position": _kept(trace, stat, "position"),
            **{name: _kept(stat, stat, name) for name in ("diverging", "energy", "n_steps", "depth")},
        }
        for trace, stat in zip(traces, stats, strict=True)
    ]


def _draws(
    found: list[dict[str, NDArray[Any]]],
    thin: int,
    kept: tuple[Sequence[int], int],
    *,
    is_partial: bool = False,
) -> Draws:
    chains, n_steps = kept

    def stacked(name: str) -> NDArray[Any]:
        return np.stack([found[chain][name][:n_steps] for chain in chains])

    return Draws(
        positions=stacked("position")[:, thin - 1 :: thin],
        diverging=stacked("diverging").astype(bool),
        energy=stacked("energy"),
        n_steps=stacked("n_steps").astype(np.int64),
        depth=stacked("depth").astype(np.int64),
        is_partial=is_partial,
    )


def _kept(table: Any, stats: Any, name: str) -> NDArray[Any]:
    """One column of an arrow batch, warm-up left out."""
    import pyarrow  # noqa: PLC0415 - 40 ms that only sampling needs

    warmup = int(np.sum(pyarrow.array(stats.column("tuning")).to_numpy(zero_copy_only=False)))
    column = pyarrow.array(table.column(name)).slice(warmup)
    n_rows = len(column)
    if hasattr(column, "flatten"):
        column = column.flatten()
    values: NDArray[Any] = column.to_numpy(zero_copy_only=False)
    return values.reshape(n_rows, -1) if len(values) != n_rows else values
