"""Which defaults lower errors without hurting coverage? `python benchmarks/study.py [--variants ...]`.

Each variant is one or several families with the beliefs of their curves; those of several count alike: no
forecast weighs them. Two chains of 500 draws per fit, no gate, on the quicker worlds of the suites. One line
per variant and group of worlds.
"""

import argparse
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mmm.inference import fit_once
from mmm.model import Beliefs
from mmm.sampling import SamplerSettings
from mmm.transforms import Adstock, Saturation
from ours import SEED, default_spec, weeks_ahead
from peers.run import world_file
from results.store import keep, scored
from worlds import HELD, load_world

Member = tuple[Adstock, Saturation, str]
"""Carry-over, saturation, name of the beliefs."""
BELIEFS: dict[str, Beliefs] = {
    "before": replace(Beliefs(), retention=(1.0, 3.0), weibull_scale=(1.2, 0.8)),
    "now": replace(Beliefs(), retention=(1.5, 2.0), weibull_scale=(2.0, 0.8)),
    "retention Beta(1, 2)": replace(Beliefs(), retention=(1.0, 2.0)),
    "Weibull scale 2.5, shape 1.3, sd 0.5": replace(
        Beliefs(), weibull_scale=(2.5, 0.8), weibull_shape=(1.3, 0.5)
    ),
    "sd of slope 0.5": replace(Beliefs(), retention=(1.5, 2.0), weibull_scale=(2.0, 0.8), slope=(1.0, 0.5)),
    "half-saturation 1.5": replace(Beliefs(), retention=(1.5, 2.0), half_saturation=(1.5, 1.0)),
    "exponent Beta(2, 2)": replace(
        Beliefs(), retention=(1.5, 2.0), weibull_scale=(2.0, 0.8), exponent=(2.0, 2.0)
    ),
    "exponent Beta(4, 1)": replace(Beliefs(), exponent=(4.0, 1.0)),
    "exponent Beta(6, 2)": replace(Beliefs(), exponent=(6.0, 2.0)),
    "slope 1.2, sd 0.5": replace(Beliefs(), slope=(1.2, 0.5)),
}


def _of(beliefs: str, *families: str) -> tuple[Member, ...]:
    carry = {"G": "geometric", "W": "weibull_density", "D": "delayed"}
    curve = {"H": "hill", "P": "power", "E": "exponential"}
    return tuple((carry[name[0]], curve[name[1]], beliefs) for name in families)  # type: ignore[misc]


VARIANTS: dict[str, tuple[Member, ...]] = {
    "geometric-hill, beliefs before": _of("before", "GH"),
    "geometric-hill, retention Beta(1, 2)": _of("retention Beta(1, 2)", "GH"),
    "geometric-hill, retention Beta(1.5, 2) (now)": _of("now", "GH"),
    "the same, half-saturation 1.5": _of("half-saturation 1.5", "GH"),
    "the same, sd of slope 0.5": _of("sd of slope 0.5", "GH"),
    "weibull-hill, scale 1.2 (before)": _of("before", "WH"),
    "weibull-hill, scale 2 (now)": _of("now", "WH"),
    "weibull-hill, scale 2.5, shape 1.3, its sd 0.5": _of("Weibull scale 2.5, shape 1.3, sd 0.5", "WH"),
    "delayed-hill": _of("now", "DH"),
    "geometric-power": _of("now", "GP"),
    "weibull-power": _of("now", "WP"),
    "weibull-power, exponent Beta(2, 2)": _of("exponent Beta(2, 2)", "WP"),
    "weibull-exponential": _of("now", "WE"),
    "four as before: GH WH GP WP": _of("before", "GH", "WH", "GP", "WP"),
    "the same four, beliefs now": _of("now", "GH", "WH", "GP", "WP"),
    "three: GH WH WP (the default now)": _of("now", "GH", "WH", "WP"),
    "three, exponent Beta(4, 1)": _of("now", "GH", "WH") + _of("exponent Beta(4, 1)", "WP"),
    "three, sd of slope 0.5": _of("sd of slope 0.5", "GH", "WH") + _of("now", "WP"),
    "three, sd of slope 0.5, exponent Beta(4, 1)": (
        _of("sd of slope 0.5", "GH", "WH") + _of("exponent Beta(4, 1)", "WP")
    ),
    "three, slope 1.2, its sd 0.5, exponent Beta(6, 2)": (
        _of("slope 1.2, sd 0.5", "GH", "WH") + _of("exponent Beta(6, 2)", "WP")
    ),
    "GH WH alone": _of("now", "GH", "WH"),
    "GH WH WP and delayed-hill": _of("now", "GH", "WH", "DH", "WP"),
    "GH WH GE WE": _of("now", "GH", "WH", "GE", "WE"),
}
WORLDS = {
    "family": [f"family-{number:02d}" for number in (1, 6, 8, 10, 12, 13, 14, 17, 24, 27)],
    "misspecified": ["late-01", "late-04", "s_shaped-01", "s_shaped-04", "linear-03", "curved-01"],
    "straight or S": [
        *(f"linear-{number:02d}" for number in (1, 2, 3)),
        *(f"s_shaped-{number:02d}" for number in (1, 2, 3)),
        "curved-02",
    ],
}
SETTINGS = SamplerSettings(chains=2, draws=500, warmup=500)
KEPT = ("error", "total_error", "inside", "n_channels", "width", "crps", "crps_floor")


@cache
def drawn(name: str, member: Member) -> tuple[np.ndarray, np.ndarray]:
    """Fit one family to one world: draws of contributions (draw, channel) and of forecasts (draw, week)."""
    world = load_world(world_file(name))
    adstock, saturation, beliefs = member
    panel = world.panel()
    seen, ahead = panel.isel(period=slice(0, -HELD)), panel.isel(period=slice(-HELD, None))
    spec = default_spec(world, adstock=adstock, saturation=saturation, beliefs=BELIEFS[beliefs])
    found = fit_once(seen, spec, SEED, SETTINGS)
    share = found.draws["share"].sel(channel=world.channels.tolist()).transpose("chain", "draw", "channel")
    brought = share.to_numpy().reshape(-1, len(world.channels)) * found.design.kpi_total
    return brought, weeks_ahead(found, ahead)


def line(variant: str, group: str) -> str:
    """Fit, score and keep one variant on a group of worlds; give its line of the table."""
    rows = []
    for name in WORLDS[group]:
        brought, predicted = zip(*(drawn(name, member) for member in VARIANTS[variant]), strict=True)
        rows.append(scored(load_world(world_file(name)), np.concatenate(brought), np.concatenate(predicted)))
    keep("study", f"{variant} ({group})", {key: [round(row[key], 4) for row in rows] for key in KEPT})
    error, total = (np.array([row[key] for row in rows]) for key in ("error", "total_error"))
    inside = sum(row["inside"] for row in rows) / sum(row["n_channels"] for row in rows)
    ratio = np.median([row["crps"] / row["crps_floor"] for row in rows])
    return (
        f"| {variant} | {group} | {np.median(error):.1%} ({error.mean():.1%}) | {total.mean():+.1%} "
        f"| {np.median(np.abs(total)):.1%} | {inside:.1%} | {np.mean([row['width'] for row in rows]):.2f} "
        f"| {ratio:.2f} |"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--variants", nargs="+", default=list(VARIANTS), choices=list(VARIANTS))
    print("| variant | worlds | error, median (mean) | total, signed | total off, median | inside ", end="")
    print("| width | CRPS / floor |\n|---|---|---|---|---|---|---|---|", flush=True)
    for variant in options.parse_args().variants:
        for group in WORLDS:
            print(line(variant, group), flush=True)


if __name__ == "__main__":
    main()
