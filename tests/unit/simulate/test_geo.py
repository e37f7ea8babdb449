"""Geo worlds keep the books of what they planted."""

import numpy as np
import pytest

from mmm.simulate import GeoWorldSize, simulate_geos


def test_media_bring_the_stated_share_and_the_rest_is_noise_around_what_was_expected():
    world = simulate_geos(3, GeoWorldSize(n_geos=6, n_weeks=80))
    assert world.contribution.sum() / world.expected.sum() == pytest.approx(0.25, rel=1e-9)
    kpi = world.panel["kpi"].to_numpy()[0]
    weight = world.panel["population"].to_numpy()
    relative = (kpi - world.expected).std(axis=1) / (0.4 * weight)
    assert relative == pytest.approx(0.06 * (weight / weight.mean()) ** -0.25, rel=0.35)


def test_national_channels_spend_the_same_per_head_everywhere_and_dark_geos_nothing_of_their_own():
    panel = simulate_geos(4, GeoWorldSize(n_geos=5, n_weeks=60, n_national=2, dark_geos=1)).panel
    per_head = (panel["spend"] / panel["population"]).to_numpy()
    national = panel["is_national"].to_numpy()
    np.testing.assert_allclose(per_head[:, :, national], per_head[:1, :, national].repeat(5, axis=0))
    assert not per_head[-1][:, ~national].any() and per_head[:-1][:, :, ~national].any()


def test_counts_are_whole_and_a_seed_gives_one_world():
    size = GeoWorldSize(n_geos=4, n_weeks=60, noise="counts")
    first, again = simulate_geos(5, size).panel, simulate_geos(5, size).panel
    kpi = first["kpi"].to_numpy()
    assert np.array_equal(kpi, np.round(kpi)) and kpi.min() >= 0
    assert first.identical(again)
