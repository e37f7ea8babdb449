"""Simulation-based calibration of the engine: `python benchmarks/calibration.py [--fits 250] [--recomputed]`.

Truths and data come from the definition in PyMC, the fits from the engine under test. `--recomputed` is the
labelled run in which scales follow each simulated KPI, as in real use: its ranks need not be uniform.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from ours import default_spec
from results.store import keep
from sbc import Calibration, calibrate, judge
from worlds import Shape, family_world

SPECIFICATIONS: dict[str, dict[str, object]] = {
    "geometric-hill": {},
    "weibull_density-hill": {"adstock": "weibull_density"},
    "geometric-power": {"saturation": "power"},
    "weibull_density-power": {"adstock": "weibull_density", "saturation": "power"},
    "delayed-logistic": {"adstock": "delayed", "saturation": "logistic"},
}
"""Those that a run averages, and one whose families it does not."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--fits", type=int, default=250)
    options.add_argument("--specifications", nargs="+", default=list(SPECIFICATIONS), choices=SPECIFICATIONS)
    options.add_argument("--recomputed", action="store_true")
    chosen = options.parse_args()
    for name in chosen.specifications:
        world = family_world("calibration", 1, Shape(n_channels=4, longest=104))
        spec = default_spec(world, draws=500, **SPECIFICATIONS[name])
        found = calibrate(
            world.panel(history_only=True), spec, chosen.fits, frozen=not chosen.recomputed, progress=_say
        )
        report(name, found)


def report(name: str, found: Calibration) -> None:
    """Print the verdicts of one specification and keep them."""
    n_fits = len(next(iter(found.ranks.values())))
    scales = "frozen" if found.frozen else "recomputed from each simulated KPI"
    print(f"\n### {name}, {n_fits} fits, scales {scales}\n")
    print(f"{found.refused} simulated KPI refused, {found.unconverged} fits with R-hat above 1.01\n")
    print("| quantity | ranks | chi-squared p | ECDF, of its 95 % band | mean rank | spread | uniform |")
    print("|---|---|---|---|---|---|---|")
    verdicts = [judge(quantity, ranks, found.n_levels) for quantity, ranks in found.ranks.items()]
    for one in verdicts:
        print(
            f"| {one.quantity} | {one.n_ranks} | {one.p_chi2:.3f} | {one.ecdf_distance:.2f} "
            f"| {one.mean:.3f} | {one.spread:.3f} | {'yes' if one.passed else 'no'} |"
        )
    label = name if found.frozen else f"{name}, recomputed"
    keep(
        "calibration",
        label,
        {
            "fits": n_fits,
            "refused": found.refused,
            "unconverged": found.unconverged,
            "quantities": {
                one.quantity: [round(one.p_chi2, 4), round(one.ecdf_distance, 3), round(one.mean, 4)]
                for one in verdicts
            },
        },
    )


def _say(number: int) -> None:
    if number % 25 == 0:
        print(f"{number} fits", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
