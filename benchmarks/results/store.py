"""What is kept of each fit: figures beside the truth, in one small JSON file per model."""

import json
import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

from mmm.diagnostics.scores import crps
from worlds import HELD, PlannedWorld, load_world

FOLDER = Path(__file__).resolve().parent
LEVELS = (0.05, 0.95)


def keep_result(model: str, name: str, draws: Path, world: Path) -> None:
    """Score the draws of one fit and keep the figures."""
    with np.load(draws) as stored:
        figures = scored(load_world(world), stored["contribution"], stored["forecast"])
        about = json.loads(str(stored["about"]))
        plan = np.asarray(stored["plan"], dtype=float)
    if np.isfinite(plan).all():
        figures["plan"] = plan.round(2).tolist()
    keep(model, name, {**figures, "about": about})


def keep_failure(model: str, name: str, reason: str) -> None:
    """Keep that a fit failed, and why."""
    keep(model, name, {"failed": reason})


def keep(model: str, name: str, figures: dict[str, Any]) -> None:
    """Write the figures of one world into the model's file."""
    path = FOLDER / f"{model}.json"
    stored = read(model)
    stored["machine"] = machine()
    stored.setdefault("worlds", {})[name] = figures
    stored["worlds"] = dict(sorted(stored["worlds"].items()))
    partial = path.with_suffix(".partial")
    partial.write_text(by_line(stored), encoding="utf-8")
    partial.replace(path)


def by_line(stored: dict[str, Any]) -> str:
    """JSON with one line per world, so that a change of one world is a change of one line."""
    lines = ",\n".join(
        f"  {json.dumps(name)}: {json.dumps(found)}" for name, found in stored["worlds"].items()
    )
    return f'{{\n "machine": {json.dumps(stored["machine"])},\n "worlds": {{\n{lines}\n }}\n}}\n'


def read(model: str) -> dict[str, Any]:
    """Read what is kept of a model; nothing yet is an empty record."""
    path = FOLDER / f"{model}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def machine() -> str:
    """Say what computes here."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores of {platform.machine()}, {platform.system()}, Python {platform.python_version()}"


def scored(world: PlannedWorld, contribution: np.ndarray, forecast: np.ndarray) -> dict[str, Any]:
    """Compare draws of contributions (draw, channel) and forecasts (draw, week) with the truth.

    Returns
    -------
    dict
        `error` (sum of absolute errors of the mean, over the true media total), `total_error` (signed),
        `inside` (channels whose 90 % interval holds the truth), `bias` (mean over channels of the error over
        the truth), `width` (sum of interval widths over the true total), `crps` and `crps_floor` (KPI units).
    """
    truth = world.truth()
    low, high = np.quantile(contribution, LEVELS, axis=0)
    mean, total = contribution.mean(axis=0), contribution.sum(axis=1)
    total_low, total_high = np.quantile(total, LEVELS)
    actual = world.kpi[:, -HELD:].sum(axis=0)
    ahead_low, ahead_high = np.quantile(forecast, LEVELS, axis=0)
    return {
        "error": float(np.abs(mean - truth).sum() / truth.sum()),
        "total_error": float(mean.sum() / truth.sum() - 1),
        "inside": int(((low <= truth) & (truth <= high)).sum()),
        "n_channels": truth.size,
        "total_inside": bool(total_low <= truth.sum() <= total_high),
        "bias": float((mean / truth - 1).mean()),
        "width": float((high - low).sum() / truth.sum()),
        "crps": float(crps(forecast, actual).mean()),
        "crps_floor": float(crps(true_forecast(world), actual).mean()),
        "ahead_inside": int(((ahead_low <= actual) & (actual <= ahead_high)).sum()),
        "kpi_mean": float(world.kpi[:, : world.n_history].sum(axis=0).mean()),
        "mean": mean.round(1).tolist(),
        "p05": low.round(1).tolist(),
        "p95": high.round(1).tolist(),
        "truth": truth.round(1).tolist(),
    }


def true_forecast(world: PlannedWorld, n_draws: int = 4000) -> np.ndarray:
    """Draws of the weeks ahead by someone who knows the world: nobody can do better on average."""
    rng = np.random.default_rng(0)
    size = (n_draws, len(world.geos), HELD)
    heavy = np.isfinite(world.noise_df)
    shocks = rng.standard_t(world.noise_df, size) / np.sqrt(2) if heavy else rng.standard_normal(size)
    return np.asarray((world.expected[:, -HELD:] + world.noise_sd[:, None] * shocks).sum(axis=1))
