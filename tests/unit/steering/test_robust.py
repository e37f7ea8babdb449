"""Many robust regressions at once are those of statsmodels, one by one (independent program)."""

import numpy as np
import pytest
from statsmodels.robust.norms import HuberT
from statsmodels.robust.robust_linear_model import RLM

from mmm.steering.robust import robust_coefficients, robust_scale


@pytest.mark.parametrize("seed", range(4))
def test_coefficients_are_those_of_statsmodels(seed):
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(150), np.linspace(-0.5, 0.5, 150), rng.normal(size=(150, 6))])
    y = design @ rng.normal(size=(8, 5)) + rng.standard_t(2, size=(150, 5))
    expected = [
        RLM(y[:, at], design, M=HuberT()).fit(maxiter=500, tol=1e-12).params for at in range(y.shape[1])
    ]
    np.testing.assert_allclose(robust_coefficients(y, design), np.array(expected).T, atol=1e-6)


def test_the_scale_is_the_noise_whatever_a_few_old_spikes_are():
    # law: the standard deviation of a Gaussian; 4,000 draws, so a standard error of 1.2 %
    noise = np.random.default_rng(1).normal(0, 3.0, size=(4_000, 3))
    spiked = noise.copy()
    spiked[:80] = 1_000.0
    np.testing.assert_allclose(robust_scale(noise), 3.0, rtol=0.04)
    np.testing.assert_allclose(robust_scale(spiked), 3.0, rtol=0.07)  # 2 % of spikes widen what is kept


def test_the_scale_wavers_less_than_the_median_alone():
    samples = np.random.default_rng(2).normal(size=(140, 2_000))
    median_alone = 1.4826 * np.median(np.abs(samples), axis=0)
    assert robust_scale(samples).std() < 0.75 * median_alone.std()
