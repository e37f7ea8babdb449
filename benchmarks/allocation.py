"""The solvers of budget allocation, timed: `python benchmarks/allocation.py`.

Processor seconds, least of three. What our plans are truly worth, beside the peers', is told by `plans.py`.
"""

import json
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hand_made_budget import make_problem, make_response, one_period
from hand_made_grid import make_grid
from mmm.allocation import allocate
from mmm.allocation.file_answer import answer
from mmm.allocation.grid_solver import allocate_grid
from mmm.allocation.problem_file import parse_problem
from mmm.allocation.simulator import Simulator, simulate_budget


def main() -> None:
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy"))
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, {packages}")
    speed()


def speed() -> None:
    """Time the solvers on sizes that users have."""
    print("| what | seconds | gap, of what is brought |\n|---|---|---|")
    rng = np.random.default_rng(0)
    shape = (4000, 8)
    still = one_period(
        rng.lognormal(5, 0.3, shape),
        rng.lognormal(4, 0.3, shape),
        np.exp(rng.normal(0, 0.1, shape)),
        np.full(8, 50.0),
    )
    for name, response in (
        ("8 channels x 4000 draws, one period", still),
        ("8 channels x 1000 draws, 13 weeks and carry-over, pattern given", make_response()),
        ("the same, mostly S-shaped", make_response(s_shape=0.8)),
        ("20 channels x 1000 draws, the same", make_response(20, s_shape=0.8)),
    ):
        problem = make_problem(response)
        found, seconds = _timed(lambda p=problem, r=response: allocate(p, replace(r)))
        brought = float(response.contribution(found.spend).sum(axis=1).mean())
        print(f"| {name} | {seconds:.2f} | {found.gap / brought:.1e} |")
    for n in (8, 200, 500):
        for kind in ("log", "hill"):
            asked = _closed_form(rng, n, kind)
            solved, seconds = _timed(lambda problem=asked: answer(problem))
            print(f"| {n} {kind} curves (`mmm allocate`) | {seconds:.3f} | {solved.gap / solved.bound:.1e} |")
    for name, sizes in (
        ("8 channels x 13 weeks x 1000 draws, timing chosen", (8, 1, 13, 1000)),
        ("40 geos x 8 channels x 13 weeks x 200 draws", (8, 40, 13, 200)),
    ):
        problem, response = make_grid(*sizes)
        found, seconds = _timed(lambda p=problem, r=response: allocate_grid(p, r))
        brought = found.profit + float(response.cost_rate @ found.spend.sum(axis=(1, 2)))
        print(f"| {name} | {seconds:.2f} | {(found.bound - found.profit) / brought:.1e} |")

    _, seconds = _timed(_slider())
    print(f"| a slider of the simulator, 8 channels x 500 draws | {seconds:.3f} | |")


def _slider() -> Callable[[], object]:
    """One amount of a plan changes; the answer has every interval of the page."""
    response = make_response(8, 500)
    simulator = Simulator(
        response=response,
        recommended=response.current,
        lower=0.7 * response.current,
        upper=1.3 * response.current,
        total=float(response.current.sum()),
        labels={},
        today_contribution=response.contribution(response.current),
    )
    plan = response.current * np.where(np.arange(8) == 2, 1.1, 1.0)
    return lambda: simulate_budget(simulator, plan)


def _closed_form(rng: np.random.Generator, n: int, kind: str):
    curves = [
        {"kind": kind, "scale": s, "k": k} for s, k in rng.uniform([50, 20], [200, 100], (n, 2)).tolist()
    ]
    if kind == "hill":
        curves = [curve | {"slope": float(rng.uniform(1.5, 4))} for curve in curves]
    channels = [{"name": f"c{k}", "curve": curve} for k, curve in enumerate(curves)]
    return parse_problem(json.dumps({"total": 5.0 * n, "channels": channels}), "benchmark")


def _timed(work: Callable[[], object]) -> tuple:
    seconds = []
    for _ in range(3):
        started = time.process_time()
        found = work()
        seconds.append(time.process_time() - started)
    return found, min(seconds)


if __name__ == "__main__":
    main()
