"""What must not matter to the posterior: the order of channels, the currency, the unit of the KPI."""

import numpy as np
import pytest

from engine_panel import engine_panel
from mmm.inference.buffer import build_buffer, prior_centre
from mmm.inference.compiled import complete
from mmm.inference.kernels.density import log_density
from mmm.model import Design, ModelSpec, build_design

SPEC = ModelSpec(outcome="revenue", controls=("price",))


def random_points(design: Design, n_points: int = 4) -> np.ndarray:
    """Points of the sampled parameters around the prior's centre."""
    centre = prior_centre(design, SPEC)
    return centre + 0.5 * np.random.default_rng(8).standard_normal((n_points, len(centre)))


def densities(design: Design, points: np.ndarray) -> np.ndarray:
    """Log-densities at points."""
    data = build_buffer(design, SPEC).data
    return np.array([log_density(point, data, np.empty_like(point)) for point in points])


def test_the_order_of_channels_does_not_matter():
    panel = engine_panel()
    order = [3, 0, 4, 1, 2]
    design, shuffled = build_design(panel, SPEC), build_design(panel.isel(channel=order), SPEC)
    points = random_points(design)
    moved = points.copy()
    for block in range(4):
        moved[:, 5 * block : 5 * block + 5] = points[:, 5 * block + np.array(order)]
    assert densities(shuffled, moved) == pytest.approx(densities(design, points), rel=1e-10)


@pytest.mark.parametrize("money", [1.37, 1e-6, 1e9])
def test_the_currency_does_not_matter(money):
    panel = engine_panel()
    converted = panel.assign(
        spend=panel["spend"] * money, full_cost=panel["full_cost"] * money, kpi=panel["kpi"] * money
    )
    design, other = build_design(panel, SPEC), build_design(converted, SPEC)
    points = random_points(design)
    assert densities(other, points) == pytest.approx(densities(design, points), rel=1e-9)


def test_a_count_in_thousands_gives_the_same_shares_and_returns_in_its_unit():
    panel = engine_panel()
    design, other = build_design(panel, SPEC), build_design(panel.assign(kpi=panel["kpi"] / 1000), SPEC)
    points = random_points(design)
    assert densities(other, points) == pytest.approx(densities(design, points), rel=1e-9)
    ours, theirs = (complete(d, build_buffer(d, SPEC), points, seed=0) for d in (design, other))
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-8, atol=1e-10)
    assert other.kpi_total == pytest.approx(design.kpi_total / 1000)


def test_weeks_of_a_channel_without_spend_bring_exactly_nothing():
    # Channel 3 is dark for the first half: its parameters do not change the fit of those weeks.
    from mmm.model import saturated_media

    design = build_design(engine_panel(), SPEC)
    curves = {"retention": np.full(5, 0.9), "half_saturation": np.full(5, 1.0), "slope": np.full(5, 0.4)}
    reached = saturated_media(design, curves)[0]
    assert not reached[3, :30].any() and reached[3, 30:].all()
