"""Tables of kept results: each suite, every model on the same worlds."""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from results.store import read
from worlds import HELD, SUITES, world_names

MODELS = {
    "average": "ours, averaged (the default of a run)",
    "default": "ours, geometric-hill alone",
    "meridian": "Meridian 2.1",
    "pymc_marketing": "PyMC-Marketing 1.3, linear trend",
    "pymc_marketing_quadratic": "PyMC-Marketing 1.3, quadratic trend",
    "oracle": "oracle (ours, curves known)",
    "priors": "our priors alone",
}
PEERS = ("meridian", "pymc_marketing", "pymc_marketing_quadratic")
NEEDED = ("meridian", "pymc_marketing_quadratic")
HEADER = (
    "| model | worlds | error of contributions (median) | media total off by (median) | signed, mean "
    "| 90 % intervals that hold the truth | width | bias | 13-week CRPS / floor | 90 % of weeks ahead inside "
    "| converged | seconds (median) |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def print_suite(suite: str) -> None:
    """Print the worlds of one suite."""
    print(f"\n### {suite}: {SUITES[suite][0]}\n")
    print_worlds(world_names(suite))


def print_misspecified() -> None:
    """Print the suites in which every model is wrong on purpose, together."""
    suites = [suite for suite in SUITES if suite not in {"family", "geo"}]
    print(f"\n### misspecified: {', '.join(suites)} together\n")
    print_worlds([name for suite in suites for name in world_names(suite)])


def print_worlds(names: list[str]) -> None:
    """Print ours where averages were fitted, then every model on those of these worlds that both peers have.

    A model that has too few of those worlds is left out of the second table.
    """
    kept = {model: read(model).get("worlds", {}) for model in MODELS}
    ours = {model: worlds for model, worlds in kept.items() if model not in PEERS}
    averaged = [name for name in names if fitted(kept["average"], name)]
    number = "All" if len(averaged) == len(names) else f"{len(averaged)} of the"
    print_rows(f"{number} {len(names)} worlds", ours, averaged)
    common = [name for name in averaged if all(fitted(kept[model], name) for model in NEEDED)]
    if common:
        least = {
            model: worlds
            for model, worlds in kept.items()
            if sum(fitted(worlds, name) for name in common) > 0.8 * len(common)
        }
        print_rows(f"The {len(common)} of them that both peers were fitted on", least, common)


def fitted(worlds: dict[str, Any], name: str) -> bool:
    """Whether a model has figures of a world."""
    return name in worlds and "failed" not in worlds[name]


def print_rows(title: str, kept: dict[str, dict[str, Any]], names: list[str]) -> None:
    """Print one table: a row per model over the worlds of `names` that it has."""
    print(f"{title}:\n\n{HEADER}")
    for model, worlds in kept.items():
        rows = [worlds[name] for name in names if fitted(worlds, name)]
        failed = sum(1 for name in names if "failed" in worlds.get(name, {}))
        if rows:
            print(row(MODELS.get(model, model), rows, failed))
    print()


def row(label: str, rows: list[dict[str, Any]], failed: int) -> str:
    """Give one line of a table."""

    def median(key: str) -> float:
        return float(np.median([abs(found[key]) for found in rows]))

    n_channels = sum(found["n_channels"] for found in rows)
    inside = sum(found["inside"] for found in rows) / n_channels
    forecasts = [found for found in rows if np.isfinite(found["crps"])]
    ratio = np.median([found["crps"] / found["crps_floor"] for found in forecasts]) if forecasts else np.nan
    ahead = np.mean([found["ahead_inside"] / HELD for found in forecasts]) if forecasts else np.nan
    about = [found["about"] for found in rows]
    good = sum(1 for one in about if one.get("r_hat", 9) < 1.01 and one.get("ess", 0) > 400)
    seconds = np.median([one["seconds"] for one in about])
    mixed = f"{good} of {len(rows)}" if "r_hat" in about[0] else ""
    return (
        f"| {label} | {len(rows)}{f' ({failed} failed)' if failed else ''} | {median('error'):.1%} "
        f"| {median('total_error'):.1%} | {np.mean([found['total_error'] for found in rows]):+.1%} "
        f"| {inside:.1%} of {n_channels} | {np.mean([found['width'] for found in rows]):.2f} "
        f"| {np.mean([found['bias'] for found in rows]):+.2f} "
        f"| {'' if np.isnan(ratio) else f'{ratio:.2f}'} | {'' if np.isnan(ahead) else f'{ahead:.0%}'} "
        f"| {mixed} | {seconds:.1f} |"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--suites", nargs="+", default=list(SUITES), choices=list(SUITES))
    for suite in options.parse_args().suites:
        print_suite(suite)
    print_misspecified()


if __name__ == "__main__":
    main()
