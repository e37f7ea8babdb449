"""An average of specifications, from its draws to its table: no sampling."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hand_made_average import WEIGHTS, draws_of, make_average, make_members
from hand_made_fit import make_panel, make_plan
from mmm.diagnostics import diagnose
from mmm.diagnostics.specifications import spreads
from mmm.effects import channel_contributions, effect_tables, fitted, forecast, parameters_table
from mmm.effects.draws import media_draws, saturation
from mmm.inference import load_fit, save_fit
from mmm.records import TABLES, VerdictLevel

PANEL = make_panel()
NOTHING_HELD_OUT = pd.DataFrame(columns=list(TABLES["backtest"]))


@pytest.fixture(scope="module")
def fit():
    return make_average(PANEL)


def diagnosed(fit):
    params = SimpleNamespace(currency="EUR", allocation=None)
    return diagnose({"revenue": fit}, PANEL, params, NOTHING_HELD_OUT)


def test_each_specification_has_draws_in_proportion_to_its_weight(fit):
    names = fit.draws["specification"].to_numpy()
    assert [member.spec.name for member in fit.members] == ["geometric-power", "geometric-hill"]
    for member in fit.members:
        assert (names == member.spec.name).mean() == pytest.approx(member.weight, abs=1e-9)
    assert fit.specification == "average"
    assert (fit.draws.sizes["chain"], fit.draws.sizes["draw"]) == (1, 300)


def test_draws_are_those_of_the_specifications_unchanged(fit):
    for own in make_members(PANEL):
        kept = draws_of(fit, own.spec.name)
        whole = own.draws["return"].transpose("chain", "draw", "channel").to_numpy().reshape(-1, 3)
        assert {tuple(row) for row in kept["return"].to_numpy()} <= {tuple(row) for row in whole}
        assert np.isnan(kept["half_saturation"]).all() == (own.spec.saturation == "power")


def test_contributions_are_those_of_each_draws_own_curve(fit):
    # Share of the KPI is exact by construction of each posterior under its own curve for Hill;
    # for power it is not (the posterior is made by hand), so the curve is evaluated here by itself.
    brought = channel_contributions(fit)
    names, draws = fit.draws["specification"].to_numpy(), fit.draws.isel(chain=0)
    hill = names == "geometric-hill"
    np.testing.assert_allclose(
        brought.to_numpy()[hill], draws["share"].to_numpy()[hill] * fit.design.kpi_total, rtol=1e-10
    )
    at = int(np.flatnonzero(~hill)[0])
    retention, exponent, effect = (
        draws[name].isel(draw=at).to_numpy() for name in ("retention", "exponent", "effect")
    )
    previous, total = fit.design.carry_in, np.zeros(3)
    for spend in fit.design.x:
        previous = (1 - retention) * spend + retention * previous
        total += effect * np.where(previous > 0, previous, 0.0) ** exponent
    np.testing.assert_allclose(brought.to_numpy()[at], total * fit.design.outcome_scale, rtol=1e-10)


def test_the_posterior_comes_back_from_its_file(fit, tmp_path):
    save_fit(fit, tmp_path / "posterior.nc")
    again = load_fit(tmp_path / "posterior.nc")
    pd.testing.assert_frame_equal(parameters_table(again), parameters_table(fit))
    np.testing.assert_array_equal(saturation(media_draws(again)), saturation(media_draws(fit)))
    assert [member.checks for member in again.members] == [member.checks for member in fit.members]


def test_every_table_of_effects_can_be_made_of_it(fit):
    tables = effect_tables({"revenue": fit}, PANEL, make_plan(PANEL))
    for name, table in tables.items():
        figures = table.drop(columns=[c for c in table if c in {"actual", "prior_share"}])
        if name != "parameters":
            assert np.isfinite(figures.select_dtypes("number").to_numpy()).all(), name
    assert np.isfinite(forecast(fit, make_plan(PANEL)).mean).all()
    assert np.isfinite(fitted(fit, PANEL).mean).all()
    parameters = tables["parameters"]
    assert set(parameters["specification"]) == {"average", "geometric-hill", "geometric-power"}
    average = parameters[parameters["specification"] == "average"].set_index("name")
    tv = fit.draws["return"].sel(channel="tv").to_numpy()
    assert average.loc["return[tv]", "mean"] == pytest.approx(tv.mean())
    assert average.loc["return[tv]", "r_hat"] >= 1.0 - 1e-3


def test_half_saturation_is_given_in_money_per_period(fit):
    table = parameters_table(fit)
    rows = table[table["specification"] == "geometric-hill"].set_index("name")
    scale = fit.design.media_scale[fit.design.channels.index("tv")]
    for stat in ("mean", "p05", "p95"):
        assert rows.loc["half_saturation_spend[tv]", stat] == pytest.approx(
            scale * rows.loc["half_saturation[tv]", stat]
        )


def test_the_table_says_what_weighs_and_how_far_each_is_from_the_average(fit):
    table = diagnosed(fit).tables["specifications"].set_index("specification")
    assert table["weight"].to_dict() == {"geometric-power": 0.7, "geometric-hill": 0.3, "average": 1.0}
    total = table["media_total_mean"]
    mixed = WEIGHTS[0] * total["geometric-hill"] + WEIGHTS[1] * total["geometric-power"]
    assert mixed == pytest.approx(
        float((fit.draws["return"].mean(["chain", "draw"]) * fit.design.full_cost_total).sum()), rel=0.05
    )
    assert table.loc["geometric-hill", "message"].startswith("Weighs 30% of the average. All media: ")
    assert table.loc["geometric-hill", "farthest_channel"] in fit.design.channels


def test_channels_on_which_specifications_differ_are_flagged(fit):
    checks = {
        check.subject: check for check in diagnosed(fit).checks if check.check == "specifications_differ"
    }
    for channel, (low, high) in spreads(fit).items():
        assert checks[f"revenue/{channel}"].value == pytest.approx(high - low)
        assert checks[f"revenue/{channel}"].passed == (high - low <= 0.5)


def test_a_specification_that_did_not_converge_is_left_out_and_said():
    fit = make_average(PANEL, weights=(1.0, 0.0), left_out=("geometric-power",))
    assert set(fit.draws["specification"].to_numpy()) == {"geometric-hill"}
    diagnosis = diagnosed(fit)
    said = [check for check in diagnosis.checks if check.check == "specification_left_out"]
    assert [(check.subject, check.specification) for check in said] == [("revenue", "geometric-power")]
    table = diagnosis.tables["specifications"].set_index("specification")
    assert table.loc["geometric-power", ["weight", "verdict"]].tolist() == [0.0, "not_usable"]
    verdict = next(v for v in diagnosis.verdicts if v.subject == "revenue")
    assert "not_converged" not in [reason.key for reason in verdict.reasons]
    assert verdict.level is not VerdictLevel.NOT_USABLE
