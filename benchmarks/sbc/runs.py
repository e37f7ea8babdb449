"""Draw truths and data from the definition in PyMC, fit them with the engine, and rank the truths."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pymc as pm
import xarray as xr

from mmm.effects import fitted
from mmm.errors import UserInputError
from mmm.inference import Fit, fit_design
from mmm.model import Design, ModelSpec, build_design
from mmm.model.definition import explicit_model

Truths = dict[str, np.ndarray]
LEVELS = 100
"""Posterior draws kept of each fit, far enough apart to be nearly independent; ranks go from 0 to 100."""
SKIPPED = {"standard_coefficient", "expected", "kpi"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Ranks of the truths among the posterior draws of their own fits."""

    specification: str
    frozen: bool
    ranks: dict[str, np.ndarray]
    """Quantity: (fit, entry)."""
    n_levels: int
    refused: int
    """Simulated data that the model refuses, such as sales under 0; only when scales are recomputed."""
    unconverged: int
    """Fits whose R-hat stayed above 1.01 after the rerun; they count all the same."""


def calibrate(
    panel: xr.Dataset,
    spec: ModelSpec,
    n_fits: int,
    seed: int = 0,
    *,
    frozen: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Calibration:
    """Fit data simulated from the beliefs themselves.

    Parameters
    ----------
    panel : Dataset
        Spend, controls and calendar; its KPI gives the scales.
    frozen : bool
        Keep scales and centres of beliefs from fit to fit, as the theorem needs. Otherwise they are
        recomputed from each simulated KPI, as in real use, and truths are brought to the new scale.
    """
    design = build_design(panel, spec)
    truths = draw_truths(design, spec, n_fits, seed)
    ranks: dict[str, list[np.ndarray]] = {}
    refused = unconverged = 0
    for number in range(n_fits):
        one = {name: values[number] for name, values in truths.items()}
        try:
            found, one = _fitted(panel, design, spec, one, frozen=frozen, seed=number)
        except UserInputError:
            refused += 1
            continue
        unconverged += int(not found.figures["r_hat"].max() < 1.01)
        for name, value in _ranks(found, one, panel).items():
            ranks.setdefault(name, []).append(value)
        if progress is not None:
            progress(number + 1)
    return Calibration(
        specification=spec.name,
        frozen=frozen,
        ranks={name: np.stack(values) for name, values in ranks.items()},
        n_levels=LEVELS + 1,
        refused=refused,
        unconverged=unconverged,
    )


def draw_truths(design: Design, spec: ModelSpec, n_fits: int, seed: int) -> Truths:
    """Draw parameters and data from the definition: an independent program of the compiled form."""
    model = explicit_model(design, spec)
    named = {variable.name: variable for variable in [*model.free_RVs, *model.deterministics]}
    named["kpi"] = model["kpi"]
    drawn = pm.draw(list(named.values()), draws=n_fits, random_seed=seed, mode="FAST_COMPILE")
    return dict(zip(named, map(np.asarray, drawn), strict=True))


def _fitted(
    panel: xr.Dataset, design: Design, spec: ModelSpec, truth: Truths, *, frozen: bool, seed: int
) -> tuple[Fit, Truths]:
    if frozen:
        return fit_design(replace(design, y=truth["kpi"]), spec, seed), truth
    kpi = truth["kpi"] * design.outcome_scale
    again = panel.assign(kpi=(panel["kpi"].dims, kpi.reshape(panel["kpi"].shape)))
    found = fit_design(build_design(again, spec), spec, seed)
    return found, rescaled(truth, design.outcome_scale / found.design.outcome_scale)


IN_KPI = ("share", "effect", "amplitude", "sigma", "coefficient", "kpi", "expected")
"""What is in units of the mean KPI."""


def rescaled(truth: Truths, factor: float) -> Truths:
    """Bring truths to the units of another scale of the KPI."""
    return {name: values * factor if name in IN_KPI else values for name, values in truth.items()}


def _ranks(found: Fit, truth: Truths, panel: xr.Dataset) -> Truths:
    """Rank each quantity among draws of its posterior: 0 to `LEVELS`."""
    draws: dict[str, Any] = {
        str(name): values.to_numpy().reshape(-1, *values.shape[2:])
        for name, values in found.draws.data_vars.items()
        if name in truth and name not in SKIPPED and np.isfinite(values).any()
    }
    kept = np.linspace(0, len(draws["sigma"]) - 1, LEVELS).round().astype(int)
    draws = {name: values[kept] for name, values in draws.items()}
    expected = fitted(found, panel, max_draws=10**9).mean[kept] / found.design.outcome_scale
    compared = {name: truth[name] for name in draws}
    for derived in (_media_total, _misfit):
        name, values, value = derived(draws, expected, truth)
        draws[name], compared[name] = values, value
    return {
        name: np.atleast_1d(_rank(values, compared[name])) for name, values in draws.items() if values.size
    }


def _rank(values: np.ndarray, truth: Any) -> np.ndarray:
    """Count the draws below the truth; not a number where a channel has no such parameter."""
    known = np.isfinite(values).all(axis=0)
    return np.where(known, (values < truth).sum(axis=0), np.nan)


def _media_total(draws: Truths, _: np.ndarray, truth: Truths) -> tuple[str, np.ndarray, Any]:
    return "media_total", draws["share"].sum(axis=1), truth["share"].sum()


def _misfit(draws: Truths, expected: np.ndarray, truth: Truths) -> tuple[str, np.ndarray, Any]:
    """Mean square distance of the data from what is expected: a quantity that sees the data."""
    of = (expected - truth["kpi"]) ** 2
    return "misfit", of.mean(axis=1), ((truth["expected"] - truth["kpi"]) ** 2).mean()
