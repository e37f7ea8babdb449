"""What the data alone say of the question: enough rows, spend that varies, spend that follows sales."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from mmm.diagnostics.feedback import feedback_checks
from mmm.diagnostics.results import result
from mmm.diagnostics.scores import FloatArray
from mmm.model import Design, ModelSpec
from mmm.model.spec import PERIODS_PER_YEAR
from mmm.records import CheckResult
from mmm.transforms import geometric_adstock

MIN_ROWS_PER_PARAMETER = 3.0
MIN_YEARS = 2.0
"""A season seen once cannot be told from a campaign of the same months."""
MIN_PERIODS_PER_YEAR = 4
MIN_ACTIVE_PERIODS = 8
MIN_VARIATION = 0.1
"""Standard deviation of spend over its mean."""
MAX_SPEND_CORRELATION = 0.8
MAX_BASELINE_SHARE = 0.9
MAX_SPEND_RATIO = 12.0
"""Highest period over the median active one: a unit break adds a factor 10 to the usual ratio."""
TYPICAL_RETENTION = 0.5
"""Spend of two channels is compared as spent and as carried over with this."""


def data_checks(design: Design, spec: ModelSpec) -> list[CheckResult]:
    """Check what needs no fit: history, spend by channel, spend that chases sales."""
    return [*history_checks(design, spec), *spend_checks(design), *feedback_checks(design, spec)]


def history_checks(design: Design, spec: ModelSpec) -> list[CheckResult]:
    """Check that there are enough periods, fine enough, for what is estimated."""
    n_periods = len(design.periods)
    n_parameters = 4 * len(design.channels) + len(design.baseline.amplitudes) + 2
    a_year = PERIODS_PER_YEAR[spec.frequency]
    asked = [
        ("rows_per_parameter", n_periods / n_parameters, MIN_ROWS_PER_PARAMETER),
        ("short_history", n_periods / a_year, MIN_YEARS),
        ("annual_periods", float(a_year), float(MIN_PERIODS_PER_YEAR)),
    ]
    return [
        result(check, spec.outcome, passed=value >= least, value=value, threshold=least)
        for check, value, least in asked
    ]


def spend_checks(design: Design) -> list[CheckResult]:
    """Check each channel's spend: often enough, varied, without wild amounts, apart from the rest.

    Subjects are channels, or a pair of channels joined by a comma: the same
    for every outcome.
    """
    found: list[CheckResult] = []
    for at, channel in enumerate(design.channels):
        spend = design.x[:, at]
        active = spend[spend > 0]
        variation = float(spend.std() / spend.mean())
        peak = float(active.max() / np.median(active))
        explained = baseline_share(design, at)
        found += [
            _at_least("active_periods", channel, float(len(active)), MIN_ACTIVE_PERIODS),
            _at_least("channel_variation", channel, variation, MIN_VARIATION),
            _at_most("spend_outlier", channel, peak, MAX_SPEND_RATIO),
            _at_most("collinear_baseline", channel, explained, MAX_BASELINE_SHARE),
        ]
    return [*found, *_collinear_pairs(design)]


def baseline_share(design: Design, at: int) -> float:
    """Give the share of a channel's spend that season, trend line and controls explain, adjusted R2."""
    groups = np.asarray(design.groups)
    steps = np.array([name.startswith("step_") for name in design.basis_names])
    columns = design.basis[:, ~steps & np.isin(groups, ["level", "trend", "season", "controls"])]
    spend = design.x[:, at]
    fitted = columns @ np.linalg.lstsq(columns, spend, rcond=None)[0]
    n_rows, n_columns = columns.shape
    total = float(((spend - spend.mean()) ** 2).sum())
    if total == 0 or n_rows <= n_columns:
        return 1.0
    left = float(((spend - fitted) ** 2).sum()) / (n_rows - n_columns)
    return float(max(0.0, 1.0 - left / (total / (n_rows - 1))))


def _collinear_pairs(design: Design) -> Iterator[CheckResult]:
    """Give every pair that moves together; the closest pair when none does."""
    alike = spend_correlation(design)
    pairs = list(combinations(range(len(design.channels)), 2))
    together = [pair for pair in pairs if alike[pair] > MAX_SPEND_CORRELATION]
    for pair in together or sorted(pairs, key=lambda pair: -alike[pair])[:1]:
        names = ", ".join(design.channels[at] for at in pair)
        yield _at_most("collinear_spend", names, float(alike[pair]), MAX_SPEND_CORRELATION)


def spend_correlation(design: Design) -> FloatArray:
    """Give the correlation of spend between channels, as spent or as carried over, the larger one."""
    carried = geometric_adstock(design.x.T, TYPICAL_RETENTION, design.carry_in)
    with np.errstate(invalid="ignore", divide="ignore"):
        alike = np.maximum(np.corrcoef(design.x.T), np.corrcoef(carried))
    return np.nan_to_num(np.atleast_2d(alike))


def _at_least(check: str, subject: str, value: float, least: float) -> CheckResult:
    return result(check, subject, passed=value >= least, value=value, threshold=least)


def _at_most(check: str, subject: str, value: float, most: float) -> CheckResult:
    return result(check, subject, passed=value <= most, value=value, threshold=most)
