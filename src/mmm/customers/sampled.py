"""Draws of a small compiled posterior by the No-U-Turn sampler: exact, where Laplace's are a normal's."""

import numpy as np
from numpy.typing import NDArray

from mmm.customers.families import KernelDensity
from mmm.customers.likelihood import laplace_scale

FloatArray = NDArray[np.float64]
MIN_DRAWS = 1000
"""Per chain: fewer could not be judged."""


class NotMixedError(ValueError):
    """Chains that a sampler drew do not agree: the Laplace draws remain."""


def sample_logs(
    posterior: KernelDensity, mode: FloatArray, least_precision: float, n_draws: int, seed: int
) -> FloatArray:
    """Draw the logs of the parameters, starting around the mode, in units of Laplace's approximation.

    Returns
    -------
    ndarray of shape (n_draws, n_parameters)

    Raises
    ------
    NotMixedError
        R-hat is above `mmm.sampling.GATE`.
    """
    from mmm.sampling import GATE, SamplerSettings, r_hat, sample_density  # noqa: PLC0415

    scale = laplace_scale(posterior, mode, least_precision)
    settings = SamplerSettings(
        chains=4, draws=max(-(-n_draws // 4), MIN_DRAWS), warmup=400, target_accept=0.9
    )
    drawn = sample_density(posterior.for_sampling(mode, scale), settings, seed).positions
    if (worst := float(np.max(r_hat(drawn)))) > GATE.max_r_hat:
        raise NotMixedError(f"chains did not mix: R-hat {worst:.3f}, expected {GATE.max_r_hat}")
    kept = drawn.reshape(-1, drawn.shape[-1])
    kept = kept[np.linspace(0, len(kept) - 1, n_draws).astype(int)]
    return np.asarray(mode + kept @ scale.T)
