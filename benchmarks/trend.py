"""How the trend should bend: contributions and 13-week forecasts over thirty worlds, by its settings.

Run `python benchmarks/trend.py [--worlds 30] [--settings quarter_0.03,straight]`. Worlds are those of
`tests/world_family.py`, where trends are linear, wandering or broken in turn. The floor of a forecast
is the score of whoever knows the expected KPI and the distribution of the noise; nobody can know a
trend that has yet to wander, so the floor is out of reach by a part. With `--break 0.2` a lasting step
of 20 % of sales is planted in each world, and the setting `declared_break` is told when.
"""

import argparse
import platform
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import xarray as xr

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from mmm.diagnostics import crps
from mmm.effects import forecast
from mmm.inference import Fit
from mmm.inference.compiled import sample_compiled
from mmm.model import Beliefs, ModelSpec, build_design
from mmm.sampling import SamplerSettings
from world_family import FamilyWorld, family_world

SETTINGS = SamplerSettings(chains=2, draws=500, warmup=600)
HELD, ORIGINS = 13, (13, 39)
LEVELS = (0.5, 0.8, 0.95)
USUAL = ModelSpec(outcome="revenue", controls=("price", "promotion"))


def trend(spacing: int, step: float, **changes: object) -> ModelSpec:
    """Knots every `spacing` weeks, half-normal scale `step` per quarter."""
    return replace(USUAL, knot_spacing=spacing, beliefs=replace(Beliefs(), trend_step=step), **changes)


VARIANTS = {
    "month_0.05": trend(4, 0.05),
    "two_months_0.05": trend(8, 0.05),
    "quarter_0.02": trend(13, 0.02),
    "quarter_0.03": trend(13, 0.03),
    "quarter_0.05": trend(13, 0.05),
    "quarter_0.1": trend(13, 0.1),
    "half_year_0.02": trend(26, 0.02),
    "half_year_0.05": trend(26, 0.05),
    "straight": trend(13, 1e-6),
    "three_waves": trend(13, 0.03, harmonics=3),
    "six_waves": trend(13, 0.03, harmonics=6),
    "declared_break": trend(13, 0.03),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One world under one setting; contributions as shares of the true media total."""

    error: float
    total: float
    covered: int
    n_channels: int
    crps: float
    floor: float
    inside: tuple[int, ...]
    """Held-out periods inside the central intervals of `LEVELS`, over all origins."""


def main() -> None:
    """Print one line per setting."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--worlds", type=int, default=30)
    options.add_argument(
        "--settings", default=",".join(name for name in VARIANTS if name != "declared_break")
    )
    options.add_argument("--break", dest="step", type=float, default=0.0)
    chosen = options.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, {chosen.worlds} worlds")
    print(f"{'setting':16} error (mean, median)  total  inside 90 %  CRPS / floor  inside 50, 80, 95 %")
    for name in chosen.settings.split(","):
        scores = [scored(seed, name, chosen.step) for seed in range(1, chosen.worlds + 1)]
        print(line(name, scores), flush=True)


def line(name: str, scores: list[Score]) -> str:
    """Summarise one setting."""
    error = [one.error for one in scores]
    inside = np.sum([one.inside for one in scores], axis=0) / (len(scores) * HELD * len(ORIGINS))
    covered = sum(one.covered for one in scores) / sum(one.n_channels for one in scores)
    return (
        f"{name:16} {np.mean(error):6.1%} {np.median(error):6.1%}"
        f"  {np.median([abs(one.total) for one in scores]):9.1%} {covered:8.1%}"
        f" {np.mean([one.crps / one.floor for one in scores]):13.3f}"
        f"      {inside[0]:.1%}, {inside[1]:.1%}, {inside[2]:.1%}"
    )


def scored(seed: int, name: str, step: float) -> Score:
    """Fit one world and forecast it from two origins."""
    world = family_world(seed)
    panel, expected = planted(world, seed, step, declared=name == "declared_break")
    found, truth = fitted(panel, VARIANTS[name], seed), world.contribution
    drawn = found.draws["share"].to_numpy().reshape(-1, truth.size) * found.design.kpi_total
    low, high = np.quantile(drawn, [0.05, 0.95], axis=0)
    kpi, scores, floors = panel["kpi"].to_numpy()[0, 0], [], []
    inside = np.zeros(len(LEVELS), dtype=int)
    for back in ORIGINS:
        first = len(kpi) - back
        ahead = slice(first, first + HELD)
        past = fitted(panel.isel(period=slice(0, first)), VARIANTS[name], seed)
        draws = forecast(past, panel.isel(period=ahead)).predicted(seed)
        noise = np.random.default_rng(1).choice(world.noise, 4000)
        scores.append(crps(draws, kpi[ahead]).mean())
        floors.append(crps(expected[ahead] + noise[:, None], kpi[ahead]).mean())
        for place, level in enumerate(LEVELS):
            ends = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
            inside[place] += int(((ends[0] <= kpi[ahead]) & (kpi[ahead] <= ends[1])).sum())
    return Score(
        error=float(np.abs(drawn.mean(axis=0) - truth).sum() / truth.sum()),
        total=float(drawn.mean(axis=0).sum() / truth.sum() - 1),
        covered=int(((low <= truth) & (truth <= high)).sum()),
        n_channels=truth.size,
        crps=float(np.mean(scores)),
        floor=float(np.mean(floors)),
        inside=tuple(int(count) for count in inside),
    )


def planted(world: FamilyWorld, seed: int, step: float, *, declared: bool) -> tuple[xr.Dataset, np.ndarray]:
    """Add a lasting step up or down, as an event where it is declared."""
    rng = np.random.default_rng([seed, 5])
    weeks = np.arange(world.panel.sizes["period"])
    after = (weeks >= int(rng.uniform(0.3, 0.7) * len(weeks))).astype(float)
    rise = step * rng.choice([-1, 1]) * 1e6 * after
    panel = world.panel.assign(kpi=world.panel["kpi"] + rise)
    if declared:
        panel = panel.assign(event_share=(("period", "event"), after[:, None])).assign_coords(event=["break"])
    return panel, world.expected + rise


def fitted(panel: xr.Dataset, spec: ModelSpec, seed: int) -> Fit:
    """Sample once, without the gate's rerun."""
    design = build_design(panel, spec)
    draws, stats = sample_compiled(design, spec, SETTINGS, seed, None)
    return Fit(spec=spec, design=design, draws=draws, stats=stats, seed=seed, attempts=1, engine="compiled")


if __name__ == "__main__":
    main()
