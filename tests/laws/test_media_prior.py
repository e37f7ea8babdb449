"""The belief on all media together does not know how they are cut into channels. Closed forms and laws."""

import numpy as np
import pytest

from mmm.errors import UserInputError
from mmm.model import ChannelPrior, MediaPrior, ModelSpec
from mmm.model.media_prior import POOLED, SHARE, build_media_prior

N_DRAWS = 40_000
KPI_TOTAL = 1e6
QUANTILES = np.array([0.05, 0.25, 0.5, 0.75, 0.95])


def prior_of(costs: list[float], **options: object) -> MediaPrior:
    """Belief on channels named a, b, c, ... of these costs."""
    names = tuple("abcdefghijklmnopqrst"[: len(costs)])
    spec = ModelSpec(outcome="revenue", **options)
    return build_media_prior(spec, names, np.array(costs, dtype=float), KPI_TOTAL)


def share_draws(prior: MediaPrior, seed: int = 1) -> np.ndarray:
    """(draw, channel) Shares of the KPI as the documentation states them, drawn independently of the engine."""
    rng = np.random.default_rng(seed)
    pooled, own = prior.kind == POOLED, prior.kind == SHARE
    share = np.zeros((N_DRAWS, prior.kind.size))
    median, log_sd = prior.split_spread
    spread = median * np.exp(log_sd * prior.learns_split * rng.standard_normal((N_DRAWS, 1)))
    weight = np.exp(prior.location[pooled] + spread * rng.standard_normal((N_DRAWS, pooled.sum())))
    total = np.exp(prior.pool_location + prior.pool_spread * rng.standard_normal((N_DRAWS, 1)))
    share[:, pooled] = total * weight / weight.sum(axis=1, keepdims=True)
    share[:, own] = np.exp(
        prior.location[own] + prior.spread[own] * rng.standard_normal((N_DRAWS, own.sum()))
    )
    return share


# Standard error of a median of N log-normal draws with log-sd 0.5: 0.5 * 1.25 / sqrt(N) = 0.003.
TOLERANCE = 0.015


@pytest.mark.parametrize("n_channels", [1, 2, 8, 20])
def test_the_total_has_the_stated_median_and_range_whatever_the_number_of_channels(n_channels):
    total = share_draws(prior_of([100.0] * n_channels)).sum(axis=1)
    expected = np.exp(np.log(0.2) + 0.5 * np.array([-1.6449, 0, 1.6449]))
    np.testing.assert_allclose(np.quantile(total, [0.05, 0.5, 0.95]), expected, rtol=2 * TOLERANCE)


def test_splitting_a_channel_in_two_leaves_the_total_alone():
    whole = share_draws(prior_of([500.0, 300.0, 200.0])).sum(axis=1)
    split = share_draws(prior_of([250.0, 250.0, 300.0, 200.0]), seed=2).sum(axis=1)
    np.testing.assert_allclose(
        np.quantile(split, QUANTILES), np.quantile(whole, QUANTILES), rtol=2 * TOLERANCE
    )


def test_each_return_is_spread_by_nine_tenths_on_the_log_scale():
    # Total 0.5 and split 0.65 (learnt around it): sqrt(0.5**2 + 0.65**2 * exp(2 * 0.4**2) * 11 / 12) = 0.89,
    # and a little more, as the weights of the others move too.
    log_return = np.log(share_draws(prior_of([100.0] * 12)))
    assert log_return.std(axis=0) == pytest.approx(np.full(12, 0.9), abs=0.06)


def test_every_pooled_channel_is_believed_to_return_the_same():
    share = share_draws(prior_of([700.0, 200.0, 100.0]))
    returns = np.exp(np.log(share / np.array([700.0, 200.0, 100.0])).mean(axis=0))
    assert returns / returns[0] == pytest.approx(np.ones(3), rel=0.02)


def test_a_channel_of_small_cost_takes_a_belief_on_its_share():
    prior = prior_of([600.0, 395.0, 5.0])
    assert prior.kind.tolist() == [POOLED, POOLED, SHARE]
    assert np.median(share_draws(prior)[:, 2]) == pytest.approx(0.01, rel=2 * TOLERANCE)
    assert np.median(share_draws(prior).sum(axis=1)) == pytest.approx(0.2, rel=TOLERANCE)


def test_a_declared_return_is_the_median_of_the_prior_in_money():
    believed = {"b": ChannelPrior(kind="return", median=3.0, spread=0.3)}
    prior = prior_of([50_000.0, 20_000.0], channel_priors=believed)
    share = share_draws(prior)
    assert np.median(share[:, 1] * KPI_TOTAL / 20_000) == pytest.approx(3.0, rel=TOLERANCE)
    assert np.median(share.sum(axis=1)) == pytest.approx(0.2, rel=TOLERANCE)


def test_beliefs_that_already_exceed_the_total_are_refused():
    believed = {"b": ChannelPrior(kind="contribution_share", median=0.3, spread=0.3)}
    with pytest.raises(UserInputError) as refused:
        prior_of([50_000.0, 20_000.0], channel_priors=believed)
    assert refused.value.problems == (
        "media_share.median is 0.20, but the beliefs declared for single channels (b) already add up to "
        "0.30 of the KPI: raise the media share or lower these beliefs",
    )


def test_currency_does_not_matter():
    euros = build_media_prior(ModelSpec(outcome="r"), ("a", "b"), np.array([9.0, 1.0]), 100.0)
    cents = build_media_prior(ModelSpec(outcome="r"), ("a", "b"), np.array([900.0, 100.0]), 10_000.0)
    np.testing.assert_allclose(euros.location, cents.location)
    assert euros.pool_location == pytest.approx(cents.pool_location)
