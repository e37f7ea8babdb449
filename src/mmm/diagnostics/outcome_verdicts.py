"""May we decide on this outcome's figures, and on the run? Give the answers and their reasons."""

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from mmm.diagnostics.backtesting import skill
from mmm.diagnostics.channel_verdicts import Judgement, ranked
from mmm.diagnostics.evidence import Evidence
from mmm.records import Reason, Verdict, VerdictLevel, worst

SURPRISING = 0.5
"""Coverage of the 95 % interval under which the forecast is not one."""
MUCH_OF_COST = 0.25
MOST_OF_COST = 0.5
POSITIVE = {"converged", "forecast_closer", "coverage_kept"}
"""Reasons that speak for the figures."""
MAX_REASONS = 3
"""Limiting reasons that the run's verdict takes over from an outcome."""


def outcome_verdict(evidence: Evidence, channels: Sequence[Verdict]) -> Verdict:
    """Judge one outcome from its checks, its backtest and the verdicts on its channels."""
    found = [
        *_from_convergence(evidence),
        *_from_history(evidence),
        *_from_backtest(evidence),
        *_from_residuals(evidence),
        *_from_channels(evidence, channels),
    ]
    return Verdict(
        subject=evidence.outcome, level=worst([level for level, _ in found]), reasons=ranked(found)
    )


def run_verdict(outcomes: Sequence[Verdict], decided_on: str | None) -> Verdict:
    """Judge the run as its worst outcome.

    An outcome that may not be used, and that no budget is decided on, only calls for caution.

    Parameters
    ----------
    decided_on : str, optional
        Outcome that the budget is decided on; None when every outcome counts.
    """
    levels, reasons = [], []
    for verdict in outcomes:
        aside = decided_on not in {None, verdict.subject} and verdict.level is VerdictLevel.NOT_USABLE
        levels.append(VerdictLevel.CAUTION if aside else verdict.level)
        limits = [reason for reason in verdict.reasons if reason.key not in POSITIVE]
        quoted = limits[:MAX_REASONS] or list(verdict.reasons)
        reasons += [Reason(key=f"outcome_{verdict.level}", figures={"outcome": verdict.subject}), *quoted]
    return Verdict(subject="run", level=worst(levels), reasons=tuple(_once(reasons)))


def _once(reasons: Iterable[Reason]) -> Iterator[Reason]:
    said: list[Reason] = []
    for reason in reasons:
        if reason not in said:
            said.append(reason)
            yield reason


def _from_convergence(evidence: Evidence) -> Iterator[Judgement]:
    failed = evidence.not_converged
    if failed is None:
        yield VerdictLevel.USABLE, Reason(key="converged")
        return
    r_hat = next(check for check in evidence.checks if check.check == "r_hat")
    figures: dict[str, str | float] = {
        "parameter": failed.subject,
        "r_hat": r_hat.value,
        "threshold": r_hat.threshold,
    }
    yield VerdictLevel.NOT_USABLE, Reason(key="not_converged", figures=figures)


def _from_history(evidence: Evidence) -> Iterator[Judgement]:
    n_periods = float(evidence.n_periods)
    if evidence.is_annual:
        yield VerdictLevel.CAUTION, Reason(key="annual_points", figures={"n_periods": n_periods})
        if not evidence.failed("spend_chases_sales"):
            yield (
                VerdictLevel.CAUTION,
                Reason(key="annual_feedback_possible", figures={"n_periods": n_periods}),
            )
    for check in evidence.failed("short_history"):
        yield VerdictLevel.CAUTION, Reason(key="short_history", figures={"years": check.value})
    for check in evidence.failed("rows_per_parameter"):
        yield VerdictLevel.CAUTION, Reason(key="few_rows", figures={"value": check.value})


def _from_backtest(evidence: Evidence) -> Iterator[Judgement]:
    rows = evidence.backtest
    if rows.empty:
        yield VerdictLevel.CAUTION, Reason(key="no_backtest")
        return
    gain = skill(rows)
    closer = not evidence.failed("backtest_skill")
    figures: dict[str, str | float] = {"n_periods": float(len(rows)), "skill": gain}
    missed = bool(evidence.failed("backtest_coverage"))
    surprised = not closer and _coverage(rows, "p025", "p975") < SURPRISING
    poor = VerdictLevel.NOT_USABLE if surprised else VerdictLevel.CAUTION
    yield (
        VerdictLevel.USABLE if closer else poor,
        Reason(key="forecast_closer" if closer else "forecast_no_closer", figures=figures),
    )
    yield (
        poor if missed else VerdictLevel.USABLE,
        Reason(
            key="coverage_missed" if missed else "coverage_kept",
            figures={"coverage": _coverage(rows, "p10", "p90")},
        ),
    )


def _from_residuals(evidence: Evidence) -> Iterator[Judgement]:
    keys = {
        "residual_autocorrelation": "residuals_persist",
        "outliers": "outliers",
        "media_share": "media_share_high",
    }
    for name, key in keys.items():
        for check in evidence.failed(name):
            figures: dict[str, str | float] = {} if key == "residuals_persist" else {"value": check.value}
            yield VerdictLevel.CAUTION, Reason(key=key, figures=figures)


def _from_channels(evidence: Evidence, channels: Sequence[Verdict]) -> Iterator[Judgement]:
    feedback = [
        reason for verdict in channels for reason in verdict.reasons if reason.key == "annual_feedback"
    ]
    if feedback:
        yield VerdictLevel.NOT_USABLE, feedback[0]
    unusable = [_channel(v) for v in channels if v.level is VerdictLevel.NOT_USABLE]
    if not (feedback or evidence.not_converged) and _cost(evidence, unusable) > MUCH_OF_COST:
        most = _cost(evidence, unusable) > MOST_OF_COST
        level = VerdictLevel.NOT_USABLE if most else VerdictLevel.CAUTION
        yield level, _of_cost(evidence, "channels_not_usable", unusable)
    guessed = _with_reason(channels, "prior_driven", "prior_only")
    if _cost(evidence, guessed) > MUCH_OF_COST:
        yield VerdictLevel.CAUTION, _of_cost(evidence, "channels_prior_driven", guessed)
    chasing = _with_reason(channels, "spend_follows_sales")
    if chasing:
        figures: dict[str, str | float] = {"channels": ", ".join(chasing)}
        yield VerdictLevel.CAUTION, Reason(key="channels_feedback", figures=figures)
    for members in evidence.learnt.groups:
        level = VerdictLevel.CAUTION if _cost(evidence, members) > MUCH_OF_COST else VerdictLevel.USABLE
        yield level, Reason(key="collinear_groups", figures={"channels": ", ".join(members)})


def _with_reason(channels: Sequence[Verdict], *keys: str) -> list[str]:
    """Names of the channels whose verdict gives one of these reasons."""
    return [_channel(v) for v in channels if any(reason.key in keys for reason in v.reasons)]


def _channel(verdict: Verdict) -> str:
    return verdict.subject.rpartition("/")[2]


def _cost(evidence: Evidence, channels: Iterable[str]) -> float:
    return sum(evidence.learnt.cost_share(channel) for channel in channels)


def _of_cost(evidence: Evidence, key: str, channels: Sequence[str]) -> Reason:
    return Reason(key=key, figures={"share": _cost(evidence, channels), "channels": ", ".join(channels)})


def _coverage(rows: pd.DataFrame, low: str, high: str) -> float:
    return float(((rows["actual"] >= rows[low]) & (rows["actual"] <= rows[high])).mean())
