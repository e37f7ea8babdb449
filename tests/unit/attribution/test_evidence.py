"""Experiments and campaigns on a window, brought to the model's calendar and back."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hand_made_customers import make_params, table_of
from mmm.attribution import attribution_tables
from mmm.attribution.evidence import measured_by_experiments, share_in_window
from mmm.params import RunParams
from mmm.params.modelling import Experiment

PERIODS = pd.date_range("2025-01-06", periods=10, freq="7D")


def by_period(**amounts):
    frames = [
        pd.DataFrame({"component": name, "period": PERIODS, "mean": amount})
        for name, amount in amounts.items()
    ]
    return pd.concat(frames, ignore_index=True).assign(outcome="revenue", geo="all")


def experiment(channel="search", **changes):
    given = {
        "channel": channel,
        "start": date(2025, 1, 6),
        "end": date(2025, 1, 19),
        "incremental": 30.0,
        "low": 24.0,
        "high": 37.5,
    }
    return Experiment(**{**given, **changes})


def test_an_experiment_is_brought_to_the_whole_calendar_as_the_model_spreads_it():
    contributions = by_period(search=np.arange(1.0, 11.0))
    # Weeks 1 and 2 hold 3 of 55: 30 measured there are 550 over the calendar.
    assert share_in_window(contributions, "search", date(2025, 1, 6), date(2025, 1, 19)) == pytest.approx(
        3 / 55
    )
    found = measured_by_experiments({"holdout": experiment()}, contributions)["search"]
    assert np.exp(found.log_mean) == pytest.approx(550.0)
    assert found.log_sd == pytest.approx(np.log(1.25) / 1.6448536)


def test_two_experiments_on_a_channel_are_weighed_by_their_precision():
    contributions = by_period(search=np.ones(10))
    twice = {"first": experiment(), "second": experiment(incremental=60.0, low=48.0, high=75.0)}
    found = measured_by_experiments(twice, contributions)["search"]
    assert np.exp(found.log_mean) == pytest.approx(np.sqrt(30 * 60) * 5)


@pytest.mark.parametrize("tested", [experiment(incremental=-5.0, low=-9.0, high=-1.0), experiment("email")])
def test_an_experiment_without_a_positive_effect_says_nothing_here(tested):
    assert measured_by_experiments({"one": tested}, by_period(search=np.ones(10))) == {}
    assert measured_by_experiments({"one": tested}, None) == {}


@dataclass
class Media:
    table: Any
    content: str


@pytest.fixture
def run():
    """Journeys by campaign in weeks 3 to 10, two campaigns of search and one of social."""
    touches = [
        (str(number), moment, channel, campaign, 1, 10.0)
        for number, (moment, channel, campaign) in enumerate(
            [("2025-01-20", "search", "brand")] * 30
            + [("2025-03-10", "search", "generic")] * 10
            + [("2025-02-10", "social", "video")] * 5
            + [("2025-02-12", "direct", None)] * 7
        )
    ]
    columns = ["journey", "date", "channel", "campaign", "converted", "value"]
    spent = pd.DataFrame(
        {
            "date": ["2025-01-06", "2025-01-20", "2025-02-03", "2025-02-10"],
            "channel": ["search", "search", "search", "social"],
            "campaign": ["brand", "brand", "generic", "video"],
            "spend": [1000.0, 100.0, 200.0, 50.0],
        }
    )
    panel = xr.Dataset(
        {
            name: (("geo", "period", "channel"), np.full((1, 10, 2), amount))
            for name, amount in (("spend", 10.0), ("full_cost", 11.0))
        },
        coords={"geo": ["all"], "period": PERIODS, "channel": ["search", "social"]},
    )
    media = Media(table_of(spent.assign(date=pd.to_datetime(spent["date"]))), "media")
    frame = pd.DataFrame(touches, columns=columns)
    journeys = Media(table_of(frame.assign(date=pd.to_datetime(frame["date"]))), "journeys")
    return {"paths": journeys, "media": media}, panel


def summary(**means):
    rows = [
        {"channel": name, **{f"contribution_{stat}": mean for stat in ("mean", "p05", "p95")}}
        for name, mean in means.items()
    ]
    return pd.DataFrame(rows).assign(outcome="revenue", geo="all")


def made_params():
    """The analysis of two channels, with a media source beside its journeys."""
    given = make_params().model_dump()
    given["sources"]["media"] = {"content": "media", "path": "x.csv"}
    return RunParams.model_validate(given)


def test_campaigns_get_the_models_total_of_the_weeks_of_journeys_at_their_full_cost(run):
    tables, panel = run
    found = attribution_tables(
        made_params(),
        tables,
        summary(search=1000.0, social=400.0),
        by_period(search=100.0, social=40.0),
        panel,
    )["campaign_split"].set_index("campaign")
    # Eight of ten weeks: search brought 800, three quarters of it by brand. Fees add a tenth to spend;
    # what was spent before the first journey does not count.
    assert found["contribution_mean"].to_dict() == pytest.approx({"brand": 600, "generic": 200, "video": 320})
    assert found["full_cost"].to_dict() == pytest.approx({"brand": 110, "generic": 220, "video": 55})
    assert found.loc["generic", "romi_mean"] == pytest.approx(200 / 220 - 1)


def test_journeys_without_campaigns_split_nothing(run):
    tables, panel = run
    tables["paths"].table = tables["paths"].table.drop("campaign")
    found = attribution_tables(make_params(), tables, summary(search=1000.0), by_period(search=100.0), panel)
    assert found["campaign_split"].empty
    assert "campaign_split" not in attribution_tables(make_params(), tables, summary(search=1000.0))
