"""Speed of the engine: `python benchmarks/engine.py [--cases ...] [--peers ...]`.

Each case runs in a process of its own on two cores, so that its memory is its own; seconds are the least of
several runs, from the call to a posterior that passed the gate. `--peers` fits the national and the geo
panel, or those named after it, with the peers too, in the same run; `growth` fits exponents to the time of a
gradient.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from results.store import keep, machine, read
from worlds import PlannedWorld, Shape, family_world

CORES = 2
NATIONAL = Shape(n_weeks=195, n_channels=8)
GEO, LARGE = (Shape(n_weeks=156, n_channels=c, n_geos=g) for g, c in ((40, 5), (100, 10)))
PEER_PANELS = {"national": NATIONAL, "geo 40 x 156 x 5": GEO}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cases", nargs="+", default=list(CASES), choices=list(CASES))
    options.add_argument("--peers", nargs="*", choices=list(PEER_PANELS))
    options.add_argument("--inside", default="", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.inside:
        print(json.dumps(CASES[chosen.inside]()))
        return
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:CORES]))
    for case in chosen.cases:
        keep("engine", case, in_own_process(case, cold=case == "national, cold cache"))
        print(case, json.dumps(read("engine")["worlds"][case]), file=sys.stderr, flush=True)
    if chosen.peers is not None:
        from engine_peers import fit_peers  # noqa: PLC0415

        fit_peers({name: world_of(PEER_PANELS[name]) for name in chosen.peers or PEER_PANELS})
    print_table()


def world_of(shape: Shape) -> PlannedWorld:
    """Give the panel of a case."""
    return family_world("engine", 1, shape)


def in_own_process(case: str, *, cold: bool) -> dict[str, Any]:
    """Run a case apart; `cold` gives it an empty cache of compiled code, and times the whole process."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        if cold:
            environment["NUMBA_CACHE_DIR"] = cache
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-W", "ignore", __file__, "--inside", case],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        process_seconds = time.perf_counter() - started
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1][:200]}
    return {**json.loads(done.stdout.strip().splitlines()[-1]), "process_seconds": process_seconds}


def fitted(shape: Shape, repeats: int, **changes: object) -> dict[str, Any]:
    """Fit a panel several times; give the least seconds, the effective draws and the memory."""
    from mmm.inference import convergence_problems, fit  # noqa: PLC0415
    from ours import default_spec  # noqa: PLC0415

    world = world_of(shape)
    panel, spec = world.panel(history_only=True), default_spec(world, **changes)
    wall, cpu, found = [], [], None
    for _ in range(repeats):
        start, busy = time.perf_counter(), time.process_time()
        found = fit(panel, spec, seed=1)
        problems = convergence_problems(found)
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    table = found.figures
    returns = table[table["name"].str.startswith("return[")]
    ess = float(returns[["ess_bulk", "ess_tail"]].min(axis=None))
    return {
        "seconds": min(wall),
        "first_seconds": wall[0],
        "cpu_seconds": min(cpu),
        "draws": int(found.draws.sizes["chain"] * found.draws.sizes["draw"]),
        "attempts": found.attempts,
        "r_hat": float(table["r_hat"].max()),
        "ess": float(table[["ess_bulk", "ess_tail"]].min(axis=None)),
        "ess_returns": ess,
        "problems": problems,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def averaged() -> dict[str, Any]:
    """Fit, score and stack the default specifications of a run."""
    from ours import average_default  # noqa: PLC0415

    world = world_of(NATIONAL)
    wall, cpu = [], []
    for _ in range(2):
        about = average_default(world).about
        wall.append(about["seconds"])
        cpu.append(about["cpu_seconds"])
    return {
        **{key: about[key] for key in ("r_hat", "ess", "ess_returns", "draws") if key in about},
        "seconds": min(wall),
        "first_seconds": wall[0],
        "cpu_seconds": min(cpu),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def gradient() -> dict[str, Any]:
    """Time one log-density with its gradient, beside a plain compiled forward pass of the same cells."""
    from gradients import forward_seconds, gradient_seconds  # noqa: PLC0415

    world = world_of(NATIONAL)
    cells = world.n_history * len(world.channels)
    ours, plain = gradient_seconds(world), forward_seconds(world)
    return {"gradient_us": ours * 1e6, "forward_us": plain * 1e6, "ns_per_cell": ours / cells * 1e9}


def growth() -> dict[str, Any]:
    """Fit exponents: time of a gradient against weeks, channels and geos."""
    from gradients import gradient_seconds  # noqa: PLC0415

    def exponent(shapes: list[Shape], sizes: list[int]) -> float:
        seconds = [gradient_seconds(world_of(shape)) for shape in shapes]
        return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])

    weeks, channels, geos = [104, 208, 416], [4, 8, 16, 32], [10, 20, 40]
    found = {
        "weeks": exponent([Shape(n_weeks=n, n_channels=8) for n in weeks], weeks),
        "channels": exponent([Shape(n_weeks=156, n_channels=n) for n in channels], channels),
    }
    shapes = [Shape(n_weeks=156, n_channels=5, n_geos=n) for n in geos]
    return found | {"geos": exponent(shapes, geos)}


CASES: dict[str, Callable[[], dict[str, Any]]] = {
    "national": lambda: fitted(NATIONAL, 5),
    "national, cold cache": lambda: fitted(NATIONAL, 1),
    "national, averaged": averaged,
    "geo 40 x 156 x 5": lambda: fitted(GEO, 1),
    "geo 100 x 156 x 10": lambda: fitted(LARGE, 1, draws=500, warmup=500),
    "gradient": gradient,
    "growth": growth,
}


def print_table() -> None:
    """Print what is kept."""
    kept = read("engine")
    print(f"{machine()}\n")
    print("| case | seconds | CPU s | R-hat | ESS | ESS of returns | per second | peak MB | counts |")
    print("|---|---|---|---|---|---|---|---|---|")
    for case, one in kept["worlds"].items():
        if "seconds" not in one:
            figures = (f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in one.items())
            print(f"| {case} | {', '.join(figures)} |")
            continue
        good = one.get("r_hat", 9) < 1.01 and one.get("ess", 0) > 400
        print(
            f"| {case} | {one['seconds']:.2f} | {one['cpu_seconds']:.2f} | {one.get('r_hat', np.nan):.3f} "
            f"| {one.get('ess', np.nan):.0f} | {one.get('ess_returns', np.nan):.0f} "
            f"| {one.get('ess_returns', np.nan) / one['seconds']:.1f} | {one.get('peak_mb', np.nan):.0f} "
            f"| {'yes' if good else 'no'} |"
        )


if __name__ == "__main__":
    main()
