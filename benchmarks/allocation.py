"""Budget allocation, measured: `python benchmarks/allocation.py [--worlds 20] [--speed] [--regret]`.

Speed: processor seconds, least of three. Regret: every world is fitted by our defaults on its history, the
planned quarter's budget is shared out within 30 % of the plan, and the world's own curves say what the split
brings, beside the plans of the peers from their own fits of the same file (kept in benchmarks/results).
"""

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from hand_made_budget import make_problem, make_response, one_period
from hand_made_grid import make_grid
from mmm.allocation import allocate, response_draws
from mmm.allocation.file_answer import answer
from mmm.allocation.grid_solver import allocate_grid
from mmm.allocation.problem_file import parse_problem
from mmm.allocation.simulator import Simulator, simulate_budget
from mmm.inference import fit
from mmm.params import RunParams
from mmm.params.data import Calendar, Channel, Outcome, Source
from mmm.params.deciding import AllocationParams
from mmm.params.record import Text
from ours import SEED, default_spec
from peers.run import world_file
from plans import best_factor, outcome
from results.store import read
from worlds import HELD, PlannedWorld, load_world

MOVES = 0.3
PEERS = ("meridian", "pymc_marketing_quadratic")


def main() -> None:
    """Print the tables that are asked for, both by default."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--worlds", type=int, default=20)
    options.add_argument("--speed", action="store_true")
    options.add_argument("--regret", action="store_true")
    chosen = options.parse_args()
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy"))
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, {packages}")
    if chosen.speed or not chosen.regret:
        speed()
    if chosen.regret or not chosen.speed:
        regret(chosen.worlds)


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


def regret(n_worlds: int) -> None:
    """Value our plan and the peers' under each world's true curves."""
    kept = {peer: read(peer).get("worlds", {}) for peer in PEERS}
    names = [f"family-{k:02d}" for k in range(1, n_worlds + 1)]
    names += sorted({name for worlds in kept.values() for name in worlds} - set(names))
    print(f"| world | best possible gain | ours | {' | '.join(PEERS)} |\n|{'---|' * (3 + len(PEERS))}")
    shares: dict[str, list[float]] = {name: [] for name in ("ours", *PEERS)}
    for name in names:
        world = load_world(world_file(name))
        if world.response is None or len(world.geos) > 1:
            continue
        planned = world.spend[:, -HELD:].sum(axis=(0, 1))
        now = outcome(world, np.ones(len(planned)))
        best = outcome(world, best_factor(world)) - now
        plans = {"ours": our_plan(world)}
        plans |= {
            peer: np.array(worlds[name]["plan"])
            for peer, worlds in kept.items()
            if "plan" in worlds.get(name, {})
        }
        cells = []
        for who, own in shares.items():
            if who not in plans:
                cells.append("")
                continue
            factor = np.divide(plans[who], planned, out=np.ones(len(planned)), where=planned > 0)
            gain = outcome(world, factor * planned.sum() / (factor * planned).sum()) - now
            own.append(gain / best)
            cells.append(f"{gain / now:+.2%} ({gain / best:.0%})")
        print(f"| {name} | {best / now:+.2%} | {' | '.join(cells)} |", flush=True)
    medians = [f"{np.median(own):.0%} of {len(own)}" if own else "" for own in shares.values()]
    print(f"| median share of the best gain | | {' | '.join(medians)} |")


def our_plan(world: PlannedWorld) -> np.ndarray:
    """Fit the history by our defaults and share out the planned quarter's budget."""
    panel = world.panel().assign(
        fixed_cost=(("geo", "period", "channel"), np.zeros(world.spend.shape)),
        fee_rate=("channel", np.zeros(len(world.channels))),
    )
    history, ahead = panel.isel(period=slice(0, -HELD)), panel.isel(period=slice(-HELD, None))
    found = fit(history, default_spec(world), seed=SEED)
    response = response_draws(found, history, ahead, _params(world))
    problem = make_problem(response, round_to=0.01)
    return np.asarray(allocate(problem, response).spend)


def _params(world: PlannedWorld) -> RunParams:
    label = Text(fr="Exemple", en="Example")
    return RunParams(
        analysis="benchmark",
        title=label,
        market="France",
        currency="EUR",
        calendar=Calendar(start=date(2021, 1, 4), end=date(2023, 1, 1)),
        sources={"sales": Source(content="outcome", path="sales.csv")},
        channels={name: Channel(label=label) for name in world.channels.tolist()},
        outcomes={"revenue": Outcome(label=label, source="sales", column="sales")},
        allocation=AllocationParams(
            outcome="revenue", horizon_periods=HELD, max_decrease=MOVES, max_increase=MOVES
        ),
    )


if __name__ == "__main__":
    main()
