"""One log-density with its gradient, and a plain compiled forward pass of the same cells, in seconds."""

import ctypes
import time

import numba
import numpy as np

from mmm.inference.compiled import compiled_density
from mmm.inference.geo_compiled import geo_density
from mmm.model import build_design
from ours import default_spec
from worlds import PlannedWorld

CALLS, REPEATS = 40, 300


def gradient_seconds(world: PlannedWorld) -> float:
    """Call the compiled density as the sampler does, through its C entry; least of several repeats."""
    spec = default_spec(world)
    design = build_design(world.panel(history_only=True), spec)
    density = (compiled_density if len(world.geos) == 1 else geo_density)(design, spec)
    call = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_uint64, *[ctypes.c_void_p] * 4)(density.address)
    rng = np.random.default_rng(0)
    points = density.start + 0.1 * rng.standard_normal((CALLS, density.n_parameters))
    gradient, value = np.empty(density.n_parameters), np.empty(1)
    told = (gradient.ctypes.data, value.ctypes.data, density.data.ctypes.data)
    places = [row.ctypes.data for row in points]

    def once() -> None:
        for place in places:
            call(density.n_parameters, place, *told)

    return _least(once) / CALLS


def forward_seconds(world: PlannedWorld) -> float:
    """Carry over, saturate and add up every channel, without any gradient or baseline."""
    x = np.ascontiguousarray(world.spend[0, : world.n_history].T)
    x = x / np.array([row[row > 0].mean() for row in x])[:, None]
    n_channels = len(x)
    retention, half, slope = np.full(n_channels, 0.3), np.full(n_channels, 2.0), np.full(n_channels, 1.1)
    total = np.empty(x.shape[1])
    return _least(lambda: _forward(x, np.stack([retention, half, slope]), total)) / CALLS


@numba.njit(cache=True)
def _forward(x, shapes, total):  # type: ignore[no-untyped-def]
    retention, half, slope = shapes
    for _ in range(CALLS):
        total[:] = 0.0
        for channel in range(x.shape[0]):
            state = 0.0
            for week in range(x.shape[1]):
                state = retention[channel] * state + (1 - retention[channel]) * x[channel, week]
                if state > 0.0:
                    total[week] += 1 / (1 + (half[channel] / state) ** slope[channel])


def _least(work) -> float:  # type: ignore[no-untyped-def]
    work()
    seconds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)
