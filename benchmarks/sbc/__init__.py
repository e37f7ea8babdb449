"""Simulation-based calibration: truths drawn from the beliefs must look like one more posterior draw.

Talts, Betancourt, Simpson, Vehtari, Gelman (2018), "Validating Bayesian inference algorithms with
simulation-based calibration"; Modrak and others (2023) for quantities that also depend on the data.
"""

from sbc.ranks import Verdict, judge
from sbc.runs import Calibration, calibrate

__all__ = ["Calibration", "Verdict", "calibrate", "judge"]
