"""Every check of an analysis and the verdicts that follow, in one call."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from mmm.diagnostics.backtesting import backtest_checks
from mmm.diagnostics.channel_verdicts import channel_verdicts
from mmm.diagnostics.convergence import convergence_checks
from mmm.diagnostics.data import data_checks
from mmm.diagnostics.evidence import Evidence, of_outcome
from mmm.diagnostics.learning import Learning, learn, learning_checks
from mmm.diagnostics.outcome_verdicts import outcome_verdict, run_verdict
from mmm.diagnostics.residuals import residual_checks
from mmm.diagnostics.results import checks_table
from mmm.params import RunParams
from mmm.records import TABLES, CheckResult, Verdict
from mmm.texts import say

if TYPE_CHECKING:
    from mmm.inference import Fit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Diagnosis:
    """What was checked and what may be decided on."""

    checks: tuple[CheckResult, ...]
    verdicts: tuple[Verdict, ...]
    """The run, then each outcome, then `<outcome>/<channel>`."""
    tables: dict[str, pd.DataFrame]
    """`checks`, `verdicts`, `backtest` and `specifications`, as a run folder holds them."""

    @property
    def verdict(self) -> Verdict:
        """The verdict on the whole run."""
        return self.verdicts[0]


def diagnose(
    fits: Mapping[str, "Fit"], panel: xr.Dataset, params: RunParams, backtests: pd.DataFrame
) -> Diagnosis:
    """Check every fit of an analysis and judge what its figures may be used for.

    Parameters
    ----------
    fits : mapping
        Outcome: its fit.
    backtests : DataFrame
        Result of `backtests`; empty when nothing was held out.
    """
    learnt = {outcome: learn(fit, panel) for outcome, fit in fits.items()}
    checks = _all_checks(fits, panel, learnt, backtests)
    verdicts = _all_verdicts(fits, learnt, checks, params, backtests)
    tables = {
        "checks": checks_table(checks),
        "verdicts": verdicts_table(verdicts, params.currency),
        "backtest": backtests,
        "specifications": specifications_table(learnt, backtests, verdicts),
    }
    return Diagnosis(checks=checks, verdicts=verdicts, tables=tables)


def _all_checks(
    fits: Mapping[str, "Fit"], panel: xr.Dataset, learnt: Mapping[str, Learning], backtests: pd.DataFrame
) -> tuple[CheckResult, ...]:
    """Checks of every outcome; those of spend alone, which outcomes share, once."""
    found: list[CheckResult] = []
    for outcome, fit in fits.items():
        found += convergence_checks(fit)
        found += data_checks(fit.design, fit.spec)
        found += residual_checks(fit, panel)
        found += learning_checks(learnt[outcome])
    return tuple(dict.fromkeys([*found, *backtest_checks(backtests)]))


def _all_verdicts(
    fits: Mapping[str, "Fit"],
    learnt: Mapping[str, Learning],
    checks: Sequence[CheckResult],
    params: RunParams,
    backtests: pd.DataFrame,
) -> tuple[Verdict, ...]:
    outcomes, channels = [], []
    for outcome, fit in fits.items():
        evidence = Evidence(
            spec=fit.spec,
            n_periods=len(fit.design.periods),
            learnt=learnt[outcome],
            checks=of_outcome(checks, outcome, fits),
            backtest=backtests[backtests["outcome"] == outcome],
        )
        judged = channel_verdicts(evidence)
        outcomes.append(outcome_verdict(evidence, judged))
        channels += judged
    decided_on = None if params.allocation is None else params.allocation.outcome
    return (run_verdict(outcomes, decided_on), *outcomes, *channels)


def verdicts_table(verdicts: Sequence[Verdict], currency: str) -> pd.DataFrame:
    """Tabulate verdicts, one row per reason, with the figures it quotes as JSON and its English sentence."""
    rows = [
        {
            "subject": verdict.subject,
            "level": verdict.level.value,
            "position": position,
            "reason": reason.key,
            "figures": json.dumps(reason.figures, sort_keys=True),
            "message": say(f"reason.{reason.key}", "en", currency, **reason.figures),
        }
        for verdict in verdicts
        for position, reason in enumerate(verdict.reasons, start=1)
    ]
    return pd.DataFrame(rows, columns=list(TABLES["verdicts"]))


def specifications_table(
    learnt: Mapping[str, Learning], backtests: pd.DataFrame, verdicts: Sequence[Verdict]
) -> pd.DataFrame:
    """Tabulate the specifications that make up each outcome's answer: one, so far, with all the weight.

    `elpd` is the sum of the log scores of the held-out periods, unknown when none
    was; `media_total_mean` the KPI that all media brought, on average over draws.
    """
    level_of = {verdict.subject: verdict.level.value for verdict in verdicts}
    rows = [
        {
            "outcome": outcome,
            "specification": found.specification,
            "weight": 1.0,
            "elpd": backtests.loc[backtests["outcome"] == outcome, "log_score"].sum(min_count=1),
            "media_total_mean": found.returns.contribution.sum(axis=1).mean(),
            "verdict": level_of[outcome],
        }
        for outcome, found in learnt.items()
    ]
    return pd.DataFrame(rows, columns=list(TABLES["specifications"]))
