"""One density in three forms: compiled, marginal PyMC, explicit PyMC.

Second implementations of the same formula; PyMC's differentiation holds the hand-written gradient.
"""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from pytensor.compile.mode import Mode
from scipy.stats import multivariate_normal

from engine_panel import engine_panel
from mmm.inference.buffer import build_buffer, prior_centre
from mmm.inference.compiled import complete
from mmm.inference.kernel import log_density
from mmm.model import Beliefs, ChannelPrior, ChannelShape, Design, ModelSpec, build_design
from mmm.model.definition import explicit_model, marginal_model
from mmm.model.media_prior import COEFFICIENT, MARGINAL, POOLED, SHARE
from mmm.model.shape_prior import HALF_LIFE

MODE = Mode(linker="py", optimizer="fast_compile")
"""PyTensor in plain numpy: nothing to compile."""
N_POINTS = 6
DECLARED = {
    "channel_1": ChannelPrior(kind="return", median=1.5, spread=0.4),
    "channel_2": ChannelPrior(kind="contribution_share", median=0.02, spread=0.6),
    "channel_4": ChannelPrior(kind="coefficient", median=-0.01, spread=0.1),
}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "pooled": ({}, {"controls": ("price",)}),
    "declared": ({}, {"controls": ("price",), "channel_priors": DECLARED}),
    "stated curves": (
        {},
        {
            "controls": ("price",),
            "channel_priors": {
                "channel_0": ChannelPrior(kind="marginal_return", median=0.8, spread=0.5),
                "channel_3": ChannelPrior(kind="marginal_return", median=0.1, spread=0.9),
                "channel_4": DECLARED["channel_4"],
            },
            "channel_shapes": {
                "channel_0": ChannelShape(half_life=(2.5, 0.4), half_saturation=(3e4, 0.6)),
                "channel_1": ChannelShape(half_life=(0.3, 0.8)),
                "channel_4": ChannelShape(half_saturation=(9e3, 0.2)),
            },
        },
    ),
    "all half-lives stated": (
        {"n_channels": 2},
        {"channel_shapes": {f"channel_{k}": ChannelShape(half_life=(1.0 + k, 0.5)) for k in range(2)}},
    ),
    "one declared": ({"n_channels": 1}, {"channel_priors": {"channel_0": DECLARED["channel_2"]}}),
    "monthly": ({"frequency": "monthly", "n_periods": 40}, {"harmonics": 3, "knot_spacing": 3}),
    "daily": (
        {"frequency": "daily", "n_periods": 370, "n_channels": 2},
        {"harmonics": 2, "knot_spacing": 91, "beliefs": Beliefs(retention=(3.0, 1.0))},
    ),
    "annual": (
        {"frequency": "annual", "n_periods": 54, "n_channels": 1, "extras": False},
        {"harmonics": 0, "knot_spacing": 5, "holidays": False},
    ),
}


@dataclass(frozen=True)
class Case:
    """A design, its compiled data, and random points of its parameters."""

    design: Design
    spec: ModelSpec
    data: np.ndarray
    points: np.ndarray


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    """Every supported combination."""
    panel_options, spec_options = CASES[request.param]
    panel = engine_panel(**panel_options)
    spec = ModelSpec(outcome="revenue", frequency=panel.attrs["frequency"], **spec_options)
    design = build_design(panel, spec)
    rng = np.random.default_rng(5)
    centre = prior_centre(design, spec)
    points = centre + 0.7 * rng.standard_normal((N_POINTS, len(centre)))
    return Case(design=design, spec=spec, data=build_buffer(design, spec).data, points=points)


def test_the_compiled_density_differs_between_points_as_the_marginal_pymc_model_does(case):
    value_of = marginal_model(case.design, case.spec).compile_logp(mode=MODE)
    ours = np.array([log_density(point, case.data, np.empty_like(point)) for point in case.points])
    theirs = np.array(
        [float(value_of(as_pymc(case, point))) + carry_over(case, point)[1].sum() for point in case.points]
    )
    for difference, expected in zip(np.diff(ours), np.diff(theirs), strict=True):
        assert abs(difference - expected) <= 1e-8 * max(1.0, abs(expected))


def test_the_hand_written_gradient_is_the_one_that_pymc_differentiates(case):
    model = marginal_model(case.design, case.spec)
    slope_of = model.compile_dlogp(mode=MODE)
    for point in case.points:
        gradient = np.empty_like(point)
        log_density(point, case.data, gradient)
        expected = pull_back(case, point, model, slope_of(as_pymc(case, point)))
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())


def test_the_marginal_model_is_the_explicit_one_with_coefficients_integrated_out(case):
    # p(y, b | theta) = p(y | theta) p(b | y, theta), at any b.
    explicit = explicit_model(case.design, case.spec).compile_logp(mode=MODE)
    marginal = marginal_model(case.design, case.spec).compile_logp(mode=MODE)
    rng = np.random.default_rng(6)
    for point in case.points[:3]:
        values = as_pymc(case, point)
        standard = rng.standard_normal(len(case.design.basis_names))
        mean, covariance = given_parameters(case, point)
        conditional = multivariate_normal(mean, covariance).logpdf(standard)
        joint = float(explicit({**values, "standard_coefficient": standard}))
        expected = float(marginal(values)) + conditional
        assert joint == pytest.approx(expected, abs=1e-8 * max(1.0, abs(expected)))


def test_coefficients_drawn_afterwards_have_the_exact_conditional_distribution(case):
    point = case.points[0]
    n_draws = 20_000
    buffer = build_buffer(case.design, case.spec)
    drawn, _ = complete(case.design, buffer, np.tile(point, (n_draws, 1)), seed=3)
    mean, covariance = given_parameters(case, point)
    deviation = deviations(case, point)
    standard = (drawn - case.design.baseline.mean) / deviation
    # Five standard errors: one false alarm in 10,000 runs for 30 coefficients.
    error = np.sqrt(np.diag(covariance) / n_draws)
    assert np.all(np.abs(standard.mean(axis=0) - mean) < 5 * error)
    spread = np.sqrt(np.diag(covariance))
    found = np.cov(standard.T) / np.outer(spread, spread)
    np.testing.assert_allclose(found, covariance / np.outer(spread, spread), atol=5 / np.sqrt(n_draws))


def deviations(case: Case, point: np.ndarray) -> np.ndarray:
    """Prior standard deviation of each coefficient at a point."""
    baseline = case.design.baseline
    first = 4 * len(case.design.channels)
    amplitude = np.append(np.exp(point[first : first + len(baseline.amplitudes)]), 1.0)
    return baseline.scale * amplitude[baseline.amplitude_index]


def given_parameters(case: Case, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the standard coefficients, by the textbook normal equations."""
    design, sigma = case.design, np.exp(point[noise_at(case)])
    spread = design.basis * deviations(case, point)
    _, effects = complete(design, build_buffer(design, case.spec), point[None], seed=0)
    from mmm.model import saturated_media

    n = len(design.channels)
    reached = saturated_media(
        design, 1 / (1 + np.exp(-point[:n])), np.exp(point[n : 2 * n]), np.exp(point[2 * n : 3 * n])
    )
    residual = design.y - design.basis @ design.baseline.mean - effects[0] @ reached
    covariance = np.linalg.inv(np.eye(spread.shape[1]) + spread.T @ spread / sigma**2)
    return covariance @ spread.T @ residual / sigma**2, covariance


def as_pymc(case: Case, point: np.ndarray) -> dict[str, np.ndarray]:
    """The same point in PyMC's own coordinates."""
    n, kind = len(case.design.channels), case.design.media_prior.kind
    location, strength = case.design.media_prior.location, point[3 * n : 4 * n]
    stated = case.design.shape_prior.carry_kind == HALF_LIFE
    log_half_life, _ = carry_over(case, point)
    usual = {"usual_retention_logodds__" if stated.any() else "retention_logodds__": point[:n][~stated]}
    values = {
        **({"stated_half_life_log__": log_half_life} if stated.any() else {}),
        **({} if stated.all() else usual),
        "half_saturation_log__": point[n : 2 * n],
        "slope_log__": point[2 * n : 3 * n],
        "amplitude_log__": point[4 * n : noise_at(case)],
        "sigma_log__": point[noise_at(case)],
    }
    if case.design.media_prior.learns_split:
        values["return_spread_log__"] = point[-1]
    pooled = kind == POOLED
    if pooled.any():
        values["pool_share_log__"] = np.log(np.exp(strength[pooled]).sum())
    if pooled.sum() > 1:
        values["split_zerosum__"] = zero_sum(pooled.sum()) @ (strength[pooled] - location[pooled])
    if (kind == SHARE).any():
        values["declared_share_log__"] = strength[kind == SHARE]
    if (kind == COEFFICIENT).any():
        values["signed_effect"] = strength[kind == COEFFICIENT]
    if (kind == MARGINAL).any():
        values["marginal_share_log__"] = strength[kind == MARGINAL]
    return values


def carry_over(case: Case, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Log half-lives of the channels that state one, and log of their derivative in the logit retention.

    By finite differences of the definition, half-life = log 0.5 / log r: not the kernel's formula.
    """
    logit = point[: len(case.design.channels)][case.design.shape_prior.carry_kind == HALF_LIFE]
    step = 1e-4

    def log_half_life(at: np.ndarray) -> np.ndarray:
        return np.log(np.log(2.0) / np.log1p(np.exp(-at)))

    near, far = (
        (log_half_life(logit + side) - log_half_life(logit - side)) / (2 * side) for side in (step, 2 * step)
    )
    return log_half_life(logit), np.log((4 * near - far) / 3)


@functools.cache
def zero_sum(size: int) -> np.ndarray:
    """PyMC's linear map from deviations to its unconstrained coordinates; constants vanish in it."""
    import pytensor.tensor as pt
    from pymc.distributions.transforms import ZeroSumTransform

    centred = np.eye(size) - 1 / size
    return np.stack(
        [ZeroSumTransform([0]).forward(pt.as_tensor(column)).eval(mode=MODE) for column in centred], axis=1
    )


def pull_back(case: Case, point: np.ndarray, model: Any, slopes: np.ndarray) -> np.ndarray:
    """PyMC's gradient in our coordinates, by the chain rule."""
    sizes = [int(np.prod(np.shape(as_pymc(case, point)[v.name]))) for v in model.value_vars]
    parts = dict(
        zip([v.name for v in model.value_vars], np.split(slopes, np.cumsum(sizes)[:-1]), strict=True)
    )
    n, kind = len(case.design.channels), case.design.media_prior.kind
    share = np.exp(point[3 * n : 4 * n])
    strength = np.zeros(n)
    pooled = kind == POOLED
    if pooled.any():
        strength[pooled] = parts["pool_share_log__"] * share[pooled] / share[pooled].sum()
    if pooled.sum() > 1:
        strength[pooled] += zero_sum(pooled.sum()).T @ parts["split_zerosum__"]
    if (kind == SHARE).any():
        strength[kind == SHARE] = parts["declared_share_log__"]
    if (kind == COEFFICIENT).any():
        strength[kind == COEFFICIENT] = parts["signed_effect"]
    if (kind == MARGINAL).any():
        strength[kind == MARGINAL] = parts["marginal_share_log__"]
    stated = case.design.shape_prior.carry_kind == HALF_LIFE
    retention = np.zeros(n)
    if not stated.all():
        name = "usual_retention_logodds__" if stated.any() else "retention_logodds__"
        retention[~stated] = parts[name]
    if stated.any():
        low, high = (carry_over(case, point + side)[1] for side in (-1e-3, 1e-3))
        slope = np.exp(carry_over(case, point)[1])
        retention[stated] = parts["stated_half_life_log__"] * slope + (high - low) / 2e-3
    media = ["half_saturation_log__", "slope_log__"]
    learnt = [parts["return_spread_log__"]] if case.design.media_prior.learns_split else []
    return np.concatenate(
        [
            retention,
            *(parts[name] for name in media),
            strength,
            parts["amplitude_log__"],
            parts["sigma_log__"],
            *learnt,
        ]
    )


def noise_at(case: Case) -> int:
    """Place of the log noise among the parameters."""
    return 4 * len(case.design.channels) + len(case.design.baseline.amplitudes)
