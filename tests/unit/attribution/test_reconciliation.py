"""Biases of journeys, partially pooled, and what takes them away."""

import numpy as np
import pandas as pd
import pytest

from mmm.attribution import Measurement, campaign_split, draw_biases, measurement, reconciliation_table
from mmm.records import TABLES


def test_a_figure_and_its_interval_become_a_logarithm_with_an_error():
    # 90 % of a log-normal of sd 0.2 around 100.
    width = np.exp(1.6448536 * 0.2)
    found = measurement(100.0, 100.0 / width, 100.0 * width)
    assert found.log_mean == pytest.approx(np.log(100))
    assert found.log_sd == pytest.approx(0.2, rel=1e-6)
    assert measurement(-3.0, -5.0, 1.0) is None
    assert measurement(np.nan, 1.0, 2.0) is None


def test_channels_measured_badly_lean_on_the_others():
    gaps, sds = np.array([0.1, 0.0, -0.1, 0.05, 2.0, 2.0]), np.array([0.1, 0.1, 0.1, 0.1, 0.1, 3.0])
    found = draw_biases(gaps, sds, seed=1).mean(axis=0)
    assert found[4] == pytest.approx(2.0, abs=0.1)
    assert 0.0 < found[5] < 1.2
    np.testing.assert_allclose(found[:4], gaps[:4], atol=0.1)


def test_biases_are_covered_by_their_intervals():
    inside = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        truth = 0.8 + 0.5 * rng.standard_normal(8)
        sds = rng.uniform(0.1, 0.6, 8)
        low, high = np.quantile(
            draw_biases(truth + sds * rng.standard_normal(8), sds, seed), [0.05, 0.95], axis=0
        )
        inside.append((low <= truth) & (truth <= high))
    # 480 intervals of 90 %: three standard errors are 4.1 %.
    assert np.mean(inside) == pytest.approx(0.90, abs=0.045)


def journeys(**values):
    total = sum(values.values())
    frame = pd.DataFrame({"method": "markov", "channel": list(values), "value": list(values.values())})
    share = frame["value"] / total
    return frame.assign(conversions=frame["value"] / 50, share=share, lower=share * 0.9, upper=share * 1.1)


def model(**means):
    return pd.DataFrame(
        [
            {
                "channel": name,
                "contribution_mean": mean,
                "contribution_p05": mean * 0.85,
                "contribution_p95": mean * 1.17,
            }
            for name, mean in means.items()
        ]
    )


def test_the_multiplier_brings_journeys_back_to_the_model():
    found = reconciliation_table(
        journeys(a=200.0, b=220.0, c=210.0, brand=2000.0),
        model(a=100.0, b=100.0, c=100.0, brand=100.0, tv=500.0),
    ).set_index("channel")
    assert tuple(found.reset_index().columns) == TABLES["reconciliation"]
    assert "tv" not in found.index
    assert found.loc["a", "multiplier_mean"] == pytest.approx(0.5, rel=0.1)
    assert found.loc["brand", "multiplier_mean"] == pytest.approx(0.05, rel=0.25)
    assert found["conflict"].to_dict() == {
        "a": "conflict.none",
        "b": "conflict.none",
        "c": "conflict.none",
        "brand": "conflict.journeys_too_high",
    }


def test_an_experiment_moves_the_truth_and_says_when_it_contradicts_the_model():
    tested = {"a": Measurement(log_mean=float(np.log(400.0)), log_sd=0.05)}
    seen, modelled = journeys(a=200.0, b=200.0, c=200.0), model(a=100.0, b=100.0, c=100.0)
    found = reconciliation_table(seen, modelled, tested).set_index("channel")
    assert found.loc["a", "conflict"] == "conflict.model_against_experiment"
    assert found.loc["a", "multiplier_mean"] > 1.2
    assert found.loc["a", "experiment"] == pytest.approx(400.0)


def test_without_a_model_nothing_is_reconciled():
    assert reconciliation_table(journeys(a=1.0), None).empty


def test_campaigns_share_out_what_the_model_gives_their_channel():
    credited = pd.DataFrame(
        {"channel": ["a", "a", "b"], "campaign": ["x", "y", "z"], "conversions": [30.0, 10.0, 5.0]}
    )
    found = campaign_split(
        model(a=100.0, b=60.0), credited, {("a", "x"): 50.0, ("a", "y"): 50.0, ("b", "z"): 20.0}
    )
    assert found["contribution_mean"].tolist() == [75.0, 25.0, 60.0]
    assert found["romi_mean"].tolist() == [0.5, -0.5, 2.0]
    assert found.groupby("channel")["share"].sum().tolist() == [1.0, 1.0]
