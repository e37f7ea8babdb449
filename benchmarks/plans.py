"""What the peers' plans are truly worth: `python benchmarks/plans.py`.

Each program was asked for the best split of the planned quarter's budget, every channel within 30 % of its
plan. The world's own curves say what each split brings, carry-over after the quarter included, and what the
best split within the same limits would bring.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.optimize import LinearConstraint, minimize

sys.path.insert(0, str(Path(__file__).resolve().parent))

from peers.run import world_file
from results.store import read
from worlds import HELD, PlannedWorld, load_world

TAIL, LIMIT = 26, 0.3
MODELS = ("meridian", "pymc_marketing_quadratic")


def outcome(world: PlannedWorld, factor: np.ndarray) -> float:
    """Give what media bring from the first planned week on, when each channel's plan is multiplied."""
    response = world.response
    assert response is not None
    spend = np.concatenate([world.earlier_spend, world.spend], axis=1)
    n_geos, n_weeks, n_channels = spend.shape
    path = np.concatenate([spend, np.zeros((n_geos, TAIL, n_channels))], axis=1)
    path[:, n_weeks - HELD : n_weeks] *= factor
    heads = world.population[:, None, None]
    brought = response.reached(path / heads) * response.ceiling[:, None] * heads
    return float(brought[:, n_weeks - HELD :].sum())


def best_factor(world: PlannedWorld) -> np.ndarray:
    """Give the truly best split within the limits, from several starts (curves may be S-shaped)."""
    planned = world.spend[:, -HELD:].sum(axis=(0, 1))
    share = planned / planned.sum()
    now, rng = outcome(world, np.ones(len(share))), np.random.default_rng(0)
    found = [
        minimize(
            lambda factor: -outcome(world, factor) / now,
            np.clip(1 + 0.15 * rng.standard_normal(len(share)) * (start > 0), 0.7, 1.3),
            bounds=[(1 - LIMIT, 1 + LIMIT)] * len(share),
            constraints=LinearConstraint(share, 1.0, 1.0),
            method="SLSQP",
        )
        for start in range(4)
    ]
    return np.asarray(min((one for one in found if one.success), key=lambda one: one.fun).x)


def main() -> None:
    print("| world | best possible gain, of what media bring | " + " | ".join(MODELS) + " |")
    print("|---" * (2 + len(MODELS)) + "|")
    kept = {model: read(model).get("worlds", {}) for model in MODELS}
    shares: dict[str, list[float]] = {model: [] for model in MODELS}
    for name in sorted(set.intersection(*(set(worlds) for worlds in kept.values()))):
        world = load_world(world_file(name))
        if world.response is None or not all("plan" in worlds[name] for worlds in kept.values()):
            continue
        planned = world.spend[:, -HELD:].sum(axis=(0, 1))
        now, best = outcome(world, np.ones(len(planned))), outcome(world, best_factor(world))
        cells = []
        for model, worlds in kept.items():
            plan = np.divide(worlds[name]["plan"], planned, out=np.ones(len(planned)), where=planned > 0)
            # Rounded plans may spend a little more or less than the budget.
            gain = outcome(world, plan * planned.sum() / (plan * planned).sum()) - now
            shares[model].append(gain / (best - now))
            cells.append(f"{gain / now:+.2%}")
        print(f"| {name} | {best / now - 1:+.2%} | {' | '.join(cells)} |")
    if all(shares.values()):
        of_best = " | ".join(f"{np.median(values):.0%}" for values in shares.values())
        print(f"| median share of the best gain | | {of_best} |")


if __name__ == "__main__":
    main()
