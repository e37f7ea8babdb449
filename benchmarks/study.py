"""Which defaults lower errors without hurting coverage? `python benchmarks/study.py [--variants ...]`.

Each variant changes one belief of the defaults (or the specification) and fits the same worlds, with half the
draws. One line per variant; standard errors over worlds say what a difference is worth.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mmm.model import Beliefs
from ours import fit_default
from peers.run import world_file
from results.store import keep, scored
from worlds import SUITES, load_world, world_names

VARIANTS: dict[str, dict[str, Any]] = {
    "default": {},
    "retention Beta(1, 2)": {"beliefs": {"retention": (1.0, 2.0)}},
    "retention Beta(1.5, 2)": {"beliefs": {"retention": (1.5, 2.0)}},
    "split spread 0.8": {"beliefs": {"split_spread": (0.8, 0.4)}},
    "half-saturation 2, log-sd 1.3": {"beliefs": {"half_saturation": (2.0, 1.3)}},
    "half-saturation 1.5": {"beliefs": {"half_saturation": (1.5, 1.0)}},
    "trend step 0.03": {"beliefs": {"trend_step": 0.03}},
    "trend step 0.08": {"beliefs": {"trend_step": 0.08}},
    "slope log-sd 0.4": {"beliefs": {"slope": (1.0, 0.4)}},
    "season 0.1": {"beliefs": {"season": 0.1}},
    "media share log-sd 0.7": {"media_share_spread": 0.7},
    "trend damping 0.2": {"beliefs": {"trend_damping": 0.2}},
    "knots every 8 weeks": {"knot_spacing": 8},
    "knots every 26 weeks": {"knot_spacing": 26},
}


def changes_of(variant: str) -> dict[str, Any]:
    """Give what a variant changes of the default specification."""
    changes = dict(VARIANTS[variant])
    if "beliefs" in changes:
        changes["beliefs"] = replace(Beliefs(), **changes["beliefs"])
    return {"draws": 500, "warmup": 500, **changes}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=list(VARIANTS))
    options.add_argument("--suites", nargs="+", default=["family"], choices=list(SUITES))
    options.add_argument("--worlds", type=int, default=20, help="of each suite, the first ones")
    chosen = options.parse_args()
    names = [name for suite in chosen.suites for name in world_names(suite)[: chosen.worlds]]
    print(
        "| variant | worlds | error, median (mean, s.e.) | total, signed | total off, median | inside "
        "| width | CRPS / floor, median (mean) |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for variant in chosen.variants:
        rows = [_fit(name, changes_of(variant)) for name in names]
        print(line(variant, rows), flush=True)
        label = f"{variant} ({', '.join(chosen.suites)}, {len(rows)} worlds)"
        keep("study", label, {key: [round(row[key], 4) for row in rows] for key in KEPT})


KEPT = ("error", "total_error", "inside", "n_channels", "width", "crps", "crps_floor")


def _fit(name: str, changes: dict[str, Any]) -> dict[str, Any]:
    world = load_world(world_file(name))
    found = fit_default(world, **changes)
    return scored(world, found.contribution, found.forecast)


def line(variant: str, rows: list[dict[str, Any]]) -> str:
    """One line of the table."""
    error = np.array([row["error"] for row in rows])
    total = np.array([row["total_error"] for row in rows])
    inside = sum(row["inside"] for row in rows) / sum(row["n_channels"] for row in rows)
    ratio = np.array([row["crps"] / row["crps_floor"] for row in rows])
    deviation = error.std(ddof=1) / np.sqrt(len(rows)) if len(rows) > 1 else np.nan
    return (
        f"| {variant} | {len(rows)} | {np.median(error):.1%} ({error.mean():.1%}, {deviation:.1%}) "
        f"| {total.mean():+.1%} | {np.median(np.abs(total)):.1%} | {inside:.1%} "
        f"| {np.mean([row['width'] for row in rows]):.2f} | {np.median(ratio):.2f} ({ratio.mean():.2f}) |"
    )


if __name__ == "__main__":
    main()
