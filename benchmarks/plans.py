"""What our plans and the peers' are truly worth: `python benchmarks/plans.py`.

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
from worlds import HELD, SUITES, PlannedWorld, load_world, world_names

TAIL, LIMIT = 26, 0.3
MODELS = ("average", "meridian", "pymc_marketing_quadratic")


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
    print("| world | best possible gain | " + " | ".join(MODELS) + " |")
    print("|---" * (2 + len(MODELS)) + "|")
    kept = {model: read(model).get("worlds", {}) for model in MODELS}
    names = [name for suite in SUITES for name in world_names(suite)]
    shares: dict[str, list[float]] = {model: [] for model in MODELS}
    for name in names:
        plans = {
            model: worlds[name]["plan"] for model, worlds in kept.items() if "plan" in worlds.get(name, {})
        }
        world = load_world(world_file(name)) if plans else None
        if world is None or world.response is None or len(world.geos) > 1:
            continue
        now, best = outcome(world, np.ones(len(world.channels))), outcome(world, best_factor(world))
        cells = []
        for model, own in shares.items():
            if model not in plans:
                cells.append("")
                continue
            gain = outcome(world, factor_of(world, plans[model])) - now
            own.append(gain / (best - now))
            cells.append(f"{gain / now:+.2%} ({own[-1]:.0%})")
        print(f"| {name} | {best / now - 1:+.2%} | {' | '.join(cells)} |", flush=True)
    medians = [f"{np.median(own):.0%} of {len(own)}" if own else "" for own in shares.values()]
    print(f"| median share of the best gain | | {' | '.join(medians)} |")


def factor_of(world: PlannedWorld, plan: list[float]) -> np.ndarray:
    """Multiply each channel's plan as a program's split does, brought to exactly the same budget."""
    planned = world.spend[:, -HELD:].sum(axis=(0, 1))
    factor = np.divide(plan, planned, out=np.ones(len(planned)), where=planned > 0)
    return np.asarray(factor * planned.sum() / (factor * planned).sum())


if __name__ == "__main__":
    main()
