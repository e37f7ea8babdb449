"""Densities with explicit coefficients: compiled against explicit PyMC, national and by geo."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy.special import digamma as published_digamma

from engine_panel import engine_panel
from laws.test_geo_density import FORMS, MARGINAL, in_pymc
from laws.test_one_density import MODE, as_pymc
from mmm.inference.buffer import n_national_parameters
from mmm.inference.explicit_buffer import build_explicit_buffer, by_geo, whiten
from mmm.inference.explicit_compiled import complete_explicit
from mmm.inference.geo_buffer import ordered_columns
from mmm.inference.kernels import explicit_density as kernel
from mmm.inference.posterior import amplitude_places, every_parameter
from mmm.model import Design, ModelSpec, build_design
from mmm.model.definition import explicit_model, marginal_model
from mmm.model.likelihood import SMOOTHING
from mmm.simulate import GeoWorldSize, simulate_geos


@dataclass(frozen=True)
class ExplicitCase:
    """A design, its compiled data, and random points of its parameters."""

    design: Design
    spec: ModelSpec
    data: np.ndarray
    points: np.ndarray


@pytest.fixture(
    scope="module",
    params=[
        "student_t",
        "negative_binomial",
        "geo student_t",
        "geo negative_binomial",
        "geo other student_t",
    ],
)
def case(request: pytest.FixtureRequest) -> ExplicitCase:
    """Every supported combination; counts are small, so that zeros occur."""
    likelihood: Any = request.param.split()[-1]
    counts = likelihood == "negative_binomial"
    if "geo" in request.param:
        size = GeoWorldSize(n_geos=3, n_weeks=30, n_channels=3, noise="counts" if counts else "student_t")
        panel, controls = simulate_geos(2, size).panel, ("temperature", "price")
        panel = panel.assign(kpi=np.floor(panel["kpi"] / 4)) if counts else panel
    else:
        panel, controls = engine_panel(n_periods=40, n_channels=3), ("price",)
        panel = panel.assign(kpi=np.floor(panel["kpi"] / 3e5)) if counts else panel
    forms, priors = (FORMS, MARGINAL) if "other" in request.param else ({}, {})
    spec = ModelSpec(
        outcome="revenue",
        controls=controls,
        harmonics=1,
        likelihood=likelihood,
        forms=forms,
        channel_priors=priors,
    )
    design = build_design(panel, spec)
    buffer, start = build_explicit_buffer(design, spec)
    points = start + 0.4 * np.random.default_rng(5).standard_normal((5, len(start)))
    return ExplicitCase(design=design, spec=spec, data=buffer.data, points=points)


def explicit_in_pymc(case: ExplicitCase, point: np.ndarray) -> dict[str, np.ndarray]:
    """The same point in PyMC's own coordinates; columns that are zero over the data at 0."""
    design, geo = case.design, by_geo(case.design)
    columns, _ = ordered_columns(design, geo)
    block, n_geos = n_national_parameters(design), len(geo.geos)
    n_own = 2 * n_geos if n_geos > 1 else 0
    n_coefficients = len(columns) + n_own
    if n_geos > 1:
        named = point[: len(point) - n_coefficients]
        has_exponent = case.spec.likelihood != "negative_binomial"
        values = in_pymc(case, named if has_exponent else np.append(named, 0.0))
        if not has_exponent:
            del values["noise_exponent_logodds__"]
    else:
        values = as_pymc(case, point[:block])
    shared, own, _, _ = complete_explicit(design, case.spec, point[None], seed=0)
    full = every_parameter(design, point[:block])
    amplitude = np.append(np.exp(full[amplitude_places(design)]), 1.0)
    deviation = design.baseline.scale * amplitude[design.baseline.amplitude_index]
    standard = np.zeros(len(deviation))
    standard[columns] = ((shared[0] - design.baseline.mean) / deviation)[columns]
    values["standard_coefficient"] = standard
    if n_own:
        values["standard_coefficient_geo"] = own[0] / np.exp(point[block : block + 2])
    if case.spec.likelihood == "negative_binomial":
        values["dispersion_log__"] = values.pop("sigma_log__")
    return values


def log_units(case: ExplicitCase, point: np.ndarray) -> float:
    """Sum of log sizes by how little the unit of each coefficient follows, where PyMC's are in these units."""
    design = case.design
    columns, _ = ordered_columns(design, by_geo(design))
    centring = whiten(design, case.spec, by_geo(design)).centring
    block = n_national_parameters(design)
    full = every_parameter(design, point[:block])
    amplitude = np.append(np.exp(full[amplitude_places(design)]), 1.0)
    shared = (design.baseline.scale * amplitude[design.baseline.amplitude_index])[columns]
    own = np.tile(np.exp(point[block : block + 2]), (len(centring) - len(columns)) // 2)
    return float(centring @ np.log(np.concatenate([shared, own])))


def test_the_compiled_density_differs_between_points_as_the_explicit_pymc_model_does(case):
    value_of = explicit_model(case.design, case.spec).compile_logp(mode=MODE)
    ours = np.array([kernel.explicit_log_density(p, case.data, np.empty_like(p)) for p in case.points])
    theirs = np.array([float(value_of(explicit_in_pymc(case, p))) - log_units(case, p) for p in case.points])
    for difference, expected in zip(np.diff(ours), np.diff(theirs), strict=True):
        assert abs(difference - expected) <= 1e-8 * max(1.0, abs(expected))


def test_the_hand_written_gradient_is_the_one_that_pymc_differentiates(case):
    model = explicit_model(case.design, case.spec)
    slope_of = model.compile_dlogp(mode=MODE)

    def flat(at: np.ndarray) -> np.ndarray:
        values = explicit_in_pymc(case, at)
        return np.concatenate([np.ravel(values[v.name]) for v in model.value_vars])

    for point in case.points[:2]:
        gradient = np.empty_like(point)
        kernel.explicit_log_density(point, case.data, gradient)
        moves = 1e-5 * np.eye(len(point))
        jacobian = np.array([(flat(point + move) - flat(point - move)) / 2e-5 for move in moves])
        expected = jacobian @ slope_of(explicit_in_pymc(case, point))
        expected -= [(log_units(case, point + m) - log_units(case, point - m)) / 2e-5 for m in moves]
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())


def test_a_count_is_never_integrated_out_as_if_it_were_normal(case):
    with pytest.raises(ValueError, match="no closed form"):
        marginal_model(case.design, case.spec)


def test_digamma_and_the_smooth_positive_part_are_those_of_the_definition():
    for value in (1e-3, 0.5, 3.0, 9.99, 10.0, 1e6):
        assert kernel.digamma(value) == pytest.approx(float(published_digamma(value)), rel=1e-13)
    assert kernel.SMOOTHING == SMOOTHING
