"""PyMC-Marketing's own example, whose generator is public: shares 29.05 % and 6.97 % of sales, 179 weeks.

Its season, trend, curve (logistic) and carry-over (eight weeks) are not ours. Printed truth of somebody else.
"""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from mmm.inference import convergence_problems, fit
from mmm.model import ModelSpec

pytestmark = pytest.mark.reference
TRUTH = np.array([0.2905, 0.0697])


@pytest.fixture(scope="module")
def share(reference_data):
    table = pd.read_csv(
        reference_data / "peers" / "pymc_marketing_mmm_example.csv", parse_dates=["date_week"]
    )
    spend = 1_000 * table[["x1", "x2"]].to_numpy()[None]
    panel = xr.Dataset(
        {
            "spend": (("geo", "period", "channel"), spend),
            "full_cost": (("geo", "period", "channel"), spend),
            "kpi": (("outcome", "geo", "period"), table["y"].to_numpy(float)[None, None]),
            "event_share": (("period", "event"), table[["event_1", "event_2"]].to_numpy(float)),
        },
        coords={
            "geo": ["all"],
            "period": table["date_week"].to_numpy().astype("datetime64[ns]"),
            "channel": ["x1", "x2"],
            "outcome": ["sales"],
            "event": ["event_1", "event_2"],
        },
        attrs={"currency": "EUR", "frequency": "weekly"},
    )
    found = fit(panel, ModelSpec(outcome="sales"), seed=1)
    assert convergence_problems(found) == []
    return found.draws["share"].to_numpy().reshape(-1, 2)


def test_the_true_shares_are_inside_the_intervals(share):
    low, high = np.quantile(share, [0.05, 0.95], axis=0)
    assert np.all((low < TRUTH) & (high > TRUTH))


def test_the_mean_shares_are_within_three_points_of_the_truth(share):
    assert np.abs(share.mean(axis=0) - TRUTH).max() < 0.03
