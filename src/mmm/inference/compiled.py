"""The compiled engine: density in nopython code, sampled by nutpie, coefficients drawn exactly."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.inference.buffer import Buffer, build_buffer, prior_centre
from mmm.inference.posterior import amplitude_places, draws_dataset, every_parameter, stats_dataset
from mmm.model import Design, ModelSpec
from mmm.sampling import CompiledDensity, Progress, SamplerSettings, sample_density

FloatArray = NDArray[np.float64]


def compiled_density(design: Design, spec: ModelSpec) -> CompiledDensity:
    """Give the model's log-density, coefficients integrated out, as a C function with its data."""
    from mmm.inference.kernels.density import log_density_entry  # noqa: PLC0415 - loads or compiles on first use

    buffer = build_buffer(design, spec)
    return CompiledDensity(
        address=log_density_entry.address or 0,
        data=buffer.data,
        n_parameters=buffer.n_parameters,
        start=prior_centre(design, spec),
    )


def sample_compiled(
    design: Design, spec: ModelSpec, settings: SamplerSettings, seed: int, progress: Progress | None
) -> tuple[xr.Dataset, xr.Dataset]:
    """Sample the compiled density and complete each draw with its coefficients."""
    if spec.likelihood != "normal":
        from mmm.inference.explicit_compiled import sample_explicit  # noqa: PLC0415 - likewise

        return sample_explicit(design, spec, settings, seed, progress)
    if design.geo is not None:
        from mmm.inference.geo_compiled import sample_geo  # noqa: PLC0415 - needs no geo kernel otherwise

        return sample_geo(design, spec, settings, seed, progress)
    density = compiled_density(design, spec)
    found = sample_density(density, settings, seed, progress)
    flat = found.positions.reshape(-1, density.n_parameters)
    coefficients, effects = complete(design, build_buffer(design, spec), flat, seed)
    shape = found.positions.shape[:2]
    draws = draws_dataset(
        design, found.positions, coefficients.reshape(*shape, -1), effects.reshape(*shape, -1)
    )
    return draws, stats_dataset(found)


def complete(
    design: Design, buffer: Buffer, positions: FloatArray, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Draw every coefficient of the baseline given each position, and give the channels' effects.

    Returns
    -------
    tuple of ndarray
        Coefficients (position, basis) and effects (position, channel). Columns that are zero over
        the data, such as future steps of the trend, keep their prior.
    """
    from mmm.inference.kernels.density import complete_draws  # noqa: PLC0415

    baseline = design.baseline
    normals = np.random.default_rng([seed, 1]).standard_normal((len(positions), len(baseline.names)))
    learnt = np.empty((len(positions), len(buffer.columns)))
    effects = np.empty((len(positions), len(design.channels)))
    complete_draws(positions, normals[:, buffer.columns].copy(), buffer.data, learnt, effects)
    amplitudes = np.exp(every_parameter(design, positions)[..., amplitude_places(design)])
    with_one = np.column_stack([amplitudes, np.ones(len(positions))])
    coefficients = normals * baseline.scale * with_one[:, baseline.amplitude_index]
    coefficients[:, buffer.columns] = learnt
    return coefficients + baseline.mean, effects
