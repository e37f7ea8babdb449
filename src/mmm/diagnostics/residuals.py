"""What the model misses: whether it persists, and where it is large."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import chdtrc

from mmm.diagnostics.results import result
from mmm.diagnostics.scores import FloatArray
from mmm.effects import fitted
from mmm.records import CheckResult

if TYPE_CHECKING:
    from mmm.inference import Fit

MAX_AUTOCORRELATION = 0.25
CHANCE = 0.01
"""Of a Ljung-Box statistic: an autocorrelation that chance explains is no failure."""
FAR = 4.0
"""Robust standard deviations from the model's expectation."""
MAX_OUTLIER_SHARE = 0.02
MAX_MEDIA_SHARE = 0.6


def residual_checks(fit: "Fit", panel: xr.Dataset) -> list[CheckResult]:
    """Check that residuals look like noise, and that media do not explain the implausible."""
    outcome, name = fit.spec.outcome, fit.specification
    left = residuals(fit, panel)
    persistence, chance = autocorrelation(left)
    n_far = float(len(outlying_periods(left)))
    allowed = max(1.0, np.floor(MAX_OUTLIER_SHARE * len(left)))
    share = float(fit.draws["share"].sum("channel").mean())
    figures = [
        ("residual_autocorrelation", abs(persistence) <= MAX_AUTOCORRELATION or chance >= CHANCE,
         persistence, MAX_AUTOCORRELATION),
        ("outliers", n_far <= allowed, n_far, allowed),
        ("media_share", share <= MAX_MEDIA_SHARE, share, MAX_MEDIA_SHARE),
    ]  # fmt: skip
    return [
        result(check, outcome, passed=passed, value=value, threshold=limit, specification=name)
        for check, passed, value, limit in figures
    ]


def residuals(fit: "Fit", panel: xr.Dataset) -> FloatArray:
    """Give the KPI minus what the model expects of it on average, per period, in mean KPI."""
    expected = fitted(fit, panel).mean.mean(axis=0)
    return np.asarray(fit.design.y - expected / fit.design.outcome_scale)


def autocorrelation(left: FloatArray) -> tuple[float, float]:
    """Give the correlation of neighbouring residuals and the Ljung-Box probability of chance.

    References
    ----------
    Ljung and Box (1978), "On a measure of lack of fit in time series models", Biometrika 65(2).
    """
    n_lags = max(1, min(10, len(left) // 5))
    lags = np.arange(1, n_lags + 1)
    centred = left - left.mean()
    correlation = np.array([centred[lag:] @ centred[:-lag] for lag in lags]) / (centred @ centred)
    statistic = len(left) * (len(left) + 2) * (correlation**2 / (len(left) - lags)).sum()
    return float(correlation[0]), float(chdtrc(n_lags, statistic))


def outlying_periods(left: FloatArray) -> NDArray[np.intp]:
    """Give the positions whose residual is far from the others', by a robust standard deviation."""
    centred = left - np.median(left)
    spread = 1.4826 * np.median(np.abs(centred))
    return np.flatnonzero(np.abs(centred) > FAR * spread)
