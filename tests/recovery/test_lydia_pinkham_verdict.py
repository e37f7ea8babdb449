"""Lydia Pinkham, 54 annual points: the verdict says in words how little they prove.

No true return is known. Known traps: the budget was set from sales, and yearly totals exaggerate carry-over
(data/real/README.md of the reference data; Granger's test of the link is ours).
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from mmm.diagnostics import diagnose, rolling_origins
from mmm.inference import fit
from mmm.model import ModelSpec
from mmm.records import VerdictLevel
from mmm.texts import say

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def diagnosis(reference_data):
    table = pd.read_csv(reference_data / "real" / "lydia_pinkham_annual.csv")
    spend = 1_000 * table["advertising_kusd"].to_numpy(float)[None, :, None]
    panel = xr.Dataset(
        {
            "spend": (("geo", "period", "channel"), spend),
            "full_cost": (("geo", "period", "channel"), spend),
            "fee_rate": ("channel", [0.0]),
            "kpi": (("outcome", "geo", "period"), 1_000 * table["sales_kusd"].to_numpy(float)[None, None]),
        },
        coords={
            "geo": ["all"],
            "period": pd.to_datetime(table["year"].astype(str) + "-01-01").to_numpy(),
            "channel": ["advertising"],
            "outcome": ["sales"],
        },
        attrs={"currency": "USD", "frequency": "annual"},
    )
    spec = ModelSpec(outcome="sales", frequency="annual", harmonics=0, knot_spacing=5)
    fits = {"sales": fit(panel, spec, seed=1)}
    params = SimpleNamespace(currency="USD", allocation=None)
    return diagnose(fits, panel, params, rolling_origins(panel, [spec], 1, 1))


def test_the_verdict_is_not_usable_and_says_why_in_both_languages(diagnosis):
    assert diagnosis.verdict.level is VerdictLevel.NOT_USABLE
    reasons = {reason.key: reason for reason in diagnosis.verdict.reasons}
    assert list(reasons)[:3] == ["outcome_not_usable", "annual_feedback", "annual_points"]
    feedback = reasons["annual_feedback"].figures
    assert "nobody can tell whether advertising moved sales" in say(
        "reason.annual_feedback", "en", **feedback
    )
    assert "54 points de cette sorte montrent une association" in say(
        "reason.annual_feedback", "fr", **feedback
    )
    points = reasons["annual_points"].figures
    assert "exaggerate carry-over" in say("reason.annual_points", "en", **points)
    assert "exagèrent la rémanence" in say("reason.annual_points", "fr", **points)


def test_past_sales_predict_the_budget(diagnosis):
    # F(1, 50) = 17.63 by least squares of advertising on its past and on past sales, with a trend: p = 1.1e-4.
    found = next(check for check in diagnosis.checks if check.check == "spend_chases_sales")
    assert not found.passed
    assert found.value == pytest.approx(1.1286e-4, rel=1e-3)
    assert np.isfinite(found.value)
