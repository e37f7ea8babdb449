"""One density in three forms: compiled, marginal PyMC, explicit PyMC.

Second implementations of the same formula; PyMC's differentiation holds the hand-written gradient.
"""

import functools
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from pytensor.compile.mode import Mode
from scipy.stats import multivariate_normal

from engine_panel import engine_panel
from mmm.inference.buffer import build_buffer, n_national, prior_centre, sampled_places
from mmm.inference.compiled import complete
from mmm.inference.kernels.density import log_density
from mmm.inference.posterior import amplitude_places, curve_variables, every_parameter
from mmm.model import (
    Beliefs,
    ChannelForm,
    ChannelPrior,
    ChannelShape,
    Design,
    ModelSpec,
    build_design,
    saturated_media,
)
from mmm.model.definition import explicit_model, marginal_model
from mmm.model.media_prior import COEFFICIENT, MARGINAL, POOLED, SHARE
from mmm.model.media_terms import curve_places, variable_name
from mmm.model.shape_prior import HALF_LIFE
from mmm.transforms import ADSTOCKS, SATURATIONS

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
    **{
        f"every carry-over with every saturation, {order}": (
            {"n_periods": 40, "n_channels": 30},
            {
                "forms": {
                    f"channel_{k}": ChannelForm(adstock=adstock, saturation=saturation, order=order)
                    for k, (adstock, saturation) in enumerate(product(ADSTOCKS, SATURATIONS))
                },
                "knot_spacing": 20,
                "harmonics": 1,
            },
        )
        for order in ("adstock_first", "saturation_first")
    },
    "every family beside the others": (
        {"n_channels": 8},
        {
            "channel_priors": DECLARED,
            "channel_shapes": {
                "channel_1": ChannelShape(half_life=(2.0, 0.5), half_saturation=(2e4, 0.5)),
                "channel_2": ChannelShape(half_life=(2.0, 0.5)),
                "channel_4": ChannelShape(half_life=(1.5, 0.5)),
            },
            "forms": {
                "channel_0": ChannelForm(adstock="weibull_density", saturation="hill"),
                "channel_1": ChannelForm(adstock="weibull_survival", saturation="logistic"),
                "channel_2": ChannelForm(
                    adstock="geometric", saturation="exponential", order="saturation_first"
                ),
                "channel_3": ChannelForm(adstock="none", saturation="power"),
                "channel_4": ChannelForm(adstock="delayed", saturation="none"),
                "channel_5": ChannelForm(saturation="michaelis_menten"),
                "channel_7": ChannelForm(adstock="delayed", order="saturation_first"),
            },
        },
    ),
    "marginal returns of every family": (
        {"n_channels": 6},
        {
            "channel_priors": {
                f"channel_{k}": ChannelPrior(kind="marginal_return", median=0.2, spread=0.5) for k in range(6)
            },
            "forms": {
                f"channel_{k}": ChannelForm(adstock=ADSTOCKS[1 + k % 4], saturation=saturation)
                for k, saturation in enumerate(SATURATIONS)
            },
        },
    ),
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
    amplitude = np.append(np.exp(every_parameter(case.design, point)[amplitude_places(case.design)]), 1.0)
    return baseline.scale * amplitude[baseline.amplitude_index]


def given_parameters(case: Case, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance of the standard coefficients, by the textbook normal equations."""
    design = case.design
    full, at_noise = every_parameter(design, point), amplitude_places(design).stop
    sigma, spread = np.exp(full[at_noise]), design.basis * deviations(case, point)
    _, effects = complete(design, build_buffer(design, case.spec), point[None], seed=0)
    reached = saturated_media(design, curve_variables(design.shape_prior, full, at_noise + 2))[0]
    residual = design.y - design.basis @ design.baseline.mean - effects[0] @ reached
    covariance = np.linalg.inv(np.eye(spread.shape[1]) + spread.T @ spread / sigma**2)
    return covariance @ spread.T @ residual / sigma**2, covariance


LOGISTIC = {"retention": "logodds", "exponent": "logodds"}
STARTS = {
    "retention": 0,
    "stated_half_life": 0,
    "weibull_scale": 0,
    "half_saturation": 1,
    "slope": 2,
    "exponent": 2,
}
"""Block of each variable of the curves; delay and Weibull shape stand last."""


def curve_blocks(case: Case) -> dict[str, np.ndarray]:
    """Places among all parameters of each PyMC variable of the curves, by its name in PyMC's coordinates."""
    design, n = case.design, len(case.design.channels)
    found = {}
    for name, places in curve_places(design.shape_prior).items():
        start = STARTS[name] * n if name in STARTS else amplitude_places(design).stop + 2
        own = variable_name(design.shape_prior, name)
        found[f"{own}_{LOGISTIC.get(name, 'log')}__"] = start + places
    return found


HALF_LIFE_VARIABLE = "sampled_stated_half_life_log__"


def as_pymc(case: Case, point: np.ndarray) -> dict[str, np.ndarray]:
    """The same point in PyMC's own coordinates."""
    design, full = case.design, every_parameter(case.design, point)
    n, kind, amplitudes = len(design.channels), design.media_prior.kind, amplitude_places(design)
    location, strength = design.media_prior.location, full[3 * n : 4 * n]
    values = {name: full[places] for name, places in curve_blocks(case).items()}
    if HALF_LIFE_VARIABLE in values:
        values[HALF_LIFE_VARIABLE] = carry_over(case, point)[0]
    values |= {"amplitude_log__": full[amplitudes], "sigma_log__": full[amplitudes.stop]}
    if design.media_prior.learns_split:
        values["return_spread_log__"] = full[amplitudes.stop + 1]
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
    stated = case.design.shape_prior.carry_kind == HALF_LIFE
    logit = every_parameter(case.design, point)[: len(stated)][stated]
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
    design, n, kind = case.design, len(case.design.channels), case.design.media_prior.kind
    amplitudes, found = amplitude_places(design), np.zeros(n_national(design))
    share = np.exp(every_parameter(design, point)[3 * n : 4 * n])
    strength = np.zeros(n)
    pooled = kind == POOLED
    if pooled.any():
        strength[pooled] = parts["pool_share_log__"] * share[pooled] / share[pooled].sum()
    if pooled.sum() > 1:
        strength[pooled] += zero_sum(pooled.sum()).T @ parts["split_zerosum__"]
    for name, chosen in (
        ("declared_share_log__", kind == SHARE),
        ("signed_effect", kind == COEFFICIENT),
        ("marginal_share_log__", kind == MARGINAL),
    ):
        if chosen.any():
            strength[chosen] = parts[name]
    for name, places in curve_blocks(case).items():
        found[places] = parts[name]
    stated = np.flatnonzero(design.shape_prior.carry_kind == HALF_LIFE)
    if stated.size:
        low, high = (carry_over(case, point + side)[1] for side in (-1e-3, 1e-3))
        found[stated] = parts[HALF_LIFE_VARIABLE] * np.exp(carry_over(case, point)[1]) + (high - low) / 2e-3
    found[3 * n : 4 * n] = strength
    found[amplitudes] = parts["amplitude_log__"]
    found[amplitudes.stop] = parts["sigma_log__"][0]
    if design.media_prior.learns_split:
        found[amplitudes.stop + 1] = parts["return_spread_log__"][0]
    return found[sampled_places(design)]
