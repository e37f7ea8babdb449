"""The solver's curves are those of `mmm.transforms`, in every family and in draws that mix them."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from hand_made_budget import make_response
from mmm.allocation.families import FAMILIES, steepest
from mmm.transforms import SATURATIONS, saturate, saturate_slope


def mixed_response(n_channels=3, n_draws=60, seed=0):
    """Draws of an average over specifications: every family in every channel."""
    base = make_response(n_channels, n_draws, seed=seed, s_shape=0.6)
    codes = np.random.default_rng(seed).integers(0, len(SATURATIONS), base.ceiling.shape).astype(np.int8)
    slope = np.where(codes == SATURATIONS.index("power"), np.clip(base.slope, 0.3, 0.95), base.slope)
    return replace(base, saturation=codes, slope=slope)


@pytest.mark.parametrize("code", range(len(SATURATIONS)), ids=SATURATIONS)
def test_share_and_derivative_are_those_of_the_transforms(code):
    exposure = np.array([[0.0, 1e-6, 0.3, 2.0, 40.0]])
    half, slope = np.array([[1.7]]), np.array([[0.8]])
    family = FAMILIES[code]
    share = family.share(exposure, half, slope)
    np.testing.assert_allclose(share, saturate(code, exposure, half, slope), rtol=1e-12)
    np.testing.assert_allclose(
        family.rise(exposure, share, half, slope), saturate_slope(code, exposure, half, slope), rtol=1e-10
    )


def test_a_hill_curve_is_steepest_where_stated():
    half, slope = np.array([[3.0]]), np.array([[2.5]])
    at, peak = steepest(0, half, slope)
    exposure = np.linspace(0.01, 10, 5001)
    slopes = saturate_slope(0, exposure, 3.0, 2.5)
    assert peak[0, 0] == pytest.approx(slopes.max(), rel=1e-6)
    assert at[0, 0] == pytest.approx(exposure[slopes.argmax()], abs=0.003)


def test_a_contribution_sums_each_draws_own_family_over_steps():
    response = mixed_response()
    spend = 1.2 * response.current
    code, half, slope = (getattr(response, n)[..., None] for n in ("saturation", "half_saturation", "slope"))
    exposure = response.background + spend[:, None] * response.per_unit
    reached = saturate(code, exposure, half, slope) - saturate(code, response.background, half, slope)
    np.testing.assert_allclose(
        response.contribution(spend), response.ceiling * reached.sum(axis=2), rtol=1e-9, atol=1e-9
    )


def test_the_gradient_of_mixed_draws_is_that_of_their_contribution():
    response = mixed_response(seed=3)
    step, spend = 1e-4 * response.current, 0.8 * response.current
    numeric = (response.contribution(spend + step) - response.contribution(spend - step)) / (2 * step)
    np.testing.assert_allclose(response.marginal(spend), numeric, rtol=1e-5)
    for channel in range(3):
        value, slope = response.expected(channel, spend[channel : channel + 1])
        assert value[0] == pytest.approx(response.contribution(spend)[:, channel].mean(), rel=1e-9)
        assert slope[0] == pytest.approx(response.marginal(spend)[:, channel].mean(), rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_slopes_of_mixed_draws_stay_in_the_stated_range(seed):
    response = mixed_response(seed=seed)
    for channel in range(3):
        amounts = np.linspace(0, 3, 6) * response.current[channel]
        _, lowest, highest = response.tabulate(channel, amounts)
        for k, (low, high) in enumerate(pairwise(amounts)):
            _, slopes = response.expected(channel, np.linspace(low, high, 21))
            assert slopes.min() >= lowest[k] * (1 - 1e-9)
            assert slopes.max() <= highest[k] * (1 + 1e-9)


def test_steps_without_any_exposure_bring_nothing():
    # Draws without carry-over have nothing after the horizon; a steep start must not bring money there.
    base = mixed_response(seed=5)
    n_periods = base.pattern.shape[1]
    background = np.zeros_like(base.background)
    per_unit = base.per_unit.copy()
    per_unit[::2, :, n_periods:] = 0.0
    response = replace(base, background=background, per_unit=per_unit, slope=np.clip(base.slope, 0.2, 0.4))
    for channel in range(3):
        value, slope = response.expected(channel, response.current[channel : channel + 1])
        own = response.contribution(response.current)[:, channel].mean()
        assert value[0] == pytest.approx(own, rel=1e-9)
        assert np.isfinite(slope).all()
