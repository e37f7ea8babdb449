"""An independent program (arviz) holds the convergence figures."""

import numpy as np
import pytest

from mmm.sampling import e_bfmi, ess_bulk, ess_tail, r_hat


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    """(chain, draw, quantity): white, slow, shifted in one chain, wider in one chain, heavy-tailed, alternating."""
    rng = np.random.default_rng(1)
    noise = rng.standard_normal((4, 501, 6))
    for t in range(1, noise.shape[1]):
        noise[:, t, 1] += 0.95 * noise[:, t - 1, 1]
        noise[:, t, 5] -= 0.7 * noise[:, t - 1, 5]
    noise[0, :, 2] += 0.3
    noise[1, :, 3] *= 3
    noise[..., 4] = rng.standard_cauchy((4, 501))
    return noise


@pytest.mark.parametrize("ours, theirs", [(r_hat, "rhat"), (ess_bulk, "bulk"), (ess_tail, "tail")])
def test_figures_are_those_of_arviz(draws, ours, theirs):
    import arviz

    data = {"x": draws}
    if theirs == "rhat":
        expected = arviz.rhat(arviz.from_dict({"posterior": data}))["x"].to_numpy()
    else:
        options = {"prob": (0.05, 0.95)} if theirs == "tail" else {}
        expected = arviz.ess(arviz.from_dict({"posterior": data}), method=theirs, **options)["x"].to_numpy()
    # arviz interpolates quantiles another way: one draw in 2,004 may change sides.
    np.testing.assert_allclose(ours(draws), expected, rtol=1e-2 if theirs == "tail" else 1e-8)


def test_e_bfmi_is_that_of_arviz(draws):
    import arviz

    trace = arviz.from_dict({"posterior": {"x": draws}, "sample_stats": {"energy": draws[..., 1]}})
    expected = np.asarray(arviz.bfmi(trace)["energy"]).ravel()
    np.testing.assert_allclose(e_bfmi(draws[..., 1]), expected, rtol=1e-6)


def test_draws_that_never_move_have_no_figure():
    still = np.ones((4, 100, 1))
    assert np.isnan(ess_bulk(still)[0]) and np.isnan(r_hat(still)[0])


def test_the_shape_of_the_quantities_is_kept(draws):
    shaped = draws.reshape(4, 501, 2, 3)
    np.testing.assert_array_equal(r_hat(shaped).ravel(), r_hat(draws))
    assert ess_tail(shaped).shape == (2, 3)


def test_all_figures_at_once_are_those_taken_one_by_one(draws):
    from mmm.sampling import mixing

    shaped = np.round(draws, 2).reshape(4, 501, 2, 3)
    found = mixing(shaped)
    np.testing.assert_array_equal(found.r_hat, r_hat(shaped))
    np.testing.assert_array_equal(found.ess_bulk, ess_bulk(shaped))
    np.testing.assert_array_equal(found.ess_tail, ess_tail(shaped))


def test_equal_draws_share_their_rank(draws):
    # Rounded to integers nearly all draws are tied; arviz ranks them by their average too.
    import arviz

    tied = np.round(2 * draws)
    expected = arviz.rhat(arviz.from_dict({"posterior": {"x": tied}}))["x"].to_numpy()
    np.testing.assert_allclose(r_hat(tied), expected, rtol=1e-8)
