"""Whether a fit may be trusted: gate, data, residuals, backtest, learning, and the verdict in words."""

from mmm.diagnostics.averaging import average, fit_outcomes
from mmm.diagnostics.backtesting import backtest_checks, backtests, skill
from mmm.diagnostics.channel_verdicts import channel_verdicts
from mmm.diagnostics.convergence import convergence_checks
from mmm.diagnostics.data import data_checks
from mmm.diagnostics.diagnosis import Diagnosis, diagnose, verdicts_table
from mmm.diagnostics.evidence import Evidence
from mmm.diagnostics.learning import Learning, learn, learning_checks
from mmm.diagnostics.origins import rolling_origins
from mmm.diagnostics.outcome_verdicts import outcome_verdict, run_verdict
from mmm.diagnostics.prior import prior_check
from mmm.diagnostics.residuals import residual_checks, residuals
from mmm.diagnostics.results import checks_table
from mmm.diagnostics.scores import crps, log_score, seasonal_naive
from mmm.diagnostics.specifications import member_answers, specifications_table
from mmm.diagnostics.stacking import stacking_weights
from mmm.diagnostics.what_if import answers, side_by_side, with_beliefs

__all__ = [
    "Diagnosis",
    "Evidence",
    "Learning",
    "answers",
    "average",
    "backtest_checks",
    "backtests",
    "channel_verdicts",
    "checks_table",
    "convergence_checks",
    "crps",
    "data_checks",
    "diagnose",
    "fit_outcomes",
    "learn",
    "learning_checks",
    "log_score",
    "member_answers",
    "outcome_verdict",
    "prior_check",
    "residual_checks",
    "residuals",
    "rolling_origins",
    "run_verdict",
    "seasonal_naive",
    "side_by_side",
    "skill",
    "specifications_table",
    "stacking_weights",
    "verdicts_table",
    "with_beliefs",
]
