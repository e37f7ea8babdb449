"""From journeys to the published tables, and the judgement beside model and platforms."""

import time

import numpy as np
import pandas as pd
import pytest

from hand_made_customers import CHANNELS, Source, make_params, table_of
from mmm.attribution import (
    METHODS,
    attribution_checks,
    attribution_table,
    attribution_tables,
    triangulation_table,
)
from mmm.records import TABLES
from mmm.texts import LANGUAGES, say

NAMES = ["search", "social", "direct"]


@pytest.fixture(scope="module")
def params():
    return make_params()


@pytest.fixture(scope="module")
def paths():
    return table_of(
        pd.DataFrame(
            {
                "path": ["search", "social > search", "social", "direct", "social > direct"],
                "conversions": [120, 60, 10, 80, 30],
                "value": [1200.0, 900.0, 90.0, 640.0, 500.0],
                "nulls": [400, 300, 900, 200, 100],
            }
        )
    )


def summary(search, social, **others):
    """Contributions of the model: mean, lower, upper."""
    rows = {"search": search, "social": social, **others}
    figures = pd.DataFrame.from_dict(rows, orient="index", columns=["mean", "p05", "p95"]).add_prefix(
        "contribution_"
    )
    return figures.rename_axis("channel").reset_index().assign(outcome="revenue", geo="all")


def test_every_method_shares_out_the_same_total(params, paths):
    table = attribution_table(paths, params)
    assert tuple(table.columns) == TABLES["attribution"]
    assert list(dict.fromkeys(table["method"])) == [method for method in METHODS if method != "time_decay"]
    totals = table.groupby("method")[["conversions", "value", "share"]].sum()
    np.testing.assert_allclose(totals, np.tile([300.0, 3_330.0, 1.0], (7, 1)))
    assert (table["lower"] <= table["share"]).all()
    assert (table["share"] <= table["upper"]).all()


def test_the_rules_on_three_channels(params, paths):
    table = attribution_table(paths, params).pivot_table(
        index="channel", columns="method", values="conversions"
    )
    assert table.loc[NAMES, "first"].tolist() == [120, 100, 80]
    assert table.loc[NAMES, "last"].tolist() == [180, 10, 110]
    assert table.loc[NAMES, "linear"].tolist() == [150, 55, 95]


def test_the_same_seed_gives_the_same_bytes(params, paths):
    assert attribution_table(paths, params).to_csv() == attribution_table(paths, params).to_csv()


def test_journeys_without_a_conversion_credit_nothing_and_say_so(params):
    lost = table_of(pd.DataFrame({"path": ["search", "social"], "conversions": [0, 0], "nulls": [5, 6]}))
    sources = {"paths": Source(lost, "journeys")}
    tables = attribution_tables(params, sources, summary([1.0, 0.5, 2.0], [1.0, 0.5, 2.0]))
    assert tables["attribution"].empty
    assert tables["triangulation"]["agreement"].tolist() == ["agreement.not_in_journeys"] * 2
    failed = [check.check for check in attribution_checks(params, sources) if not check.passed]
    assert failed == ["attribution.conversions"]


def test_what_journeys_cannot_see_is_said(params):
    narrow = table_of(pd.DataFrame({"path": ["search > " * 60 + "search"], "conversions": [500]}))
    checks = attribution_checks(params, {"paths": Source(narrow, "journeys")})
    found = {check.check: check for check in checks if not check.passed}
    assert set(found) == {"attribution.unconverted", "attribution.seen", "attribution.path_length"}
    assert found["attribution.seen"].subject == "social"


def test_triangulation_compares_paid_channels_alone(params, paths):
    table = triangulation_table(
        attribution_table(paths, params),
        summary([600.0, 550.0, 650.0], [200.0, 100.0, 300.0]),
        {"search": 30.0},
        CHANNELS,
    )
    assert tuple(table.columns) == TABLES["triangulation"]
    assert table["model"].tolist() == [0.75, 0.25]
    assert table["journeys"].sum() == pytest.approx(1.0)
    assert table["platform"].tolist()[0] == 1.0
    assert np.isnan(table["platform"].tolist()[1])
    assert table["experiment"].isna().all()


@pytest.mark.parametrize(
    ("search", "social", "words"),
    [
        ([700.0, 600.0, 800.0], [300.0, 200.0, 400.0], ["agree", "agree"]),
        ([200.0, 150.0, 250.0], [800.0, 700.0, 900.0], ["journeys_higher", "journeys_lower"]),
        ([980.0, 970.0, 990.0], [20.0, 10.0, 30.0], ["journeys_lower", "journeys_higher"]),
    ],
)
def test_agreement_is_judged_on_intervals(params, paths, search, social, words):
    table = triangulation_table(attribution_table(paths, params), summary(search, social), {}, CHANNELS)
    assert table["agreement"].tolist() == [f"agreement.{word}" for word in words]


def test_a_channel_without_touches_is_unknown_to_journeys_not_worthless(params, paths):
    model = summary([700.0, 600.0, 800.0], [300.0, 200.0, 400.0], tv=[900.0, 500.0, 1_300.0])
    table = triangulation_table(attribution_table(paths, params), model, {}, [*CHANNELS, "tv"]).set_index(
        "channel"
    )
    assert np.isnan(table.loc["tv", "journeys"])
    assert table["agreement"].tolist() == ["agreement.agree", "agreement.agree", "agreement.not_in_journeys"]


def test_without_a_model_there_is_nothing_to_agree_with(params, paths):
    table = attribution_tables(params, {"paths": Source(paths, "journeys")}, None)["triangulation"]
    assert set(table["agreement"]) == {"agreement.no_model"}
    assert table["model"].isna().all()


def test_platform_conversions_are_summed_over_the_calendar(params, paths):
    media = table_of(
        pd.DataFrame(
            {
                "date": pd.to_datetime(["2024-12-30", "2025-01-06", "2025-02-03", "2025-02-03"]).date,
                "channel": ["search", "search", "search", "social"],
                "conversions": [1_000.0, 20.0, 10.0, None],
            }
        )
    )
    sources = {"paths": Source(paths, "journeys"), "ads": Source(media, "media")}
    platform = attribution_tables(params, sources, None)["triangulation"].set_index("channel")["platform"]
    assert platform["search"] == 1.0
    assert np.isnan(platform["social"])


def test_without_an_attribution_section_there_is_no_table(params):
    assert attribution_tables(params.model_copy(update={"attribution": None}), {}, None) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_agreements_and_notices_are_worded_in_both_languages(language):
    for word in ("agree", "journeys_higher", "journeys_lower", "not_in_journeys", "no_model"):
        assert say(f"agreement.{word}", language)
    for check in ("conversions", "unconverted", "seen", "path_length"):
        assert say(f"check.attribution.{check}.message", language, subject="x", value=1.0, threshold=2.0)
        assert say(f"check.attribution.{check}.action", language)


def test_sixty_thousand_journeys_take_no_time(params):
    rng = np.random.default_rng(1)
    n = 130_000
    frame = pd.DataFrame(
        {
            "journey": np.sort(rng.integers(0, 60_000, n)),
            "date": pd.Timestamp("2025-03-01") + pd.to_timedelta(rng.integers(0, 86_400 * 20, n), unit="s"),
            "channel": rng.choice([f"c{k}" for k in range(10)], n),
            "converted": (rng.random(n) < 0.07).astype(int),
            "value": 50.0,
        }
    )
    table, start = table_of(frame), time.perf_counter()
    attribution_table(table, params)
    assert (
        time.perf_counter() - start < 6.0
    )  # 0.6 s alone on two cores; the bound leaves room for a busy machine
