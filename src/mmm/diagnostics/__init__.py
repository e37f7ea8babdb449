"""Whether a fit may be trusted: gate, data, residuals, backtest, learning, and the verdict in words."""

from mmm.diagnostics.backtesting import backtest, backtest_checks, backtests, skill
from mmm.diagnostics.channel_verdicts import channel_verdicts
from mmm.diagnostics.convergence import convergence_checks
from mmm.diagnostics.data import data_checks
from mmm.diagnostics.diagnosis import Diagnosis, diagnose, specifications_table, verdicts_table
from mmm.diagnostics.evidence import Evidence
from mmm.diagnostics.learning import Learning, learn, learning_checks
from mmm.diagnostics.outcome_verdicts import outcome_verdict, run_verdict
from mmm.diagnostics.residuals import residual_checks, residuals
from mmm.diagnostics.results import checks_table
from mmm.diagnostics.scores import crps, log_score, seasonal_naive

__all__ = [
    "Diagnosis",
    "Evidence",
    "Learning",
    "backtest",
    "backtest_checks",
    "backtests",
    "channel_verdicts",
    "checks_table",
    "convergence_checks",
    "crps",
    "data_checks",
    "diagnose",
    "learn",
    "learning_checks",
    "log_score",
    "outcome_verdict",
    "residual_checks",
    "residuals",
    "run_verdict",
    "seasonal_naive",
    "skill",
    "specifications_table",
    "verdicts_table",
]
