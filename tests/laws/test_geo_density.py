"""The density of a geo panel in three forms: compiled, marginal PyMC, explicit PyMC; and its invariances."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from laws.test_one_density import MODE, as_pymc
from mmm.inference.buffer import n_national_parameters
from mmm.inference.geo_buffer import build_geo_buffer, geo_prior_centre
from mmm.inference.geo_compiled import complete_geo
from mmm.inference.kernels.geo_density import geo_log_density
from mmm.inference.posterior import amplitude_places, curve_variables, every_parameter
from mmm.model import ChannelForm, ChannelPrior, Design, ModelSpec, build_design
from mmm.model.definition import explicit_model, marginal_model
from mmm.model.geo_design import shared_columns
from mmm.model.response import media_curves
from mmm.simulate import GeoWorldSize, simulate_geos
from mmm.transforms import reached

SMALL = {"n_geos": 4, "n_weeks": 40, "n_channels": 4}
DECLARED = {
    "channel_1": ChannelPrior(kind="return", median=1.5, spread=0.4),
    "channel_2": ChannelPrior(kind="coefficient", median=-0.05, spread=0.1),
    "channel_3": ChannelPrior(kind="contribution_share", median=0.02, spread=0.6),
}
MARGINAL = {"channel_1": ChannelPrior(kind="marginal_return", median=0.8, spread=0.5)}
FORMS = {
    "channel_1": ChannelForm(adstock="weibull_density", saturation="logistic"),
    "channel_2": ChannelForm(adstock="delayed", saturation="power"),
    "channel_3": ChannelForm(adstock="geometric", saturation="exponential", order="saturation_first"),
    "channel_4": ChannelForm(adstock="none", saturation="michaelis_menten"),
}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "local controls": (SMALL, {"controls": ("temperature", "price")}),
    "no control": (SMALL, {}),
    "dark geo, declared": (SMALL | {"dark_geos": 1}, {"channel_priors": DECLARED}),
    "all national": (SMALL | {"n_national": 4}, {"controls": ("price",)}),
    "none national": (SMALL | {"n_national": 0, "n_channels": 2}, {"controls": ("temperature",)}),
    "other families": (SMALL, {"forms": FORMS, "channel_priors": MARGINAL}),
    "marginal return": (SMALL | {"n_national": 1}, {"channel_priors": MARGINAL}),
}


@dataclass(frozen=True)
class GeoCase:
    """A geo design, its compiled data, and random points of its parameters."""

    design: Design
    spec: ModelSpec
    data: np.ndarray
    points: np.ndarray


def geo_case(size: dict[str, Any], options: dict[str, Any]) -> GeoCase:
    """A small world and points around the centre of the prior."""
    spec = ModelSpec(outcome="revenue", harmonics=1, **options)
    design = build_design(simulate_geos(2, GeoWorldSize(**size)).panel, spec)
    centre = geo_prior_centre(design, spec)
    points = centre + 0.6 * np.random.default_rng(5).standard_normal((5, len(centre)))
    return GeoCase(design=design, spec=spec, data=build_geo_buffer(design, spec).data, points=points)


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> GeoCase:
    """Every supported combination."""
    return geo_case(*CASES[request.param])


def in_pymc(case: GeoCase, point: np.ndarray) -> dict[str, np.ndarray]:
    """The same point in PyMC's own coordinates."""
    geo = case.design.geo
    n_local, n_geos = int((~geo.is_national).sum()), len(geo.geos)
    block = len(point) - 3 - n_local * (1 + n_geos)
    values = as_pymc(case, point[:block]) | {
        "amplitude_geo_log__": point[block : block + 2],
        "noise_exponent_logodds__": point[-1],
    }
    if n_local:
        values["geo_spread_log__"] = point[block + 2 : block + 2 + n_local]
        values["standard_effect"] = point[block + 2 + n_local : -1].reshape(n_local, n_geos).T
    return values


def gradient_in_ours(case: GeoCase, model: Any, slopes: np.ndarray, point: np.ndarray) -> np.ndarray:
    """PyMC's gradient in our coordinates: the map between them is differentiated numerically."""

    def flat(at: np.ndarray) -> np.ndarray:
        values = in_pymc(case, at)
        return np.concatenate([np.ravel(values[v.name]) for v in model.value_vars])

    step = 1e-5
    moves = step * np.eye(len(point))
    jacobian = [(flat(point + move) - flat(point - move)) / (2 * step) for move in moves]
    return np.array(jacobian) @ slopes


def test_the_compiled_density_differs_between_points_as_the_marginal_pymc_model_does(case):
    value_of = marginal_model(case.design, case.spec).compile_logp(mode=MODE)
    ours = np.array([geo_log_density(p, case.data, np.empty_like(p)) for p in case.points])
    theirs = np.array([float(value_of(in_pymc(case, point))) for point in case.points])
    for difference, expected in zip(np.diff(ours), np.diff(theirs), strict=True):
        assert abs(difference - expected) <= 1e-8 * max(1.0, abs(expected))


def test_the_hand_written_gradient_is_the_one_that_pymc_differentiates(case):
    model = marginal_model(case.design, case.spec)
    slope_of = model.compile_dlogp(mode=MODE)
    for point in case.points[:3]:
        gradient = np.empty_like(point)
        geo_log_density(point, case.data, gradient)
        expected = gradient_in_ours(case, model, slope_of(in_pymc(case, point)), point)
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())


def test_the_marginal_model_is_the_explicit_one_with_coefficients_integrated_out(case):
    # p(y, b | theta) = p(y | theta) p(b | y, theta), at any b.
    explicit = explicit_model(case.design, case.spec).compile_logp(mode=MODE)
    marginal = marginal_model(case.design, case.spec).compile_logp(mode=MODE)
    rng = np.random.default_rng(6)
    for point in case.points[:2]:
        values = in_pymc(case, point)
        n_geos, n_shared = len(case.design.geo.geos), len(case.design.basis_names)
        standard = rng.standard_normal(n_shared + 2 * n_geos)
        mean, covariance = given_parameters(case, point)
        conditional = multivariate_normal(mean, covariance).logpdf(standard)
        drawn = {
            "standard_coefficient": standard[:n_shared],
            "standard_coefficient_geo": standard[n_shared:].reshape(n_geos, 2),
        }
        expected = float(marginal(values)) + conditional
        assert float(explicit(values | drawn)) == pytest.approx(expected, abs=1e-8 * max(1.0, abs(expected)))


def test_coefficients_drawn_afterwards_have_the_exact_conditional_distribution(case):
    point, n_draws = case.points[0], 20_000
    buffer = build_geo_buffer(case.design, case.spec)
    shared, own, _, _ = complete_geo(case.design, buffer, np.tile(point, (n_draws, 1)), seed=3)
    mean, covariance = given_parameters(case, point)
    drawn = np.column_stack([shared - case.design.baseline.mean, own.reshape(n_draws, -1)])
    standard = drawn / prior_deviations(case, point)
    # Five standard errors: one false alarm in 10,000 runs for 40 coefficients.
    assert np.all(np.abs(standard.mean(axis=0) - mean) < 5 * np.sqrt(np.diag(covariance) / n_draws))
    spread = np.sqrt(np.diag(covariance))
    found = np.cov(standard.T) / np.outer(spread, spread)
    np.testing.assert_allclose(found, covariance / np.outer(spread, spread), atol=5 / np.sqrt(n_draws))


def test_shares_are_the_population_weighted_contributions(case):
    geo, n = case.design.geo, len(case.design.channels)
    buffer = build_geo_buffer(case.design, case.spec)
    _, _, effects, shares = complete_geo(case.design, buffer, case.points, seed=0)
    for point, effect, share in zip(case.points, effects, shares, strict=True):
        brought = np.zeros(n)
        for g, weight in enumerate(geo.weight):
            brought += weight * effect[g] * reached_in(case, point, g).mean(axis=1)
        assert brought == pytest.approx(share, rel=1e-9)


def reached_in(case: GeoCase, point: np.ndarray, g: int) -> np.ndarray:
    """(channel, period) Share of the ceiling reached in a geo, by the functions of `mmm.transforms`."""
    geo, at_second = case.design.geo, amplitude_places(case.design).stop + 2
    full = every_parameter(case.design, point[: n_national_parameters(case.design)])
    curves = media_curves(case.design, curve_variables(case.design.shape_prior, full, at_second))
    return reached(curves, geo.x[g].T, geo.carry_in[g])[0]


def prior_deviations(case: GeoCase, point: np.ndarray) -> np.ndarray:
    """Prior standard deviation of each shared coefficient, then of level and line of each geo."""
    baseline, geo = case.design.baseline, case.design.geo
    block = n_national_parameters(case.design)
    full = every_parameter(case.design, point[:block])
    amplitude = np.append(np.exp(full[amplitude_places(case.design)]), 1.0)
    own = np.tile(np.exp(point[block : block + 2]), len(geo.geos))
    return np.concatenate([baseline.scale * amplitude[baseline.amplitude_index], own])


def given_parameters(case: GeoCase, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the standard coefficients, by the textbook normal equations."""
    design, geo = case.design, case.design.geo
    n_geos, n_periods = geo.y.shape
    columns = shared_columns(design.basis, geo)
    spread = np.zeros((n_geos, n_periods, columns.shape[2] + 2 * n_geos))
    spread[:, :, : columns.shape[2]] = columns
    _, _, effects, _ = complete_geo(design, build_geo_buffer(design, case.spec), point[None], seed=0)
    residual = geo.y - columns @ design.baseline.mean
    for g in range(n_geos):
        spread[g, :, columns.shape[2] + 2 * g : columns.shape[2] + 2 * g + 2] = geo.basis
        residual[g] -= effects[0, g] @ reached_in(case, point, g)
    national = every_parameter(design, point[: n_national_parameters(design)])
    exponent = 1 / (1 + np.exp(-point[-1]))
    sigma = np.exp(national[amplitude_places(design).stop]) * (geo.weight * n_geos) ** (-exponent / 2)
    scaled = (spread * prior_deviations(case, point) / sigma[:, None, None]).reshape(n_geos * n_periods, -1)
    covariance = np.linalg.inv(np.eye(scaled.shape[1]) + scaled.T @ scaled)
    return covariance @ scaled.T @ (residual / sigma[:, None]).ravel(), covariance
