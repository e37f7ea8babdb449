"""The compiled engine for a geo panel: sampled like the national one, coefficients drawn exactly."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.inference.buffer import Buffer, n_national_parameters
from mmm.inference.geo_buffer import build_geo_buffer, require_geo
from mmm.inference.geo_steps import GeoSteps, first_steps, learnt_steps, pilot, pilot_settings
from mmm.inference.posterior import amplitude_places, draws_dataset, every_parameter, stats_dataset
from mmm.inference.progress import in_turn
from mmm.model import Design, ModelSpec
from mmm.model.geo_design import GEO_BASIS
from mmm.sampling import CompiledDensity, Progress, SamplerSettings, sample_density

FloatArray = NDArray[np.float64]


def geo_density(design: Design, spec: ModelSpec, steps: GeoSteps | None = None) -> CompiledDensity:
    """Give the log-density of a geo panel, coefficients integrated out, as a C function with its data.

    `steps` are the coordinates of its positions: those of the pilot by default.
    """
    from mmm.inference.kernels.geo_steps import geo_step_density_entry  # noqa: PLC0415 - compiles on first use

    chosen = steps or first_steps(design, spec)
    buffer = build_geo_buffer(design, spec, chosen.parts())
    return CompiledDensity(
        address=geo_step_density_entry.address or 0,
        data=buffer.data,
        n_parameters=buffer.n_parameters,
        start=chosen.start,
    )


def sample_geo(
    design: Design, spec: ModelSpec, settings: SamplerSettings, seed: int, progress: Progress | None
) -> tuple[xr.Dataset, xr.Dataset]:
    """Sample the compiled density of a geo panel and complete each draw with its coefficients."""
    first = geo_density(design, spec)
    before, after = in_turn(progress, [pilot_settings(settings).steps, settings.steps])
    steps = learnt_steps(design, parameters_at(first, pilot(first, settings, seed, before)))
    density = geo_density(design, spec, steps)
    found = sample_density(density, settings, seed, after)
    flat = parameters_at(density, found.positions.reshape(-1, density.n_parameters))
    buffer = build_geo_buffer(design, spec)
    return geo_draws(design, buffer, flat.reshape(found.positions.shape), seed), stats_dataset(found)


def parameters_at(density: CompiledDensity, positions: FloatArray) -> FloatArray:
    """Give the parameters that positions mean, (draw, parameter)."""
    from mmm.inference.kernels.geo_steps import all_parameters  # noqa: PLC0415

    found = np.empty(positions.shape)
    all_parameters(np.ascontiguousarray(positions), density.data, found)
    return found


def geo_draws(design: Design, buffer: Buffer, positions: FloatArray, seed: int) -> xr.Dataset:
    """Name the parameters of a geo fit: those of a national one, and what each geo has of its own.

    Parameters
    ----------
    positions : ndarray of shape (chain, draw, parameter)
    """
    geo, shape = require_geo(design), positions.shape[:2]
    coefficients, own, effects, shares = complete_geo(
        design, buffer, positions.reshape(-1, positions.shape[2]), seed
    )
    block = n_national_parameters(design)
    by_geo = effects.reshape(*shape, *effects.shape[1:])
    draws = draws_dataset(
        design,
        positions[..., :block],
        coefficients.reshape(*shape, -1),
        by_geo.transpose(0, 1, 3, 2) @ geo.weight,
        shares.reshape(*shape, -1),
    )
    return with_geo_draws(design, draws, positions, by_geo, own.reshape(*shape, *own.shape[1:]))


def with_geo_draws(
    design: Design,
    draws: xr.Dataset,
    positions: FloatArray,
    effects: FloatArray,
    own: FloatArray,
    *,
    has_exponent: bool = True,
) -> xr.Dataset:
    """Add what each geo has of its own: effects (chain, draw, geo, channel), `own` (chain, draw, geo, 2)."""
    geo, block = require_geo(design), n_national_parameters(design)
    n_local = int((~geo.is_national).sum())
    spread = np.full((*positions.shape[:2], len(design.channels)), np.nan)
    spread[..., ~geo.is_national] = np.exp(positions[..., block + 2 : block + 2 + n_local])
    sampled = ("chain", "draw")
    named = draws.assign_coords(geo=list(geo.geos), geo_basis=list(GEO_BASIS)).assign(
        effect_geo=((*sampled, "geo", "channel"), effects),
        coefficient_geo=((*sampled, "geo", "geo_basis"), own),
        amplitude_geo=((*sampled, "geo_basis"), np.exp(positions[..., block : block + 2])),
        geo_spread=((*sampled, "channel"), spread),
    )
    if not has_exponent:
        return named
    log_odds = positions[..., block + 2 + n_local * (1 + len(geo.geos))]
    return named.assign(noise_exponent=(sampled, 1 / (1 + np.exp(-log_odds))))


def complete_geo(
    design: Design, buffer: Buffer, positions: FloatArray, seed: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Draw every coefficient given each position, and give effects by geo and shares of the KPI.

    Returns
    -------
    tuple of ndarray
        Shared coefficients (position, basis), level and line (position, geo, 2), effects (position, geo,
        channel), shares (position, channel).
    """
    from mmm.inference.kernels.geo_density import complete_geo_draws  # noqa: PLC0415

    geo, baseline, n = require_geo(design), design.baseline, len(positions)
    rng = np.random.default_rng([seed, 1])
    normals = rng.standard_normal((n, len(baseline.names)))
    own = rng.standard_normal((n, len(geo.geos), len(GEO_BASIS)))
    learnt = np.empty((n, len(buffer.columns)))
    effects, shares = np.empty((n, len(geo.geos), len(design.channels))), np.empty((n, len(design.channels)))
    n_national = n_national_parameters(design)
    known = normals[:, buffer.columns].copy()
    complete_geo_draws(np.ascontiguousarray(positions), known, buffer.data, learnt, own, effects, shares)
    amplitudes = np.exp(every_parameter(design, positions[:, :n_national])[..., amplitude_places(design)])
    with_one = np.column_stack([amplitudes, np.ones(n)])
    coefficients = normals * baseline.scale * with_one[:, baseline.amplitude_index]
    coefficients[:, buffer.columns] = learnt
    return coefficients + baseline.mean, own, effects, shares
