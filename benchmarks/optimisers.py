"""Ours and the peers' optimisers on the same curves: `python benchmarks/optimisers.py [--draws 1000]`.

Every optimiser gets the same draws of Hill curves, today's plan, total and limits; every plan, moved onto the
total where it misses it, is valued by the few lines of `brought` here, which share no code with any of them.
Seconds are processor seconds of one run each (ours: least of three). Environments are built on first use.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from hand_made_budget import make_problem
from mmm.allocation import ResponseDraws, allocate
from mmm.transforms.families import HILL
from peers.environments import CACHE, HERE, interpreter

N_PERIODS = 13
CASES = {
    "bending down": {"slope": (0.0, 0.05), "half": 2.0, "moves": 0.3},
    "some S-shaped": {"slope": (0.4, 0.3), "half": 1.5, "moves": 0.3},
    "some S-shaped, wide limits": {"slope": (0.7, 0.3), "half": 1.5, "moves": 0.9},
    "all S-shaped, wide limits": {"slope": (1.1, 0.1), "half": 1.5, "moves": 0.9},
}


def make_curves(name: str, n_draws: int, n_channels: int = 8) -> dict[str, np.ndarray]:
    """Draws of Hill curves per week, money for money; today's plan is even over the weeks."""
    case, rng = CASES[name], np.random.default_rng(list(CASES).index(name))
    current = 100.0 * np.round(rng.uniform(200, 2000, n_channels)) * N_PERIODS
    weekly, shape = current / N_PERIODS, (n_draws, n_channels)
    return {
        "n_periods": np.array(N_PERIODS),
        "current": current,
        "total": np.array(current.sum()),
        "lower": np.round((1 - case["moves"]) * current, 2),
        "upper": np.round((1 + case["moves"]) * current, 2),
        "ceiling": 5 * weekly * rng.lognormal(rng.normal(0, 0.4, n_channels), 0.25, shape),
        "half_saturation": weekly * case["half"] * rng.lognormal(rng.normal(0, 0.3, n_channels), 0.2, shape),
        "slope": np.exp(rng.normal(*case["slope"], n_channels) + rng.normal(0, 0.05, shape)),
    }


def brought(curves: dict[str, np.ndarray], plan: np.ndarray) -> float:
    """What a plan brings over the horizon, mean over draws."""
    exposure = plan / N_PERIODS
    power = exposure ** curves["slope"]
    share = power / (power + curves["half_saturation"] ** curves["slope"])
    return float(N_PERIODS * (curves["ceiling"] * share).sum(axis=1).mean())


def ours(curves: dict[str, np.ndarray]) -> tuple[np.ndarray, float, float]:
    """Our plan, its seconds and what no plan exceeds."""
    n_draws, n_channels = curves["slope"].shape
    weekly = curves["current"] / N_PERIODS
    response = ResponseDraws(
        channels=tuple(f"channel_{c}" for c in range(n_channels)),
        currency="EUR",
        periods=np.datetime64("2026-09-28") + 7 * np.arange(N_PERIODS),
        background=np.zeros((n_draws, n_channels, N_PERIODS)),
        per_unit=np.full((n_draws, n_channels, N_PERIODS), 1 / N_PERIODS),
        saturation=np.full((n_draws, n_channels), HILL, dtype=np.int8),
        half_saturation=curves["half_saturation"],
        slope=curves["slope"],
        ceiling=curves["ceiling"],
        pattern=np.full((n_channels, N_PERIODS), 1 / N_PERIODS),
        fee_rate=np.zeros(n_channels),
        fixed_cost=np.zeros(n_channels),
        current=curves["current"],
        observed_peak=2 * weekly,
    )
    total = float(curves["total"])
    problem = make_problem(response, total=total, lower=curves["lower"], upper=curves["upper"])
    seconds = []
    for _ in range(3):
        fresh, started = replace(response), time.process_time()
        found = allocate(problem, fresh)
        seconds.append(time.process_time() - started)
    return found.spend, min(seconds), found.bound + total


def peer(environment: str, script: str, source: Path) -> tuple[dict[str, np.ndarray], dict]:
    """Run a peer's script in its own environment."""
    target = source.with_suffix(f".{environment}.npz")
    command = [str(interpreter(environment)), str(HERE / script), str(source), str(target)]
    subprocess.run(
        command, env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": ""}, check=True, capture_output=True
    )
    with np.load(target) as stored:
        plans = {name: stored[name] for name in stored.files if name != "about"}
        return plans, json.loads(str(stored["about"]))


def on_the_total(curves: dict[str, np.ndarray], plan: np.ndarray) -> np.ndarray:
    """Move a plan onto the total and into the limits, in proportion to the room of each channel."""
    plan = np.clip(plan, curves["lower"], curves["upper"])
    missing = float(curves["total"]) - plan.sum()
    room = curves["upper"] - plan if missing > 0 else plan - curves["lower"]
    return plan + missing * room / max(room.sum(), 1e-300)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--draws", type=int, default=1000)
    chosen = options.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, numpy {version('numpy')}")
    print("| curves | whose | seconds | gain over today | of the bound's | missed total | out of limits |")
    print("|---|---|---|---|---|---|---|")
    for name in CASES:
        curves = make_curves(name, chosen.draws)
        source = CACHE / "optimisers" / f"{name.replace(' ', '_').replace(',', '')}.npz"
        source.parent.mkdir(parents=True, exist_ok=True)
        np.savez(source, **curves)
        plan, seconds, bound = ours(curves)
        show(name, "ours", seconds, curves, plan, bound)
        compare(name, curves, source, bound)


def compare(name: str, curves: dict[str, np.ndarray], source: Path, bound: float) -> None:
    """Print the peers' rows."""
    plans, about = peer("pymc_marketing", "optimise_pymc_marketing.py", source)
    who = f"PyMC-Marketing {about['version']}"
    build = f"{about['build_seconds']:.1f} to build +"
    for key, label, seconds in zip(
        ("plan", "plan_from_today"), ("", ", from today's plan"), about["seconds"], strict=True
    ):
        if np.isfinite(plans[key]).all():
            show(name, who + label, seconds, curves, plans[key], bound, build)
        else:
            why = about["errors"][-1][:60]
            print(f"| {name} | {who}{label} | {build} {seconds:.2f} | no plan: {why} | | | |")
    plans, about = peer("meridian", "optimise_meridian.py", source)
    now = brought(curves, curves["current"])
    told = sum(about["says"]) / now - 1
    show(name, f"Meridian {about['version']}", about["seconds"], curves, plans["plan"], bound)
    print(f"<!-- Meridian values today's plan {told:+.1e} from ours -->", flush=True)


def show(  # noqa: PLR0917  (one argument per column)
    name: str,
    who: str,
    seconds: float,
    curves: dict[str, np.ndarray],
    plan: np.ndarray,
    bound: float,
    before: str = "",
) -> None:
    """Print one row."""
    now = brought(curves, curves["current"])
    moved = on_the_total(curves, plan)
    gain, possible = brought(curves, moved) - now, bound - now
    missed = plan.sum() / float(curves["total"]) - 1
    beyond = np.maximum(plan - curves["upper"], curves["lower"] - plan).max() / curves["current"].mean()
    print(
        f"| {name} | {who} | {before} {seconds:.2f} | {gain / now:+.4%} | {gain / possible:.3%} | "
        f"{missed:+.1e} | {max(beyond, 0):.1e} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
