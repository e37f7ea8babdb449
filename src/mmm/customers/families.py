"""The models of buying without a contract: their parameters, and their compiled density on given data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from mmm.customers.patterns import PurchasePatterns, SpendPatterns

if TYPE_CHECKING:
    from mmm.sampling import CompiledDensity

FloatArray = NDArray[np.float64]
FamilyName = Literal["bg_nbd", "mbg_nbd", "pareto_nbd", "gompertz_nbd"]
N_NODES = 40
"""Quadrature nodes over the time of death."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What tells one model of buying from another."""

    kind: float
    """Number of the density in `mmm.customers.kernels`."""
    parameters: tuple[str, ...]
    time_power: tuple[int, ...]
    """1 for a parameter that is a time, -1 for a rate per time, 0 for a pure number."""
    start: tuple[float, ...]
    """Where the search begins; times as shares of the longest age."""


FAMILIES: dict[FamilyName, Family] = {
    "bg_nbd": Family(
        kind=0.0, parameters=("r", "alpha", "a", "b"), time_power=(0, 1, 0, 0), start=(0.5, 0.5, 0.5, 2.0)
    ),
    "mbg_nbd": Family(
        kind=1.0, parameters=("r", "alpha", "a", "b"), time_power=(0, 1, 0, 0), start=(0.5, 0.5, 0.5, 2.0)
    ),
    "pareto_nbd": Family(
        kind=2.0, parameters=("r", "alpha", "s", "beta"), time_power=(0, 1, 0, 1), start=(0.5, 0.3, 0.5, 0.5)
    ),
    "gompertz_nbd": Family(
        kind=3.0,
        parameters=("r", "alpha", "s", "beta", "growth"),
        time_power=(0, 1, 0, 0, -1),
        start=(0.5, 0.3, 0.5, 0.5, 0.7),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KernelDensity:
    """A compiled log-density on its data: called with logs of parameters, gives value and gradient."""

    function: Callable[[FloatArray, FloatArray, FloatArray], float]
    data: FloatArray
    n_parameters: int

    def __call__(self, point: FloatArray) -> tuple[float, FloatArray]:
        """Give the log-density and its gradient."""
        gradient = np.zeros(self.n_parameters)
        value = self.function(np.asarray(point, dtype=float), self.data, gradient)
        return float(value), gradient

    def with_prior(self, mean: FloatArray, sd: FloatArray) -> "KernelDensity":
        """Add an independent normal prior on each log; an infinite sd is a flat one."""
        from mmm.customers import kernels  # noqa: PLC0415 - numba is loaded when something is fitted

        data = self.data.copy()
        data[kernels.PRIOR_MEAN : kernels.PRIOR_MEAN + len(mean)] = mean
        data[kernels.PRIOR_PRECISION : kernels.PRIOR_PRECISION + len(sd)] = 1.0 / sd**2
        return KernelDensity(function=self.function, data=data, n_parameters=self.n_parameters)

    def for_sampling(self, centre: FloatArray, scale: FloatArray) -> "CompiledDensity":
        """Give the same density as a C function of z, where logs = centre + scale @ z.

        `mmm.sampling.sample_density` then moves over a density that is nearly round.
        """
        from mmm.customers import kernels  # noqa: PLC0415
        from mmm.sampling import CompiledDensity  # noqa: PLC0415

        data = np.concatenate([self.data, centre, scale.ravel()])
        data[kernels.LENGTH] = len(data)
        return CompiledDensity(
            address=int(kernels.log_density_entry.address or 0),
            data=data,
            n_parameters=self.n_parameters,
            start=np.zeros(self.n_parameters),
        )


def longest_age(patterns: PurchasePatterns) -> float:
    """Give the unit of time inside a fit, in the patterns' unit.

    Raises
    ------
    ValueError
        No customer, or nobody observed for any time: there is nothing to fit.
    """
    if not patterns.n_customers or patterns.age.max() <= 0:
        raise ValueError("a model of buying needs customers observed for some time, found none")
    return float(patterns.age.max())


def to_unit(family: FamilyName, patterns: PurchasePatterns) -> FloatArray:
    """Added to logs, brings times from the fit's unit back to the patterns' unit."""
    return np.asarray(np.log(longest_age(patterns)) * np.array(FAMILIES[family].time_power, dtype=float))


def buying_density(family: FamilyName, patterns: PurchasePatterns) -> KernelDensity:
    """Give the log-likelihood in the logs of the parameters, times in units of the longest age.

    Ages and recencies repeat far more than rows do, so their logs are computed
    once each; gamma functions once per distinct frequency.
    """
    from mmm.customers import kernels  # noqa: PLC0415

    described, scale = FAMILIES[family], longest_age(patterns)
    frequencies, of_frequency = np.unique(patterns.frequency, return_inverse=True)
    ages, of_age = np.unique(patterns.age / scale, return_inverse=True)
    recencies, of_recency = np.unique(patterns.recency / scale, return_inverse=True)
    nodes, weights = unit_nodes()
    header = np.zeros(kernels.HEADER)
    header[kernels.KIND] = described.kind
    sizes = (len(frequencies), len(ages), len(recencies), len(patterns.count))
    header[kernels.N_FREQUENCIES : kernels.N_ROWS + 1] = sizes
    header[kernels.N_NODES] = len(nodes)
    # Each purchase is a density in time: back to the data's own unit, so that values can be compared.
    header[kernels.CONSTANT] = -float(patterns.frequency @ patterns.count) * np.log(scale)
    totals = np.bincount(of_frequency, weights=patterns.count)
    rows = (of_frequency, of_age, of_recency, patterns.count)
    data = np.concatenate(
        [header, frequencies, totals, ages, recencies, *rows, nodes, weights, np.log(weights)]
    )
    data[kernels.LENGTH] = len(data)
    return KernelDensity(function=kernels.log_density, data=data, n_parameters=len(described.parameters))


def spend_density(patterns: SpendPatterns, scale: float) -> tuple[KernelDensity, KernelDensity]:
    """Give the log-likelihood of Gamma-Gamma in logs of (p, q, v) and of (p, q - 1, mean), over `scale`."""
    from mmm.customers import kernels  # noqa: PLC0415

    spent = patterns.frequency * patterns.mean_spend / scale
    frequencies, of_frequency = np.unique(patterns.frequency, return_inverse=True)
    totals = np.bincount(of_frequency, weights=patterns.count)
    logs = np.bincount(of_frequency, weights=patterns.count * np.log(spent))
    header = np.zeros(kernels.HEADER)
    header[kernels.KIND] = kernels.SPEND
    header[kernels.N_FREQUENCIES], header[kernels.N_ROWS] = len(frequencies), len(spent)
    header[kernels.CONSTANT] = -float(patterns.count @ np.log(patterns.mean_spend))
    data = np.concatenate([header, frequencies, totals, logs, of_frequency, spent, patterns.count])
    data[kernels.LENGTH] = len(data)
    return (
        KernelDensity(function=kernels.spend, data=data, n_parameters=3),
        KernelDensity(function=kernels.log_density, data=data, n_parameters=3),
    )


def renewal_density(lost: FloatArray, kept: FloatArray, n_parameters: int) -> KernelDensity:
    """Give the log-likelihood of renewals in the logs of (alpha, beta) or (alpha, beta, power).

    Parameters
    ----------
    lost : ndarray of shape (renewal,)
        Customers who left at the first renewal, the second, ...
    kept : ndarray of shape (renewal + 1,)
        Customers still there, who have not renewed yet, who have once, ...
    """
    from mmm.customers import kernels  # noqa: PLC0415

    header = np.zeros(kernels.HEADER)
    header[kernels.KIND], header[kernels.N_AGES] = kernels.RENEWALS, len(lost)
    data = np.concatenate([header, lost, kept])
    data[kernels.LENGTH] = len(data)
    return KernelDensity(function=kernels.log_density, data=data, n_parameters=n_parameters)


def unit_nodes() -> tuple[FloatArray, FloatArray]:
    """Give Gauss-Legendre nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(N_NODES)
    return np.array((nodes + 1.0) / 2.0, dtype=float), np.array(weights / 2.0, dtype=float)
