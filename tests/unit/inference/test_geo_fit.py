"""A fit of several geos: what its draws hold, that it comes back from disk, and what must not matter."""

import numpy as np
import pytest

from mmm.inference import Fit, load_fit, save_fit
from mmm.inference.fitting import fit
from mmm.model import ModelSpec
from mmm.simulate import GeoWorldSize, simulate_geos

SPEC = ModelSpec(outcome="revenue", controls=("temperature",), harmonics=1, draws=60, warmup=150, chains=2)
SIZE = GeoWorldSize(n_geos=4, n_weeks=60, n_channels=3, dark_geos=1)


@pytest.fixture(scope="module")
def geo_fit() -> Fit:
    """Few draws: enough to look at shapes and identities."""
    return fit(simulate_geos(6, SIZE).panel, SPEC, seed=3)


def test_draws_hold_each_geo_and_national_channels_have_one_effect(geo_fit):
    draws = geo_fit.draws
    assert draws["effect_geo"].dims == ("chain", "draw", "geo", "channel")
    assert draws["coefficient_geo"].sizes["geo_basis"] == 2
    national = draws["effect_geo"].sel(channel="channel_3")
    assert np.ptp(national.to_numpy(), axis=2).max() == pytest.approx(0, abs=1e-15)
    assert np.isnan(draws["geo_spread"].sel(channel="channel_3")).all()
    weight = geo_fit.design.geo.weight
    mean = (draws["effect_geo"] * weight[:, None]).sum("geo")
    np.testing.assert_allclose(draws["effect"], mean.transpose("chain", "draw", "channel"), rtol=1e-10)


def test_a_fit_of_several_geos_comes_back_from_disk_as_it_was(geo_fit, tmp_path):
    save_fit(geo_fit, tmp_path / "posterior.nc")
    again = load_fit(tmp_path / "posterior.nc")
    assert again.draws.identical(geo_fit.draws)
    assert again.design.geo.geos == geo_fit.design.geo.geos
    assert again.design.geo.is_national.dtype == bool
    np.testing.assert_array_equal(again.design.geo.x, geo_fit.design.geo.x)


def test_the_same_seed_gives_the_same_draws(geo_fit):
    again = fit(simulate_geos(6, SIZE).panel, SPEC, seed=3)
    assert again.draws.identical(geo_fit.draws)


def test_one_bar_is_filled_by_the_pilot_and_by_what_follows():
    seen = []
    fit(simulate_geos(6, SIZE).panel, SPEC, seed=3, progress=lambda *steps: seen.append(steps))
    ends = {to_do for _, to_do in seen}
    assert min(ends) == SPEC.chains * (SPEC.draws + SPEC.warmup + 450)
    assert (2 * 450, min(ends)) in seen and (min(ends), min(ends)) in seen


@pytest.mark.parametrize("likelihood", ["student_t", "negative_binomial"])
@pytest.mark.parametrize("n_geos", [1, 3])
def test_other_likelihoods_give_draws_of_the_same_names(likelihood, n_geos):
    size = GeoWorldSize(n_geos=3, n_weeks=40, n_channels=2, noise="counts")
    spec = ModelSpec(outcome="revenue", harmonics=1, likelihood=likelihood, draws=30, warmup=60, chains=2)
    draws = fit(simulate_geos(6, size).panel.isel(geo=slice(n_geos)), spec, seed=3).draws
    noise = "dispersion" if likelihood == "negative_binomial" else "sigma"
    assert noise in draws and ("effect_geo" in draws) == (n_geos > 1)
    assert ("noise_exponent" in draws) == (n_geos > 1 and likelihood == "student_t")
    assert np.isfinite(draws["return"]).all() and np.isfinite(draws["coefficient"]).all()
