"""Anomalies of every shape are found in time, alarms stay rare and holiday peaks raise none.

Evidence: planted truth (`tests/planted_anomalies.py`), two series in each group of twenty, 24 groups. Bounds are
the targets where the count allows: with 48 anomalies a rate of 0.9 has a standard error of 4.3 points, so a
target is held less two standard errors. The full curve is printed by `benchmarks/steering.py`.
"""

import pytest

from planted_anomalies import measure

N_GROUPS = 24
TARGETS = [
    ("spike", 5.0, 0.82),
    ("drop", 5.0, 0.82),
    ("spike", 7.0, 0.96),
    ("drop", 7.0, 0.96),
    ("outage", 0.0, 1.0),
    ("level_shift", 5.0, 0.9),
    ("trend_break", 1.0, 0.95),
]


@pytest.mark.parametrize("frequency", ["weekly", "daily"])
@pytest.mark.parametrize(("shape", "size", "target"), TARGETS)
def test_anomalies_are_found_in_time_and_alarms_are_rare(shape, size, target, frequency):
    seen = measure(shape, size, frequency, N_GROUPS, 21)
    assert seen.found >= target
    assert seen.false_discoveries <= 0.13
    assert seen.false_alarms <= 0.012
    assert seen.on_peaks <= 0.005


@pytest.mark.parametrize(
    ("shape", "size"),
    [("spike", 7.0), ("drop", 7.0), ("outage", 0.0), ("level_shift", 7.0), ("trend_break", 1.5)],
)
def test_large_anomalies_are_named_by_their_shape(shape, size):
    assert measure(shape, size, "weekly", 20, 5).named >= 0.8
