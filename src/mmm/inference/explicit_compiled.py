"""The compiled engine with explicit coefficients: Student-t and Negative-Binomial, national or by geo."""

from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.inference.buffer import n_national_parameters
from mmm.inference.explicit_buffer import build_explicit_buffer, by_geo
from mmm.inference.geo_compiled import with_geo_draws
from mmm.inference.geo_steps import pilot, pilot_settings
from mmm.inference.posterior import amplitude_places, draws_dataset, every_parameter, stats_dataset
from mmm.inference.progress import in_turn
from mmm.model import Design, ModelSpec
from mmm.sampling import CompiledDensity, Progress, SamplerSettings, sample_density

FloatArray = NDArray[np.float64]
TARGET_ACCEPT = {"student_t": 0.95, "negative_binomial": 0.98}
"""At least; counts diverged in 1 of 1,000 draws of the sample analysis at 0.95."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Parameters are `centre + rows @ position`."""

    centre: FloatArray
    """(parameter)"""
    rows: FloatArray
    """(parameter, parameter) Lower triangle."""

    def parameters(self, positions: FloatArray) -> FloatArray:
        """Give what positions (..., parameter) mean."""
        return np.asarray(self.centre + positions @ self.rows.T)


def explicit_density(design: Design, spec: ModelSpec, steps: Steps | None = None) -> CompiledDensity:
    """Give the log-density with explicit coefficients as a C function with its data.

    Positions are steps from `steps.centre`; without steps, from where the prior and the whitening start.
    """
    from mmm.inference.kernels.explicit_steps import explicit_step_density_entry  # noqa: PLC0415 - compiles

    chosen = steps or first_steps(design, spec)
    buffer, _ = build_explicit_buffer(design, spec, [chosen.centre, chosen.rows])
    return CompiledDensity(
        address=explicit_step_density_entry.address or 0,
        data=buffer.data,
        n_parameters=buffer.n_parameters,
        start=np.zeros(buffer.n_parameters),
    )


def first_steps(design: Design, spec: ModelSpec) -> Steps:
    """Give the steps of the pilot: one parameter each, from where chains start around."""
    _, start = build_explicit_buffer(design, spec)
    return Steps(centre=start, rows=np.eye(len(start)))


def learnt_steps(draws: FloatArray) -> Steps:
    """Give steps along which the draws of a pilot, (draw, parameter), stand alone and in their unit.

    The fewer draws there are for each parameter, the more the steps are taken to stand alone already.
    """
    n_draws, size = draws.shape
    centre, deviation = draws.mean(axis=0), draws.std(axis=0) + 1e-9
    correlation = np.cov(((draws - centre) / deviation).T)
    alone = size / (size + 0.5 * n_draws)
    mixed = (1 - alone) * correlation + alone * np.eye(size)
    return Steps(centre=centre, rows=deviation[:, None] * np.linalg.cholesky(mixed))


def sample_explicit(
    design: Design, spec: ModelSpec, settings: SamplerSettings, seed: int, progress: Progress | None
) -> tuple[xr.Dataset, xr.Dataset]:
    """Sample the density with explicit coefficients, in smaller steps: its sizes and coefficients curve."""
    careful = replace(settings, target_accept=max(settings.target_accept, TARGET_ACCEPT[spec.likelihood]))
    first = first_steps(design, spec)
    before, after = in_turn(progress, [pilot_settings(careful).steps, careful.steps])
    tried = pilot(explicit_density(design, spec), careful, seed, before)
    steps = learnt_steps(first.parameters(tried))
    found = sample_density(explicit_density(design, spec, steps), careful, seed, after)
    return explicit_draws(design, spec, steps.parameters(found.positions), seed), stats_dataset(found)


def explicit_draws(design: Design, spec: ModelSpec, positions: FloatArray, seed: int) -> xr.Dataset:
    """Name the parameters of draws (chain, draw, parameter)."""
    geo, shape = by_geo(design), positions.shape[:2]
    several = len(geo.geos) > 1
    shared, own, effects, shares = complete_explicit(
        design, spec, positions.reshape(-1, positions.shape[2]), seed
    )
    by_draw = effects.reshape(*shape, *effects.shape[1:])
    draws = draws_dataset(
        design,
        positions[..., : n_national_parameters(design)],
        shared.reshape(*shape, -1),
        by_draw.transpose(0, 1, 3, 2) @ geo.weight,
        shares.reshape(*shape, -1),
    )
    if spec.likelihood == "negative_binomial":
        draws = draws.rename(sigma="dispersion")
    if not several:
        return draws
    return with_geo_draws(
        design,
        draws,
        positions,
        by_draw,
        own.reshape(*shape, *own.shape[1:]),
        has_exponent=spec.likelihood != "negative_binomial",
    )


def complete_explicit(
    design: Design, spec: ModelSpec, positions: FloatArray, seed: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Give the coefficients, effects by geo and shares that each position means.

    Columns that are zero over the data, such as future steps of the trend, are drawn from their prior.

    Returns
    -------
    tuple of ndarray
        See `mmm.inference.geo_compiled.complete_geo`; without geos the second has none.
    """
    from mmm.inference.kernels.explicit_density import complete_explicit_draws  # noqa: PLC0415

    geo, baseline, n = by_geo(design), design.baseline, len(positions)
    buffer, _ = build_explicit_buffer(design, spec)
    n_shared, n_geos = len(buffer.columns), len(geo.geos)
    n_own = 2 * n_geos if n_geos > 1 else 0
    found = np.empty((n, n_shared + n_own))
    effects, shares = np.empty((n, n_geos, len(design.channels))), np.empty((n, len(design.channels)))
    complete_explicit_draws(np.ascontiguousarray(positions), buffer.data, found, effects, shares)
    national = every_parameter(design, positions[:, : n_national_parameters(design)])
    amplitudes = np.exp(national[..., amplitude_places(design)])
    with_one = np.column_stack([amplitudes, np.ones(n)])
    coefficients = np.random.default_rng([seed, 1]).standard_normal((n, len(baseline.names)))
    coefficients *= baseline.scale * with_one[:, baseline.amplitude_index]
    coefficients[:, buffer.columns] = found[:, :n_shared]
    return coefficients + baseline.mean, found[:, n_shared:].reshape(n, n_own // 2, 2), effects, shares
