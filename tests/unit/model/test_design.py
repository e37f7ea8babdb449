"""What the model is told of the data, and what it refuses."""

import numpy as np
import pytest
import xarray as xr

from engine_panel import engine_panel
from mmm.errors import UserInputError
from mmm.model import ModelSpec, build_design, extend_basis, scaled_spend

SPEC = ModelSpec(outcome="revenue", controls=("price",))


def _with(panel: xr.Dataset, name: str, channel: int, values: object) -> xr.Dataset:
    changed = panel[name].copy(deep=True)
    changed[0, :, channel] = values
    return panel.assign({name: changed})


def test_units_are_the_mean_kpi_and_the_mean_active_period():
    panel = engine_panel()
    design = build_design(panel, SPEC)
    assert design.y.mean() == pytest.approx(1.0)
    active = design.x > 0
    assert (design.x.sum(axis=0) / active.sum(axis=0)) == pytest.approx(np.ones(5))
    np.testing.assert_allclose(design.x * design.media_scale, panel["spend"][0])
    assert design.kpi_total == pytest.approx(float(panel["kpi"].sum()))


def test_the_basis_of_later_periods_continues_that_of_the_data():
    long = engine_panel(n_periods=80)
    design = build_design(long.isel(period=slice(0, 60)), SPEC)
    whole = extend_basis(design, long)
    np.testing.assert_allclose(whole[:60], design.basis, atol=1e-12)
    line = whole[:, design.basis_names.index("line")]
    assert np.all(np.diff(line) > 0) and np.all(np.diff(line)[60:] < np.diff(line)[0])
    steps = [i for i, name in enumerate(design.basis_names) if name.startswith("step_")]
    assert not whole[:60, steps[-1]].any() and whole[60:, steps].any(axis=0).sum() > 4


def test_a_plan_without_holidays_or_events_extends_with_zeros():
    panel = engine_panel()
    design = build_design(panel, SPEC)
    plan = panel.isel(period=slice(50, 60)).drop_vars(["holiday_share", "event_share", "kpi"])
    extended = extend_basis(design, plan)
    holiday = design.basis_names.index("Toussaint")
    assert design.basis[:, holiday].max() == 1.0
    assert not extended[:, holiday].any()
    np.testing.assert_allclose(scaled_spend(design, plan), design.x[50:])


def test_months_and_years_are_counted_on_the_calendar():
    for frequency in ("monthly", "annual"):
        panel = engine_panel(n_periods=40, frequency=frequency)
        spec = ModelSpec(outcome="revenue", frequency=frequency, harmonics=0, knot_spacing=3)
        line = build_design(panel, spec).basis[:, 1]
        np.testing.assert_allclose(np.diff(line), 1 / 39)


def test_only_an_always_on_channel_carries_in_what_was_spent_before():
    panel = engine_panel()
    panel = _with(panel, "spend", 0, 700.0)
    design = build_design(panel, SPEC)
    assert design.carry_in[0] == pytest.approx(1.0)
    assert design.carry_in[3] == 0.0


def test_a_control_that_never_moves_is_left_to_its_prior():
    panel = engine_panel()
    flat = panel.assign(control_value=xr.full_like(panel["control_value"], 3.0))
    design = build_design(flat, SPEC)
    assert not design.basis[:, design.basis_names.index("price")].any()


def test_every_problem_of_the_data_is_said_at_once():
    panel = engine_panel(n_periods=20)
    panel = _with(panel, "spend", 0, 0.0)
    panel = _with(panel, "spend", 1, -5.0)
    spoilt = panel["spend"].copy(deep=True)
    spoilt[0, 4, 2] = np.nan
    kpi = panel["kpi"] * 0.0
    with pytest.raises(UserInputError) as refused:
        build_design(panel.assign(spend=spoilt, kpi=kpi), SPEC)
    assert refused.value.problems == (
        "channel channel_2, spend: not a finite number in 2023-01-30, expected one per period: "
        "complete its source",
        "outcome revenue: its mean is 0, expected more than 0: check the column and its sign",
        "channel channel_0: no spend in any period, expected some: remove it or check its source",
        "channel channel_1: spend as low as -5.00, expected 0 or more: correct the credit notes in its source",
    )


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(UserInputError) as refused:
        build_design(engine_panel(), ModelSpec(outcome="sales", controls=("prices",)))
    assert refused.value.problems == (
        "outcome sales: not in the panel, which has revenue: correct the name",
        "control prices: not in the panel, which has price: add its source or remove it",
    )


@pytest.mark.parametrize(
    "options, words",
    [
        ({"n_periods": 7, "n_channels": 2}, "7 periods for 2 channels, expected at least 8"),
        ({"n_periods": 10, "n_channels": 12}, "10 periods for 12 channels, expected at least 12"),
    ],
)
def test_too_few_periods_are_refused(options, words):
    with pytest.raises(UserInputError, match=words):
        build_design(engine_panel(**options), ModelSpec(outcome="revenue"))


def test_a_kpi_that_never_moves_is_refused():
    panel = engine_panel()
    still = panel.assign(kpi=xr.full_like(panel["kpi"], 12.0))
    with pytest.raises(UserInputError, match="12 in every period, expected values that move"):
        build_design(still, SPEC)


def test_a_count_that_is_not_whole_or_below_zero_is_refused():
    panel = engine_panel(n_periods=40, n_channels=2)
    whole = panel.assign(kpi=np.round(panel["kpi"]))
    spec = ModelSpec(outcome="revenue", likelihood="negative_binomial")
    assert build_design(whole, spec).outcome == "revenue"
    broken = whole.copy(deep=True)
    broken["kpi"][..., 3] = 12.5
    with pytest.raises(UserInputError) as refused:
        build_design(broken, spec)
    assert refused.value.problems == (
        "outcome revenue: 12.50 with likelihood negative_binomial, expected whole numbers of at least 0: "
        "count units, or choose normal or student_t",
    )
