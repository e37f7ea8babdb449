"""In which coordinates a geo panel is sampled: learnt from a short pilot run, fixed before the real one.

`inference.kernels.geo_steps` says what the coordinates are. They change how well the sampler moves, not the
posterior; a pilot of the same seed gives the same ones.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mmm.inference.buffer import n_national_parameters
from mmm.inference.geo_buffer import geo_prior_centre, require_geo
from mmm.model import Design, ModelSpec
from mmm.sampling import CompiledDensity, Progress, SamplerSettings, sample_density

FloatArray = NDArray[np.float64]
PILOT = {"warmup": 300, "draws": 150}
"""Steps of each chain of the pilot."""
FIRST_CENTRING = 0.5
SHRINK = 0.1
"""Weight of independence in the covariance learnt, as a pilot has few draws."""
TOO_HIGH = 3.0
"""Mean energy of a chain of the pilot above the least of all chains, in deviations of the energy of a normal
posterior, from which it sits where next to nothing of the posterior is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoSteps:
    """Coordinates of a geo panel."""

    centre: FloatArray
    """(shared parameter) Those of the national model, sizes between geos, log spreads of effects."""
    rows: FloatArray
    """(shared parameter, shared parameter) Lower triangle: what a step along each coordinate moves."""
    centring: FloatArray
    """(channel with effects by geo) 0: differences in units of the spread; 1: in those of the effects."""
    start: FloatArray
    """(parameter) Where chains start around, in these coordinates."""

    def parts(self) -> list[FloatArray]:
        """Give what the kernel reads at the end of the buffer."""
        return [self.centre, self.rows, self.centring]


def first_steps(design: Design, spec: ModelSpec) -> GeoSteps:
    """Give the coordinates of the pilot: those of the prior."""
    start = geo_prior_centre(design, spec)
    n_shared, n_local = _counts(design)
    centre = start[:n_shared].copy()
    start[:n_shared] = 0.0
    return GeoSteps(
        centre=centre, rows=np.eye(n_shared), centring=np.full(n_local, FIRST_CENTRING), start=start
    )


def learnt_steps(design: Design, parameters: FloatArray) -> GeoSteps:
    """Give coordinates in which the draws of a pilot, (draw, parameter), stand alone and in their unit."""
    n_shared, n_local = _counts(design)
    n_geos = len(require_geo(design).geos)
    shared = parameters[:, :n_shared]
    centre, deviation = shared.mean(axis=0), shared.std(axis=0) + 1e-9
    correlation = np.cov(((shared - centre) / deviation).T)
    rows = deviation[:, None] * np.linalg.cholesky((1 - SHRINK) * correlation + SHRINK * np.eye(n_shared))
    deviates = parameters[:, n_shared : n_shared + n_local * n_geos]
    deviates = deviates.reshape(len(parameters), n_local, n_geos)
    apart = deviates - deviates.mean(axis=2, keepdims=True)
    told = 1 - apart.var(axis=0).mean(axis=1) * n_geos / (n_geos - 1)
    centring = np.clip(told, 0.0, 1.0)
    unit = np.exp(centring * (shared - centre)[:, n_shared - n_local :])
    differences = np.array([[reflected(row) for row in draw] for draw in deviates]).reshape(deviates.shape)
    differences[:, :, 1:] *= unit[:, :, None]
    start = np.concatenate(
        [np.zeros(n_shared), differences.mean(axis=0).ravel(), parameters[:, -1:].mean(axis=0)]
    )
    return GeoSteps(centre=centre, rows=rows, centring=centring, start=start)


def reflected(row: FloatArray) -> FloatArray:
    """Exchange the first axis and that of the mean, as the kernel does.

    Examples
    --------
    >>> reflected(np.array([1.0, 1.0, 1.0, 1.0])).round(9)
    array([2., 0., 0., 0.])
    """
    n = len(row)
    root = np.sqrt(n)
    along = (row.sum() - root * row[0]) / (n - root)
    found = row - along
    found[0] += root * along
    return np.asarray(found)


def pilot_settings(settings: SamplerSettings) -> SamplerSettings:
    """Give what the pilot of a sampling takes."""
    return replace(settings, thin=1, keep_interrupted=False, start_spread=0.3, **PILOT)


def pilot(
    density: CompiledDensity, settings: SamplerSettings, seed: int, progress: Progress | None
) -> FloatArray:
    """Sample a little, and give the positions, (draw, parameter), of the chains that found the posterior."""
    found = sample_density(density, pilot_settings(settings), seed, progress)
    near = have_arrived(found.energy.mean(axis=1), density.n_parameters)
    return found.positions[near].reshape(-1, density.n_parameters)


def have_arrived(energy: FloatArray, n_parameters: int) -> NDArray[np.bool_]:
    """Tell which chains are not stuck far from where the posterior is, by their mean energy, (chain).

    Many geos tell so much that a wrong carry-over, say, is a mode of its own: it cannot be left, and its
    density can be e^-100 of the best. Such a chain says nothing of the posterior. The energy of a normal
    posterior has a deviation of `sqrt(n / 2)` in its density alone.

    Examples
    --------
    >>> have_arrived(np.array([-35313.0, -35221.0, -35316.0]), 1000)
    array([ True, False,  True])
    """
    return np.asarray(energy <= energy.min() + TOO_HIGH * np.sqrt(n_parameters / 2))


def _counts(design: Design) -> tuple[int, int]:
    """Give how many parameters geos share, and how many channels have effects by geo."""
    n_local = int((~require_geo(design).is_national).sum())
    return n_national_parameters(design) + 2 + n_local, n_local
