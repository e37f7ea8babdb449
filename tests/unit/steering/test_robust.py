"""Many robust regressions at once are those of statsmodels, one by one (independent program)."""

import numpy as np
import pytest
from statsmodels.robust.norms import HuberT
from statsmodels.robust.robust_linear_model import RLM

from mmm.steering.robust import robust_coefficients


@pytest.mark.parametrize("seed", range(4))
def test_coefficients_are_those_of_statsmodels(seed):
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(150), np.linspace(-0.5, 0.5, 150), rng.normal(size=(150, 6))])
    y = design @ rng.normal(size=(8, 5)) + rng.standard_t(2, size=(150, 5))
    expected = [
        RLM(y[:, at], design, M=HuberT()).fit(maxiter=500, tol=1e-12).params for at in range(y.shape[1])
    ]
    np.testing.assert_allclose(robust_coefficients(y, design), np.array(expected).T, atol=1e-6)
