"""The waterfall adds up."""

import pytest

from hand_made_fit import make_fit, make_panel
from mmm.effects import waterfall, windows
from mmm.records import TABLES


def test_the_steps_lead_from_the_year_before_to_the_last_year():
    panel = make_panel()
    table = waterfall(make_fit(panel), panel)
    assert tuple(table.columns) == TABLES["waterfall"]
    kpi = panel["kpi"].sel(outcome="revenue").isel(geo=0).to_numpy()
    mean = table.set_index("component")["mean"]
    assert mean["before"] == pytest.approx(kpi[52:104].sum())
    assert mean["after"] == pytest.approx(kpi[104:].sum())
    assert mean.drop("after").sum() == pytest.approx(mean["after"])
    assert table["from"].iloc[0] == panel["period"].to_numpy()[52]
    assert table["to"].iloc[0] == panel["period"].to_numpy()[104]


@pytest.mark.parametrize(
    ("n_periods", "frequency", "expected"),
    [
        (156, "weekly", (slice(52, 104), slice(104, 156))),
        (90, "weekly", (slice(0, 45), slice(45, 90))),
        (91, "weekly", (slice(1, 46), slice(46, 91))),
        (54, "annual", (slice(52, 53), slice(53, 54))),
        (36, "monthly", (slice(12, 24), slice(24, 36))),
    ],
)
def test_windows_are_years_or_halves(n_periods, frequency, expected):
    assert windows(n_periods, frequency) == expected
