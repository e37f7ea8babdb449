"""The compiled engine of a national panel whose channels are not all geometric, then Hill."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.inference.buffer import Buffer
from mmm.inference.family_buffer import build_family_buffer, family_prior_centre
from mmm.inference.posterior import stats_dataset
from mmm.model import Design, ModelSpec
from mmm.model.curve_slots import BOUNDED, SLOTS, variable
from mmm.sampling import CompiledDensity, Progress, SamplerSettings, sample_density
from mmm.transforms import ADSTOCKS, half_life_of

FloatArray = NDArray[np.float64]
BLOCK = {"first": 0, "half": 1, "slope": 2, "second": 4}
"""Block of parameters of each slot; the strength is block 3."""


def family_density(design: Design, spec: ModelSpec) -> CompiledDensity:
    """Give the model's log-density, coefficients integrated out, as a C function with its data."""
    from mmm.inference.kernels.national import family_log_density_entry  # noqa: PLC0415 - compiles

    buffer = build_family_buffer(design, spec)
    return CompiledDensity(
        address=family_log_density_entry.address or 0,
        data=buffer.data,
        n_parameters=buffer.n_parameters,
        start=family_prior_centre(design, spec),
    )


def sample_families(
    design: Design, spec: ModelSpec, settings: SamplerSettings, seed: int, progress: Progress | None
) -> tuple[xr.Dataset, xr.Dataset]:
    """Sample the compiled density and complete each draw with its coefficients."""
    density = family_density(design, spec)
    found = sample_density(density, settings, seed, progress)
    shape, flat = found.positions.shape[:2], found.positions.reshape(-1, density.n_parameters)
    completed = complete_families(design, build_family_buffer(design, spec), flat, seed)
    parts = tuple(part.reshape(*shape, -1) for part in completed)
    return _dataset(design, spec, found.positions, parts), stats_dataset(found)


def complete_families(
    design: Design, buffer: Buffer, positions: FloatArray, seed: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Draw every coefficient of the baseline given each position; give effects and shares of the KPI.

    Returns
    -------
    tuple of ndarray
        Coefficients (position, basis), effects and shares (position, channel). Columns that are zero
        over the data, such as future steps of the trend, keep their prior.
    """
    from mmm.inference.kernels.national import BLOCKS, complete_family_draws  # noqa: PLC0415

    baseline, n = design.baseline, len(positions)
    normals = np.random.default_rng([seed, 1]).standard_normal((n, len(baseline.names)))
    learnt = np.empty((n, len(buffer.columns)))
    effects, shares = (np.empty((n, len(design.channels))) for _ in range(2))
    complete_family_draws(positions, normals[:, buffer.columns].copy(), buffer.data, learnt, effects, shares)
    first = BLOCKS * len(design.channels)
    amplitudes = np.exp(positions[:, first : first + len(baseline.amplitudes)])
    with_one = np.column_stack([amplitudes, np.ones(n)])
    coefficients = normals * baseline.scale * with_one[:, baseline.amplitude_index]
    coefficients[:, buffer.columns] = learnt
    return coefficients + baseline.mean, effects, shares


def _dataset(
    design: Design,
    spec: ModelSpec,
    positions: FloatArray,
    completed: tuple[FloatArray, ...],
) -> xr.Dataset:
    """Name every parameter; `completed` are coefficients, effects and shares."""
    coefficients, effects, shares = completed
    n, n_groups = len(design.channels), len(design.baseline.amplitudes)
    amplitude, rest = np.split(np.exp(positions[..., 5 * n :]), [n_groups], axis=2)
    sampled, by_channel = ("chain", "draw"), ("chain", "draw", "channel")
    curves = curve_parameters(design, spec, positions)
    draws = xr.Dataset(
        {
            **{name: (by_channel, values) for name, values in curves.items()},
            "share": (by_channel, shares),
            "return": (by_channel, shares * design.kpi_total / design.full_cost_total),
            "effect": (by_channel, effects),
            "coefficient": ((*sampled, "basis"), coefficients),
            "amplitude": ((*sampled, "group"), amplitude),
            "sigma": (sampled, rest[..., 0]),
        },
        coords={
            "chain": np.arange(positions.shape[0]),
            "draw": np.arange(positions.shape[1]),
            "channel": list(design.channels),
            "basis": list(design.basis_names),
            "group": list(design.baseline.amplitudes),
        },
    )
    if not design.media_prior.learns_split:
        return draws
    return draws.assign(return_spread=(sampled, rest[..., 1]))


def curve_parameters(design: Design, spec: ModelSpec, positions: FloatArray) -> dict[str, FloatArray]:
    """Name the parameters of the curves, (chain, draw, channel); NaN for a channel that has none.

    `half_life` is in periods, for every carry-over.
    """
    n, found = len(design.channels), dict[str, FloatArray]()
    empty = np.full((*positions.shape[:2], n), np.nan)
    for at, channel in enumerate(design.channels):
        form, own = spec.form(channel), dict[str, FloatArray]()
        for slot in SLOTS:
            name, raw = variable(slot, form), positions[..., BLOCK[slot] * n + at]
            if name is None:
                continue
            own[slot] = 1 / (1 + np.exp(-raw)) if name in BOUNDED else np.exp(raw)
            found.setdefault(name, empty.copy())[..., at] = own[slot]
        if form.adstock != ADSTOCKS[0]:
            half = half_life_of(form.adstock, own["first"], own.get("second", np.nan), design.n_lags)
            found.setdefault("half_life", empty.copy())[..., at] = half
    return found
