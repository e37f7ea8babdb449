"""Columns of the baseline, by frequency. Closed forms on figures where the plausible wrong ones differ."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from engine_panel import engine_panel
from mmm.errors import UserInputError
from mmm.model import ModelSpec, build_design, extend_basis

DAILY = ModelSpec(outcome="revenue", frequency="daily", harmonics=2, knot_spacing=91)
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def columns(panel: xr.Dataset, spec: ModelSpec) -> dict[str, np.ndarray]:
    """Each column of the baseline by its name."""
    design = build_design(panel, spec)
    return dict(zip(design.basis_names, design.basis.T, strict=True))


def test_daily_data_have_a_column_per_weekday_that_leaves_the_level_alone():
    found = columns(engine_panel(n_periods=420, frequency="daily"), DAILY)
    # The panel starts on Monday 2 January 2023.
    np.testing.assert_allclose(found["monday"][:8], [6 / 7, *[-1 / 7] * 6, 6 / 7])
    assert found["sunday"][6] == pytest.approx(6 / 7)
    assert sum(found[day] for day in WEEKDAYS) == pytest.approx(np.zeros(420), abs=1e-12)


def test_the_season_within_a_month_needs_a_year_of_days():
    long = columns(engine_panel(n_periods=420, frequency="daily"), DAILY)
    short = columns(engine_panel(n_periods=300, frequency="daily"), DAILY)
    # Day 30 of the panel is 1 February: the wave starts again, whatever the length of the month.
    assert long["month_cosine_1"][30] == pytest.approx(1.0)
    assert long["month_sine_1"][30 + 7] == pytest.approx(1.0)  # 8 February: a quarter of 28 days
    assert "month_sine_2" in long
    assert not [name for name in short if name.startswith("month_")]
    assert not [name for name in columns(engine_panel(), ModelSpec(outcome="revenue")) if "month" in name]


def test_later_days_continue_those_of_the_data():
    panel = engine_panel(n_periods=450, frequency="daily")
    design = build_design(panel.isel(period=slice(0, 400)), DAILY)
    whole = extend_basis(design, panel)
    np.testing.assert_allclose(whole[:400], design.basis, atol=1e-12)
    at = design.basis_names.index("monday")
    np.testing.assert_allclose(whole[399:, at], whole[399 - 7 : 450 - 7, at])


def test_weekdays_belong_to_the_season_and_have_a_size_of_their_own():
    design = build_design(engine_panel(n_periods=420, frequency="daily"), DAILY)
    at = design.basis_names.index("friday")
    assert design.groups[at] == "season"
    assert design.baseline.amplitudes[design.baseline.amplitude_index[at]] == "weekday"


def test_a_control_in_logarithms_has_an_effect_per_percent():
    panel = engine_panel()
    spec = ModelSpec(outcome="revenue", controls=("price",), log_controls=("price",))
    price = panel["control_value"][0, :, 0].to_numpy()
    logged = np.log(price)
    np.testing.assert_allclose(columns(panel, spec)["price"], (logged - logged.mean()) / logged.std())
    # Unlike the price itself, its logarithm does not know the unit up to the mean that is taken out.
    cents = columns(panel.assign(control_value=panel["control_value"] * 100), spec)["price"]
    np.testing.assert_allclose(cents, columns(panel, spec)["price"])


def test_a_logarithm_of_a_price_of_zero_or_of_no_control_is_refused():
    panel = engine_panel()
    spoilt = panel["control_value"].copy(deep=True)
    spoilt[0, 3, 0] = 0.0
    spec = ModelSpec(outcome="revenue", controls=("price",), log_controls=("price",))
    with pytest.raises(UserInputError) as refused:
        build_design(panel.assign(control_value=spoilt), spec)
    assert refused.value.problems == (
        "control price: as low as 0, expected more than 0 for a logarithm: "
        "take it out of log_controls or check its source",
    )
    with pytest.raises(UserInputError) as refused:
        build_design(panel, replace(spec, controls=()))
    assert refused.value.problems == (
        "log control price: not one of the controls: add it to them or remove it",
    )
