"""The one call of notebook 30, and what the customers' part takes from the fit."""

from types import SimpleNamespace

import numpy as np
import pytest

from hand_made_fit import make_fit, make_panel, make_plan
from mmm.effects import (
    channel_summary,
    effect_tables,
    incremental_customers,
    marginal_customers,
    return_draws,
)
from mmm.records import TABLES, Verdict, VerdictLevel


@pytest.fixture(scope="module")
def panel():
    return make_panel()


@pytest.fixture(scope="module")
def fits(panel):
    return {
        "revenue": make_fit(panel),
        "new_customers": make_fit(panel, "new_customers", value_per_unit=None),
    }


def test_every_table_has_the_columns_of_the_run_folder(panel, fits):
    tables = effect_tables(fits, panel, make_plan(panel))
    assert set(tables) == {
        "channel_summary", "contributions", "fit", "forecast", "parameters", "response_curves", "waterfall",
    }  # fmt: skip
    for name, table in tables.items():
        assert tuple(table.columns) == TABLES[name], name
        assert set(table["outcome"]) == {"revenue", "new_customers"}, name
    assert "forecast" not in effect_tables(fits, panel, None)


def test_levels_come_from_verdicts_or_from_their_plain_form(panel, fits):
    verdicts = [
        Verdict(subject="revenue/tv", level=VerdictLevel.CAUTION),
        {"subject": "revenue", "level": "not_usable", "reasons": []},
    ]
    summary = effect_tables(fits, panel, None, verdicts)["channel_summary"]
    rows = summary[summary["outcome"] == "revenue"].set_index("channel")["verdict"]
    assert rows.to_dict() == {"search": "", "tv": "with_caution", "radio": "", "all": "not_usable"}


def test_all_media_together_is_a_row_of_its_own_with_the_interval_of_the_sum(panel, fits):
    summary = channel_summary(fits, panel)
    rows = summary[summary["outcome"] == "revenue"].set_index("channel")
    each, together = rows.drop("all"), rows.loc["all"]
    assert together["contribution_mean"] == pytest.approx(each["contribution_mean"].sum())
    assert together["full_cost"] == pytest.approx(each["full_cost"].sum())
    draws = return_draws(fits["revenue"], panel)
    value = draws.contribution.sum(axis=1) / draws.full_cost.sum()
    assert together["return_p05"] == pytest.approx(np.quantile(value, 0.05))
    assert together["return_p05"] > (each["return_p05"] * each["full_cost"]).sum() / together["full_cost"]
    kpi = float(panel["kpi"].sel(outcome="revenue").sum())
    assert together["share_of_kpi"] == pytest.approx(together["contribution_mean"] / kpi)


def test_customers_get_draws_of_what_each_channel_brought(panel, fits):
    asked = SimpleNamespace(customers=SimpleNamespace(new_customers="new_customers"))
    brought = incremental_customers(fits, panel, asked)
    more = marginal_customers(fits, panel, asked)
    draws = return_draws(fits["new_customers"], panel)
    assert brought.dims == ("draw", "channel")
    np.testing.assert_allclose(brought.sel(channel="tv"), draws.contribution[:, 1])
    np.testing.assert_allclose(more.sel(channel="tv"), draws.marginal[:, 1] / draws.marginal_cost[1])
    for without in (None, SimpleNamespace(new_customers=None)):
        assert incremental_customers(fits, panel, SimpleNamespace(customers=without)) is None
        assert marginal_customers(fits, panel, SimpleNamespace(customers=without)) is None
