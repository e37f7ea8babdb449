"""Worlds with planted truth: are the contributions inside their intervals?

Seeds 1 to 20 of the sample generator were fixed before the model was written. False alarms: a
correct model keeps fewer than 10 of 16 intervals (two worlds) once in 50,000 tries; its coverage over 160 intervals
leaves the 99 % binomial band below once in 200. Beyond the band above, intervals are wider than they need: that is reported by
`benchmarks/recovery.py`, and is not a fault of the same kind.
"""

import numpy as np
import pytest
from scipy.stats import binom

from recovery_worlds import recover

OUTCOMES = ("revenue", "new_customers")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_two_worlds_are_recovered(outcome):
    found = [recover(seed, outcome)[0] for seed in (1, 2)]
    assert all(one.r_hat < 1.01 and one.ess > 400 for one in found)
    assert sum(one.covered for one in found) >= 10


@pytest.mark.slow
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_twenty_worlds_are_covered_and_errors_stay_near_the_oracle(outcome):
    pairs = [recover(seed, outcome) for seed in range(1, 21)]
    models, oracles = zip(*pairs, strict=True)
    n_intervals = sum(one.n_channels for one in models)
    covered = sum(one.covered for one in models)
    error, floor = (np.median([one.error for one in found]) for found in (models, oracles))
    assert covered >= binom.ppf(0.005, n_intervals, 0.9)
    assert error < 1.4 * floor
