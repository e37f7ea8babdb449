"""A geo panel in the units of the model: what is the same whatever the geos, and what is refused."""

import numpy as np
import pytest
import xarray as xr

from geo_panels import halved
from mmm.errors import UserInputError
from mmm.model import ModelSpec, build_design
from mmm.simulate import GeoWorldSize, simulate_geos

SPEC = ModelSpec(outcome="revenue", controls=("temperature", "price"))
SIZE = GeoWorldSize(n_geos=3, n_weeks=60, n_channels=3, dark_geos=1)


@pytest.fixture
def panel() -> xr.Dataset:
    """Three geos, the last without spend of its own, and one national channel."""
    return simulate_geos(8, SIZE).panel


def test_the_kpi_is_in_units_of_each_geo_and_spend_per_head(panel):
    design = build_design(panel, SPEC)
    geo = design.geo
    people = panel["population"].to_numpy()
    np.testing.assert_allclose(geo.y.mean(axis=1), 1)
    kpi = panel["kpi"].to_numpy()[0]
    np.testing.assert_allclose(geo.y * geo.kpi_scale[:, None], kpi)
    np.testing.assert_allclose(geo.weight @ geo.y, design.y)
    np.testing.assert_allclose(geo.x * geo.media_scale * people[:, None, None], panel["spend"].to_numpy())
    np.testing.assert_allclose(design.y * design.outcome_scale, kpi.sum(axis=0))
    np.testing.assert_allclose(np.einsum("g,gtc->c", people, geo.controls), 0, atol=1e-9 * people.sum())


def test_cutting_a_geo_in_two_leaves_every_scale_and_series_alone(panel):
    whole, cut = build_design(panel, SPEC), build_design(halved(panel), SPEC)
    np.testing.assert_allclose(cut.geo.media_scale, whole.geo.media_scale)
    np.testing.assert_allclose(cut.geo.kpi_scale[[0, 2, 3]], whole.geo.kpi_scale * [0.5, 1, 1])
    np.testing.assert_allclose(cut.geo.x[[0, 1]], whole.geo.x[[0, 0]])
    np.testing.assert_allclose(cut.geo.y[[0, 1, 2, 3]], whole.geo.y[[0, 0, 1, 2]])
    np.testing.assert_allclose(cut.geo.controls[1:], whole.geo.controls, atol=1e-12)
    assert cut.geo.weight[:2].sum() == pytest.approx(whole.geo.weight[0])


def test_one_geo_is_a_national_panel(panel):
    assert build_design(panel.isel(geo=[0]), SPEC).geo is None


def test_every_problem_of_geos_is_said_at_once(panel):
    kpi = panel["kpi"].to_numpy().copy()
    kpi[0, 0, 3], kpi[0, 2] = np.nan, 5.0
    spend = panel["spend"].to_numpy().copy()
    spend[0, :, 2] *= 2
    wrong = panel.assign(kpi=(panel["kpi"].dims, kpi), spend=(panel["spend"].dims, spend))
    with pytest.raises(UserInputError) as refused:
        build_design(wrong, SPEC)
    said = refused.value.problems
    assert (
        "outcome revenue: not a finite number in some period of geos geo_001, "
        "expected one per geo and period: complete its source or remove the geo"
    ) in said
    assert (
        "outcome revenue: never moves in geos geo_003, expected values that do: "
        "check the column or remove the geo"
    ) in said
    assert (
        "channel channel_3: said to be national, but its spend per head differs between geos: "
        "share it out by population, or let it have geos"
    ) in said


@pytest.mark.parametrize(
    ("people", "said"),
    [
        (None, "geos: no population, expected one per geo: declare it in `geos:`"),
        (0.0, "geos: the population of geo_002 is not above 0: correct it in `geos:`"),
    ],
)
def test_a_geo_panel_without_population_is_refused(panel, people, said):
    without = panel.drop_vars("population")
    if people is not None:
        without = panel.assign(population=("geo", [1.0, people, 1.0]))
    with pytest.raises(UserInputError) as refused:
        build_design(without, SPEC)
    assert said in refused.value.problems
