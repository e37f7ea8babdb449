"""Every check of an analysis and the verdicts that follow, in one call."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from mmm.diagnostics.backtesting import backtest_checks
from mmm.diagnostics.channel_verdicts import channel_verdicts
from mmm.diagnostics.convergence import convergence_checks, engine_checks
from mmm.diagnostics.data import data_checks
from mmm.diagnostics.evidence import Evidence, of_outcome
from mmm.diagnostics.learning import Learning, learn, learning_checks
from mmm.diagnostics.outcome_verdicts import outcome_verdict, run_verdict
from mmm.diagnostics.residuals import residual_checks
from mmm.diagnostics.results import checks_table
from mmm.diagnostics.specifications import member_checks, specifications_table
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
        "specifications": specifications_table(fits, learnt, backtests, verdicts),
    }
    return Diagnosis(checks=checks, verdicts=verdicts, tables=tables)


def _all_checks(
    fits: Mapping[str, "Fit"], panel: xr.Dataset, learnt: Mapping[str, Learning], backtests: pd.DataFrame
) -> tuple[CheckResult, ...]:
    """Checks of every outcome; those of spend alone, which outcomes share, once."""
    found: list[CheckResult] = []
    for outcome, fit in fits.items():
        found += member_checks(fit) if fit.members else convergence_checks(fit)
        found += engine_checks(fit)
        found += data_checks(fit.design, fit.spec)
        found += residual_checks(fit, panel)
        found += learning_checks(learnt[outcome])
    return tuple(dict.fromkeys([*found, *backtest_checks(_judged(backtests, fits))]))


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
            checks=_kept(of_outcome(checks, outcome, fits), fit),
            backtest=_judged(backtests, {outcome: fit}),
        )
        judged = channel_verdicts(evidence)
        outcomes.append(outcome_verdict(evidence, judged))
        channels += judged
    decided_on = None if params.allocation is None else params.allocation.outcome
    return (run_verdict(outcomes, decided_on), *outcomes, *channels)


def _judged(backtests: pd.DataFrame, fits: Mapping[str, "Fit"]) -> pd.DataFrame:
    """Rows of a backtest that forecast as the answer itself does, not one of its specifications."""
    chosen = {(outcome, fit.specification) for outcome, fit in fits.items()}
    pairs = zip(backtests["outcome"], backtests["specification"], strict=True)
    return backtests.loc[np.array([pair in chosen for pair in pairs], dtype=bool)]


def _kept(checks: Sequence[CheckResult], fit: "Fit") -> tuple[CheckResult, ...]:
    """Leave aside the gate of specifications that are not in the answer."""
    aside = {member.spec.name for member in fit.members if not member.converged}
    return tuple(check for check in checks if check.specification not in aside)


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
