"""Records that parts hand to each other, and the columns of every published table.

Shares are 0 to 1. Money columns are in the analysis' currency, VAT as the
analysis declares. `p05` to `p95` is a central 90 % interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters: a fatal one stops the run before any fit."""

    FATAL = "fatal"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault seen in the data, with where it is and what to do about it."""

    source: str
    row: int | None
    """Line in the file as a person counts it (the header is not line 0); None for the whole source."""
    column: str
    rule: str
    severity: Severity
    value: str
    message: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check of a fit: the figure, its threshold, and what a failure means."""

    check: str
    subject: str
    """Outcome, channel or parameter that was checked."""
    specification: str
    passed: bool
    value: float
    threshold: float
    message: str
    action: str


class VerdictLevel(StrEnum):
    """What a run's or a channel's figures may be used for."""

    USABLE = "usable"
    CAUTION = "with_caution"
    NOT_USABLE = "not_usable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a verdict is what it is: a text key and the figures the sentence quotes."""

    key: str
    figures: dict[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One answer to "may we decide on this?", with its reasons."""

    subject: str
    """`run`, an outcome, or a channel."""
    level: VerdictLevel
    reasons: tuple[Reason, ...] = ()


def worst(levels: Sequence[VerdictLevel]) -> VerdictLevel:
    """Give the least favourable of the levels; `USABLE` when there is none."""
    order = list(VerdictLevel)
    return max(levels, key=order.index, default=VerdictLevel.USABLE)


def _interval(name: str, *, median: bool = True) -> tuple[str, ...]:
    stats = ("mean", "p05", "p50", "p95") if median else ("mean", "p05", "p95")
    return tuple(f"{name}_{stat}" for stat in stats)


_PREDICTIVE = ("actual", "mean", "p025", "p10", "p25", "p50", "p75", "p90", "p975")
_LONG = ("quantity", "subject", "value", "lower", "upper")
_CELL = ("geo", "channel", "period", "current", "recommended")
_BUDGET = (*_CELL, "lower", "upper", "delta", *_interval("gain", median=False), "p_gain", "extrapolates")

TABLES: dict[str, tuple[str, ...]] = {
    "findings": ("source", "row", "column", "rule", "severity", "value", "message", "action"),
    "source_map": (
        "source",
        "content",
        "location",
        "dialect",
        "owner",
        "refresh",
        "rows",
        "first_date",
        "last_date",
        "age_days",
        "is_fresh",
        "missing_periods",
        "used_for",
    ),
    "campaign_parts": ("source", "channel", "campaign", "meant", "part", "value", "follows"),
    "quality_score": ("source", "score", "n_rows", "n_fatal", "n_warning", "n_note"),
    "channel_summary": (
        "outcome",
        "geo",
        "channel",
        "media_cost",
        "full_cost",
        *_interval("contribution"),
        "share_of_kpi",
        *_interval("return"),
        *_interval("romi"),
        *_interval("mromi"),
        *_interval("cost_per_incremental", median=False),
        "prior_share",
        "group",
        "verdict",
    ),
    "contributions": ("outcome", "geo", "period", "component", "mean", "p05", "p50", "p95"),
    "fit": ("outcome", "geo", "period", *_PREDICTIVE),
    "forecast": ("outcome", "geo", "period", *_PREDICTIVE),
    "geo_returns": (
        "outcome",
        "geo",
        "channel",
        "full_cost",
        *_interval("contribution"),
        *_interval("return"),
    ),
    "geo_forecast": ("outcome", "geo", "period", *_PREDICTIVE),
    "response_curves": ("outcome", "geo", "channel", "spend", "mean", "p05", "p95", "marginal_mean"),
    "parameters": (
        "outcome",
        "specification",
        "name",
        "mean",
        "sd",
        "p05",
        "p95",
        "r_hat",
        "ess_bulk",
        "ess_tail",
    ),
    "prior_check": ("outcome", "subject", "quantity", "p05", "p50", "p95", "severity", "message", "action"),
    "specifications": (
        "outcome",
        "specification",
        "weight",
        "elpd",
        "media_total_mean",
        "farthest_channel",
        "farthest_change",
        "verdict",
        "message",
    ),
    "checks": (
        "check",
        "subject",
        "specification",
        "passed",
        "value",
        "threshold",
        "message",
        "action",
    ),
    "backtest": (
        "outcome",
        "specification",
        "fold",
        "horizon",
        "period",
        *_PREDICTIVE,
        "crps",
        "naive",
        "log_score",
    ),
    "verdicts": ("subject", "level", "position", "reason", "figures", "message"),
    "waterfall": ("outcome", "from", "to", "component", "mean", "p05", "p95"),
    "allocation": _BUDGET,
    "allocation_summary": _LONG,
    "plans": _LONG,
    "frontier": _LONG,
    "shadow_prices": _LONG,
    "matrix": ("level", "objective", "channel", "before", "after", "difference", "people_days", "tools"),
    "schedule": _CELL,
    "allocation_by_geo": _BUDGET,
    "schedule_by_geo": _CELL,
    "optimum": ("geo", "channel", "current", "recommended", "p05", "p50", "p95", "p_more", "p_less"),
    "value_of_information": (
        "rank",
        "test",
        "channel",
        "periods",
        "standard_error",
        "evppi",
        "evsi",
        "cost",
        "net",
        "worth_it",
    ),
    "customers": (
        "segment",
        "channel",
        "n_customers",
        *_interval("ltv", median=False),
        "repeat_rate",
    ),
    "cac": (
        "segment",
        "channel",
        "n_customers",
        *_interval("ltv", median=False),
        *_interval("cac", median=False),
        "cac_paid",
        "cac_marginal_mean",
        *_interval("ltv_cac", median=False),
        "p_above_3",
        "payback_months",
        "payback_p05",
        "payback_p95",
    ),
    "cac_rules": ("channel", "rule", "full_cost", "customers", *_interval("cac", median=False)),
    "cac_cohorts": ("cohort", "channel", "full_cost", "n_customers", "cac_paid"),
    "margin_curve": ("channel", "month", "mean", "p05", "p95", "p_paid_back"),
    "acquisition_value": (
        "position",
        "channel",
        "n_customers",
        *_interval("value_per_customer", median=False),
        *_interval("value_total", median=False),
        "p_destroys",
    ),
    "customer_models": (
        "model",
        "log_likelihood",
        "n_parameters",
        "days_held_out",
        "actual",
        "expected",
        "gap",
        "is_used",
    ),
    "retention": (
        "channel",
        "renewal",
        "n_customers",
        "retention_actual",
        *_interval("retention", median=False),
        *_interval("survival", median=False),
        *_interval("residual_value", median=False),
    ),
    "customer_calibration": ("model", "repeats", "n_customers", "actual", "expected"),
    "reconciliation": (
        "channel",
        "journeys",
        "model",
        "experiment",
        *_interval("bias", median=False),
        *_interval("multiplier", median=False),
        "conflict",
    ),
    "campaign_split": (
        "channel",
        "campaign",
        "full_cost",
        "share",
        *_interval("contribution", median=False),
        *_interval("romi", median=False),
    ),
    "customer_checks": (
        "check",
        "subject",
        "specification",
        "passed",
        "value",
        "threshold",
        "message",
        "action",
    ),
    "attribution": ("method", "channel", "conversions", "value", "share", "lower", "upper"),
    "triangulation": ("channel", "model", "experiment", "journeys", "platform", "agreement"),
    "kpis": (
        "kpi",
        "level",
        "owner",
        "parent",
        "unit",
        "value",
        "lower",
        "upper",
        "previous",
        "previous_year",
        "target",
        "status",
        "period_start",
        "period_end",
        "action",
    ),
    "kpi_history": ("kpi", "period", "value"),
    "funnel": ("stage", "period", "volume", "rate", "lower", "upper"),
    "objectives": (
        "objective",
        "kpi",
        "level",
        "owner",
        "baseline",
        "target",
        "deadline",
        "value",
        "expected",
        "lower",
        "upper",
        "probability",
        "status",
    ),
    "alerts": (
        "alert",
        "kind",
        "level",
        "subject",
        "period",
        "value",
        "expected",
        "lower",
        "upper",
        "money_at_stake",
        "action",
        "owner",
        "since",
        "state",
        "shape",
    ),
    "variance": ("window", "subject", "driver", "plan", "actual", "amount"),
    "targets": ("outcome", "period", "target"),
    "pacing": ("channel", "spend_to_date", "plan_to_date", "plan_total", "projected_total", "status"),
    "campaigns": (
        "channel",
        "campaign",
        "spend",
        "impressions",
        "clicks",
        "conversions",
        "ctr",
        "cpc",
        "cpa",
        "share_of_spend",
        "trend",
        "status",
    ),
    "actions": (
        "action",
        "activity",
        "objective",
        "kpi",
        "target",
        "baseline",
        "actual",
        "status",
        "owner",
        "start",
        "due",
        "where",
        "how",
        "budget",
        "why",
        "evidence",
    ),
    "decisions": (
        "decided_on",
        "activity",
        "kind",
        "owner",
        "reason",
        "expected_gain",
        "review_on",
        "evidence_run",
    ),
    "agenda": ("language", "ritual", "position", "topic", "fact", "decision"),
}
"""Columns of each table of a run folder, in order. A run writes no other table and no other column."""
