"""What must not matter to a geo fit: the order of geos and channels, units, a geo cut in two."""

import numpy as np
import pytest

from geo_panels import halved
from mmm.inference.buffer import n_national_parameters
from mmm.inference.geo_buffer import build_geo_buffer, geo_prior_centre
from mmm.inference.geo_compiled import complete_geo
from mmm.inference.kernels.geo_density import geo_log_density
from mmm.inference.kernels.geo_layout import geo_prior, spread_out
from mmm.model import Design, ModelSpec, build_design
from mmm.simulate import GeoWorldSize, simulate_geos

SPEC = ModelSpec(outcome="revenue", controls=("temperature", "price"))
PANEL = simulate_geos(9, GeoWorldSize(n_geos=4, n_weeks=60, n_channels=3)).panel
LOCAL, GEOS = 2, 4


@pytest.fixture(scope="module")
def design() -> Design:
    """Four geos, two channels of their own and a national one."""
    return build_design(PANEL, SPEC)


@pytest.fixture(scope="module")
def points(design) -> np.ndarray:
    """Random points around the centre of the prior."""
    centre = geo_prior_centre(design, SPEC)
    return centre + 0.5 * np.random.default_rng(8).standard_normal((4, len(centre)))


def densities(design: Design, points: np.ndarray) -> np.ndarray:
    """Log-densities at points."""
    data = build_geo_buffer(design, SPEC).data
    return np.array([geo_log_density(point, data, np.empty_like(point)) for point in points])


def likelihoods(design: Design, points: np.ndarray) -> np.ndarray:
    """Log-densities at points, that of the parameters left out."""
    data = build_geo_buffer(design, SPEC).data
    return densities(design, points) - [prior_of(point, data) for point in points]


def prior_of(point: np.ndarray, data: np.ndarray) -> float:
    """Log-density of the parameters alone."""
    full = spread_out(point, data)
    return geo_prior(full, point, data, np.empty_like(full), np.empty_like(point))


def deviates(design: Design, points: np.ndarray) -> np.ndarray:
    """(point, channel, geo) The standard deviates of effects, as a view."""
    first = n_national_parameters(design) + 2 + LOCAL
    return points[:, first : first + LOCAL * GEOS].reshape(len(points), LOCAL, GEOS)


def test_the_order_of_geos_does_not_matter(design, points):
    order = [2, 0, 3, 1]
    moved = points.copy()
    deviates(design, moved)[:] = deviates(design, points)[:, :, order]
    shuffled = build_design(PANEL.isel(geo=order), SPEC)
    assert densities(shuffled, moved) == pytest.approx(densities(design, points), rel=1e-10)


def test_the_order_of_channels_does_not_matter(design, points):
    order = [1, 2, 0]
    moved = points.copy()
    for block in range(4):
        moved[:, 3 * block : 3 * block + 3] = points[:, 3 * block + np.array(order)]
    spreads = n_national_parameters(design) + 2
    moved[:, spreads : spreads + 2] = points[:, [spreads + 1, spreads]]
    deviates(design, moved)[:] = deviates(design, points)[:, ::-1]
    shuffled = build_design(PANEL.isel(channel=order), SPEC)
    assert densities(shuffled, moved) == pytest.approx(densities(design, points), rel=1e-10)


@pytest.mark.parametrize("people", [1e-6, 1234.5])
def test_the_unit_of_population_and_the_currency_do_not_matter(design, points, people):
    money = {name: PANEL[name] * 1.37 for name in ("spend", "full_cost", "kpi")}
    other = build_design(PANEL.assign(population=PANEL["population"] * people, **money), SPEC)
    assert densities(other, points) == pytest.approx(densities(design, points), rel=1e-9)


def test_a_geo_cut_in_two_halves_alike_says_nothing_new(design, points):
    # Exact where the halves have the level, line and effects of the whole, and noise is that of people
    # drawn independently (exponent 1): then each half says half as much. Sigma is held, as one
    # geo more brings its own log sigma; its unit is a geo of average population, of which there are
    # now more.
    cut = build_design(halved(PANEL), SPEC)
    block, noise = n_national_parameters(design), 4 * 3 + len(design.baseline.amplitudes)
    whole = points.copy()
    whole[:, noise] = -3.0
    whole[:, block : block + 2] = -25.0
    whole[:, -1] = 40.0
    own = deviates(design, whole)
    twice = np.concatenate([own[:, :, :1], own], axis=2).reshape(len(points), -1)
    first = block + 2 + LOCAL
    halves = np.concatenate([whole[:, :first], twice, whole[:, -1:]], axis=1)
    halves[:, noise] += 0.5 * np.log((GEOS + 1) / GEOS)
    np.testing.assert_allclose(
        np.diff(likelihoods(cut, halves)), np.diff(likelihoods(design, whole)), rtol=1e-7, atol=1e-6
    )
    _, _, effects, shares = complete_geo(design, build_geo_buffer(design, SPEC), whole, seed=0)
    _, _, cut_effects, cut_shares = complete_geo(cut, build_geo_buffer(cut, SPEC), halves, seed=0)
    np.testing.assert_allclose(cut_shares, shares, rtol=1e-10)
    np.testing.assert_allclose(cut_effects[:, 1:], effects, rtol=1e-10)
    np.testing.assert_allclose(cut_effects[:, 0], effects[:, 0], rtol=1e-10)


def test_a_geo_without_spend_in_a_channel_is_not_moved_by_its_curve(design):
    dark = PANEL["spend"].copy()
    dark[1, :, 0] = 0.0
    without = build_design(PANEL.assign(spend=dark), SPEC)
    centre = geo_prior_centre(without, SPEC)
    moved = centre.copy()
    deviates(without, moved[None])[0, 0, 1] = 2.0
    found = likelihoods(without, np.stack([centre, moved]))
    assert found[0] == found[1]


def test_a_geo_that_is_never_active_is_fitted_by_its_baseline(points):
    spend = PANEL["spend"].copy()
    spend[3, :, :2] = 0.0
    design = build_design(PANEL.assign(spend=spend), SPEC)
    gradient = np.empty(points.shape[1])
    data = build_geo_buffer(design, SPEC).data
    assert np.isfinite(geo_log_density(points[0], data, gradient)) and np.isfinite(gradient).all()
