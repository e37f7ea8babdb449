"""Does the budget follow sales? A signal of reverse causality, not a proof."""

import numpy as np
from scipy.special import fdtrc

from mmm.diagnostics.results import result
from mmm.diagnostics.scores import FloatArray
from mmm.model import Design, ModelSpec
from mmm.records import CheckResult

MIN_PROBABILITY = 0.01
"""Per outcome, over all its channels: false alarms in one analysis out of a hundred."""
LAGS = {"daily": 14, "weekly": 2, "monthly": 2, "annual": 1}
EXPLAINED = ("level", "season", "holidays", "events", "controls")
"""What may drive both sales and spend without one following the other."""


def feedback_checks(design: Design, spec: ModelSpec) -> list[CheckResult]:
    """Check per channel whether past sales predict its spend beyond past spend, season and controls.

    The value is the probability of so much prediction by chance, times the
    number of channels (Bonferroni). Only a positive link counts: more sales,
    then more spend.

    References
    ----------
    Granger (1969), "Investigating causal relations by econometric models and
    cross-spectral methods", Econometrica 37(3).
    """
    n_channels = len(design.channels)
    found = []
    for at, channel in enumerate(design.channels):
        probability, link = follows_sales(design, at, LAGS[spec.frequency])
        value = min(1.0, probability * n_channels) if link > 0 else 1.0
        found.append(
            result(
                "spend_chases_sales",
                f"{spec.outcome}/{channel}",
                passed=value >= MIN_PROBABILITY,
                value=value,
                threshold=MIN_PROBABILITY,
            )
        )
    return found


def follows_sales(design: Design, at: int, n_lags: int) -> tuple[float, float]:
    """Test whether past sales predict a channel's spend.

    Returns
    -------
    tuple of float
        Probability of the F statistic by chance, and the sum of the coefficients of past sales.
    """
    spend = design.x[:, at]
    groups = np.asarray(design.groups)
    known = np.isin(groups, EXPLAINED) | np.array([name == "line" for name in design.basis_names])
    own = _lagged(spend, n_lags)
    sales = _lagged(design.y, n_lags)
    without = np.column_stack([design.basis[n_lags:, known], own])
    both = np.column_stack([without, sales])
    rest_without, _ = _left(without, spend[n_lags:])
    rest_both, coefficients = _left(both, spend[n_lags:])
    freedom = len(spend) - n_lags - np.linalg.matrix_rank(both)
    if freedom < 2 or rest_both <= 0:
        return 1.0, 0.0
    statistic = max(rest_without - rest_both, 0.0) / n_lags / (rest_both / freedom)
    return float(fdtrc(n_lags, freedom, statistic)), float(coefficients[-n_lags:].sum())


def _lagged(values: FloatArray, n_lags: int) -> FloatArray:
    return np.column_stack([values[n_lags - lag : len(values) - lag] for lag in range(1, n_lags + 1)])


def _left(columns: FloatArray, target: FloatArray) -> tuple[float, FloatArray]:
    """Sum of squares that least squares leaves, and its coefficients."""
    coefficients = np.linalg.lstsq(columns, target, rcond=None)[0]
    return float(((target - columns @ coefficients) ** 2).sum()), coefficients
