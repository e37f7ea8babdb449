"""Intervals of a rate against printed ones.

Newcombe (1998), "Two-sided confidence intervals for the single proportion: comparison of seven
methods", Statistics in Medicine 17, 857-872, Table I, method 3 (Wilson's score, 95 %).
"""

import pytest

from mmm.steering.funnel import wilson_interval

Z95 = 1.959963984540054


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_the_printed_one(successes, trials, low, high):
    assert wilson_interval(successes, trials, z=Z95) == (
        pytest.approx(low, abs=5e-5),
        pytest.approx(high, abs=5e-5),
    )
