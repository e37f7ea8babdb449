"""A backtest on a world that the model can know: it beats last year, and its intervals hold.

False alarms: coverage of 13 periods by 80 % intervals is under 7 of 13 once in a hundred worlds, and the
seed is fixed. Sampling takes about a second.
"""

import numpy as np
import pytest
from ruamel.yaml import YAML

from hand_made_fit import make_panel
from mmm.diagnostics import backtest_checks, backtests, rolling_origins
from mmm.model import ModelSpec
from mmm.params import RunParams
from mmm.records import TABLES

SPEC = ModelSpec(outcome="revenue", controls=("price_index",), harmonics=2, draws=500, warmup=500)


@pytest.fixture(scope="module")
def panel():
    return make_panel()


@pytest.fixture(scope="module")
def table(panel):
    return rolling_origins(panel, [SPEC], 1, 1)


def test_a_known_world_is_forecast_better_than_by_last_year(table):
    assert tuple(table.columns) == TABLES["backtest"]
    assert all(check.passed for check in backtest_checks(table))


def test_the_last_quarter_is_held_out_and_compared_with_a_year_before(panel, table):
    kpi = panel["kpi"].sel(outcome="revenue").isel(geo=0).to_numpy()
    np.testing.assert_allclose(table["actual"], kpi[-13:])
    np.testing.assert_allclose(table["naive"], kpi[-65:-52])
    assert table["period"].tolist() == panel["period"].to_index()[-13:].tolist()
    # Scores of a calibrated normal forecast with this noise (20,000): CRPS about 0.56 sigma or 11,300.
    assert 6_000 < table["crps"].mean() < 20_000


def test_the_forecast_does_not_see_what_it_is_judged_on(panel, table):
    changed = panel.copy(deep=True)
    changed["kpi"][..., -13:] *= 3
    again = rolling_origins(changed, [SPEC], 1, 1)
    np.testing.assert_allclose(again["mean"], table["mean"])
    np.testing.assert_allclose(again["actual"], 3 * table["actual"])


def test_each_further_origin_steps_back_and_forecasts_what_it_has_not_seen(panel, root):
    demo = (root / "params" / "demo.yaml").read_text("utf-8")
    params = params_of(demo, draws=300)
    folds = backtests(panel, params, n_folds=3)
    periods = panel["period"].to_index()
    assert set(folds["fold"]) == {1, 2, 3}
    for (fold, _), rows in folds.groupby(["fold", "specification"]):
        end = len(periods) - 13 * (fold - 1)
        assert rows["period"].tolist() == periods[end - 13 : end].tolist()


def test_an_origin_that_leaves_too_little_to_the_fit_is_not_tried(panel, root):
    demo = (root / "params" / "demo.yaml").read_text("utf-8")
    folds = backtests(panel, params_of(demo, draws=300, backtest_periods=60), n_folds=4)
    assert set(folds["fold"]) == {1}


def params_of(text, draws, **model):
    values = YAML(typ="safe", pure=True).load(text)
    values["outcomes"] = {"revenue": values["outcomes"]["revenue"]}
    values["model"] |= {"draws": draws, "warmup": draws, "chains": 2, "events": {}, **model}
    for section in ("customers", "attribution", "allocation", "steering"):
        del values[section]
    return RunParams.model_validate(values, strict=False)
