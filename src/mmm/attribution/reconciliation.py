"""What journeys, model and experiments say together: a bias per channel, and what to multiply journeys by.

Journeys see present touches, not causes: log(journeys) = log(truth) + bias, one bias per channel. The
model, and an experiment where there is one, measure log(truth) with a known error. Biases share a
distribution, Normal(mean, spread), learnt from the channels: a channel measured badly leans on the
others, one measured well does not. The mean takes up whatever scale separates the two sources.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mmm.records import TABLES

FloatArray = NDArray[np.float64]

N_DRAWS = 4000
_SPREADS = np.linspace(0.01, 3.0, 300)
_PRIOR_SPREAD = 1.0
"""Half-normal scale of the spread of biases: a factor of e between channels is ordinary."""
_Z = 1.6448536269514722
"""Half-width of a central 90 % interval, in standard deviations."""
_LEAST_SD = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One figure with its error, on the log scale."""

    log_mean: float
    log_sd: float


def measurement(mean: float, p05: float, p95: float) -> Measurement | None:
    """Give a positive figure with its 90 % interval as a measurement; None where it has no logarithm.

    An interval that reaches 0 or less is taken as wide as its upper half says.
    """
    if not (np.isfinite([mean, p05, p95]).all() and mean > 0 and p95 > 0):
        return None
    above = np.log(max(p95, mean) / mean) / _Z
    below = np.log(mean / p05) / _Z if 0 < p05 <= mean else 2.0 * above
    return Measurement(log_mean=float(np.log(mean)), log_sd=float(max((above + below) / 2.0, _LEAST_SD)))


def combined(first: Measurement, second: Measurement | None) -> Measurement:
    """Weigh two independent measurements of one thing by their precisions."""
    if second is None:
        return first
    weights = np.array([first.log_sd, second.log_sd]) ** -2.0
    means = np.array([first.log_mean, second.log_mean])
    return Measurement(
        log_mean=float(np.average(means, weights=weights)), log_sd=float(weights.sum() ** -0.5)
    )


def draw_biases(gaps: FloatArray, sds: FloatArray, seed: int, n_draws: int = N_DRAWS) -> FloatArray:
    """Draw the bias of each channel, (draw, channel), partially pooled.

    The spread is integrated on a grid, the mean in closed form (flat prior): Gelman et al., Bayesian Data
    Analysis, section 5.4.

    Parameters
    ----------
    gaps : ndarray of shape (n_channels,)
        log(journeys) - log(truth) as measured.
    sds
        Their standard deviations, both sides' errors together.
    """
    rng = np.random.default_rng(seed)
    precision = 1.0 / (sds**2 + _SPREADS[:, None] ** 2)
    total = precision.sum(axis=1)
    centre = (precision @ gaps) / total
    log_weight = -0.5 * (_SPREADS / _PRIOR_SPREAD) ** 2 - 0.5 * np.log(total)
    log_weight += 0.5 * np.log(precision).sum(axis=1)
    log_weight -= 0.5 * (precision * (gaps - centre[:, None]) ** 2).sum(axis=1)
    weight = np.exp(log_weight - log_weight.max())
    chosen = rng.choice(len(_SPREADS), size=n_draws, p=weight / weight.sum())
    mean = centre[chosen] + rng.standard_normal(n_draws) / np.sqrt(total[chosen])
    shared = 1.0 / _SPREADS[chosen, None] ** 2
    own = 1.0 / sds**2
    middle = (own * gaps + shared * mean[:, None]) / (own + shared)
    return np.asarray(middle + rng.standard_normal((n_draws, len(gaps))) / np.sqrt(own + shared))


def reconciliation_table(
    attribution: pd.DataFrame,
    channel_summary: pd.DataFrame | None,
    experiments: Mapping[str, Measurement] | None = None,
    *,
    method: str = "markov",
    seed: int = 0,
) -> pd.DataFrame:
    """Tabulate, per channel that both see, the bias of journeys and the multiplier that takes it away.

    Parameters
    ----------
    attribution
        What `attribution_table` gives; its `value` where journeys carry money, else its conversions.
    channel_summary
        Rows of one outcome, geo `all`: contribution and its interval. None without a model: no row.
    experiments
        log of the contribution that tests measured, on the same total, by channel.
    method, seed
        Attribution method that stands for journeys; seed of the draws.

    Returns
    -------
    DataFrame
        `multiplier`: the incremental outcome per unit that journeys credit. Multiply daily journey figures
        by it between two fits. `conflict` is a text key, `conflict.<word>`: none, journeys_too_high,
        journeys_too_low (against the other channels), model_against_experiment.
    """
    columns = list(TABLES["reconciliation"])
    found = _measured(attribution, channel_summary, experiments or {}, method)
    if not found:
        return pd.DataFrame(columns=columns)
    gaps = np.array([row["journeys_log"].log_mean - row["truth"].log_mean for row in found])
    sds = np.array([np.hypot(row["journeys_log"].log_sd, row["truth"].log_sd) for row in found])
    biases = draw_biases(gaps, sds, seed)
    rows = []
    for place, row in enumerate(found):
        bias, usual = biases[:, place], np.median(biases, axis=1)
        rows.append(
            {
                **{name: row[name] for name in ("channel", "journeys", "model", "experiment")},
                **_interval("bias", bias),
                **_interval("multiplier", np.exp(-bias)),
                "conflict": f"conflict.{_conflict(row, bias - usual)}",
            }
        )
    return pd.DataFrame(rows, columns=columns)


def _measured(
    attribution: pd.DataFrame,
    channel_summary: pd.DataFrame | None,
    experiments: Mapping[str, Measurement],
    method: str,
) -> list[dict[str, Any]]:
    """Channels with both a journey figure and a model figure above 0, as measurements."""
    if channel_summary is None or channel_summary.empty or attribution.empty:
        return []
    by_method = attribution[attribution["method"] == method]
    unit = "value" if by_method["value"].sum() > 0 else "conversions"
    journeys: dict[str, Any] = {row["channel"]: row for row in by_method.to_dict("records")}
    found = []
    for row in channel_summary.to_dict("records"):
        seen = journeys.get(row["channel"])
        if seen is None:
            continue
        model = measurement(*(row[f"contribution_{stat}"] for stat in ("mean", "p05", "p95")))
        credited = measurement(seen["share"], seen["lower"], seen["upper"])
        if model is None or credited is None or seen[unit] <= 0:
            continue
        tested = experiments.get(str(row["channel"]))
        found.append(
            {
                "channel": str(row["channel"]),
                "journeys": float(seen[unit]),
                "model": float(row["contribution_mean"]),
                "experiment": float(np.exp(tested.log_mean)) if tested else float("nan"),
                "journeys_log": Measurement(log_mean=float(np.log(seen[unit])), log_sd=credited.log_sd),
                "model_log": model,
                "tested": tested,
                "truth": combined(model, tested),
            }
        )
    return found


def _conflict(row: Mapping[str, Any], apart: FloatArray) -> str:
    tested, model = row["tested"], row["model_log"]
    if tested is not None:
        gap = abs(tested.log_mean - model.log_mean) / np.hypot(tested.log_sd, model.log_sd)
        if gap > _Z:
            return "model_against_experiment"
    low, high = np.quantile(apart, [0.05, 0.95])
    return "journeys_too_high" if low > 0 else "journeys_too_low" if high < 0 else "none"


def _interval(name: str, draws: FloatArray) -> dict[str, float]:
    low, high = np.quantile(draws, [0.05, 0.95])
    return {f"{name}_mean": float(draws.mean()), f"{name}_p05": float(low), f"{name}_p95": float(high)}
