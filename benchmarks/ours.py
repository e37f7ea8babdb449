"""Our model on a world: as its defaults have it, told every true curve (oracle), before any data (priors).

All three give draws of contributions over the history, all geos together, and of the KPI of the weeks ahead.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from mmm.effects import forecast
from mmm.inference import Fit, fit
from mmm.model import Beliefs, ModelSpec, build_design
from our_plan import split
from worlds import HELD, PlannedWorld

SEED = 1
KNOWN = Beliefs(retention=(1.0, 2000.0), half_saturation=(1.0, 0.02), slope=(1.0, 0.02))
"""Beliefs of the oracle: no carry-over, half-saturation and slope 1, each to 2 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one model says of one world."""

    contribution: np.ndarray
    """(draw, channel) KPI units over the history."""
    forecast: np.ndarray
    """(draw, week ahead)"""
    about: dict[str, object]
    plan: np.ndarray | None = None
    """EUR by channel: the best split of the planned quarter, where it was asked for."""

    def save(self, path: object) -> None:
        """Write the draws where the peers' draws are."""
        plan = np.full(self.contribution.shape[1], np.nan) if self.plan is None else self.plan
        np.savez_compressed(
            path,  # type: ignore[arg-type]
            contribution=self.contribution,
            forecast=self.forecast,
            plan=plan,
            about=json.dumps(self.about),
        )


def default_spec(world: PlannedWorld, **changes: object) -> ModelSpec:
    """Give the defaults for a world, with its controls."""
    return replace(ModelSpec(outcome="revenue", controls=tuple(world.controls.tolist())), **changes)


def fit_default(world: PlannedWorld, **changes: object) -> Answer:
    """Fit the world as an analyst would who changes nothing."""
    spec = default_spec(world, **changes)
    return answered(world, world.panel(), lambda seen: fit(seen, spec, seed=SEED))


def average_default(world: PlannedWorld, **changes: object) -> Answer:
    """Fit, score and stack the specifications that a run averages by default."""
    from mmm.diagnostics import average  # noqa: PLC0415
    from mmm.model import averaged  # noqa: PLC0415

    specs = averaged(default_spec(world, **changes))
    return answered(world, world.panel(), lambda seen: average(seen, specs, seed=SEED), plans=True)


def fit_oracle(world: PlannedWorld) -> Answer:
    """Estimate the strengths alone: beliefs in money and baseline as ours, every curve known.

    What a channel reaches is handed over as spend whose odds of saturation are what it reached, so the
    model, told that half-saturation and slope are 1 and carry-over nil, finds exactly the true curve.
    """
    spec = default_spec(world, beliefs=KNOWN)
    return answered(world, known_curves(world), lambda seen: fit(seen, spec, seed=SEED))


def fit_priors(world: PlannedWorld, n_draws: int = 4000) -> Answer:
    """Say what the default beliefs say before the KPI of a single week, its total excepted."""
    import pymc as pm  # noqa: PLC0415

    from mmm.model.definition import explicit_model  # noqa: PLC0415

    panel = world.panel(history_only=True)
    spec = default_spec(world)
    design = build_design(panel, spec)
    started = time.perf_counter()
    model = explicit_model(design, spec)
    share = np.asarray(pm.draw(model["share"], draws=n_draws, random_seed=SEED, mode="FAST_COMPILE"))
    return Answer(
        contribution=share * design.kpi_total,
        forecast=np.full((2, HELD), np.nan),
        about={"seconds": time.perf_counter() - started},
    )


def known_curves(world: PlannedWorld) -> xr.Dataset:
    """Give the world's panel with, for spend, the odds of what each channel truly reached."""
    panel = world.panel()
    if world.response is None:
        raise ValueError(f"{world.name}: its simulator does not tell its curves")
    reached = world.contribution / (world.population[:, None, None] * world.response.ceiling[:, None])
    reached = reached / reached[:, : world.n_history].max(axis=(0, 1))
    spend = np.stack([_odds(values) for values in np.moveaxis(reached, 2, 0)], axis=2)
    heads = world.population / world.population.mean()
    return panel.assign(spend=(panel["spend"].dims, spend * heads[:, None, None]))


def _odds(reached: np.ndarray) -> np.ndarray:
    """Odds `f / (1 - f)` of a fraction of what was reached, such that their mean is 1 while active.

    Carry-over leaves a trace for ever: what is under a thousandth of the peak counts as nothing.
    """
    active = np.where(reached > 1e-3, reached, 0.0)

    def excess(fraction: float) -> float:
        part = np.minimum(fraction * active[:, :-HELD], 1 - 1e-12)
        return float((part / (1 - part))[part > 0].mean()) - 1.0

    part = np.minimum(brentq(excess, 1e-6, 1 - 1e-9) * active, 0.999)
    return np.asarray(part / (1 - part))


def answered(
    world: PlannedWorld, panel: xr.Dataset, fit_seen: Callable[[xr.Dataset], Fit], *, plans: bool = False
) -> Answer:
    """Fit the history of a panel, forecast what follows, and split its budget where `plans` asks for it."""
    seen, ahead = panel.isel(period=slice(0, -HELD)), panel.isel(period=slice(-HELD, None))
    wall, cpu = time.perf_counter(), time.process_time()
    found = fit_seen(seen)
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    share = found.draws["share"].sel(channel=world.channels.tolist()).transpose("chain", "draw", "channel")
    about = {"seconds": seconds, "cpu_seconds": cpu_seconds, "import_seconds": 0.0, **convergence(found)}
    return Answer(
        contribution=share.to_numpy().reshape(-1, len(world.channels)) * found.design.kpi_total,
        forecast=weeks_ahead(found, ahead),
        about=about,
        plan=split(found, world) if plans and len(world.geos) == 1 else None,
    )


def weeks_ahead(found: Fit, ahead: xr.Dataset) -> np.ndarray:
    """Draws of the KPI of the weeks ahead, all geos together: (draw, week)."""
    predicted = forecast(found, ahead).predicted(SEED)
    return np.asarray(predicted if predicted.ndim == 2 else predicted.sum(axis=1))


def convergence(found: Fit) -> dict[str, object]:
    """Give the worst figures of a fit; of an average, those of the members that weigh, and their weights."""
    about: dict[str, object] = {
        "draws": int(found.draws.sizes["chain"] * found.draws.sizes["draw"]),
        "attempts": found.attempts,
        "versions": {name: version(name) for name in ("numpy", "numba", "nutpie")},
    }
    if found.members:
        tables = [member.figures for member in found.members if member.weight > 0]
        about["weights"] = {member.spec.name: round(member.weight, 3) for member in found.members}
    else:
        tables = [found.figures]
        about["divergent"] = float(found.stats["diverging"].mean())
    ess = ["ess_bulk", "ess_tail"]
    returns = [table[table["name"].str.startswith("return[")] for table in tables]
    return about | {
        "r_hat": max(float(table["r_hat"].max()) for table in tables),
        "ess": min(float(table[ess].min(axis=None)) for table in tables),
        "ess_returns": min(float(table["ess_bulk"].min()) for table in returns),
    }
