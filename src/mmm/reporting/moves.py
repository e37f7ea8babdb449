"""The recommended plan, channel by channel, over its whole horizon."""

from dataclasses import dataclass

import pandas as pd

from mmm.reporting.report import Report
from mmm.reporting.steps import main_outcome
from mmm.reporting.wording import quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What a plan brings beyond today's: mean and 90 % interval in money, and P(gain > 0)."""

    mean: float
    low: float
    high: float
    probability: float


def plan_gain(report: Report) -> Gain | None:
    """Give the gain of the recommended plan; None when there is no plan."""
    summary = report.table("allocation_summary")
    found = quantity(summary, "gain")
    chance = quantity(summary, "p_gain")
    if found is None or chance is None:
        return None
    return Gain(mean=found[0], low=found[1], high=found[2], probability=chance[0])


def channel_moves(report: Report) -> pd.DataFrame:
    """Sum the plan by channel, the largest budgets first; gains and probabilities are the channel's."""
    allocation = report.table("allocation")
    if allocation.empty:
        return allocation
    sums = ["current", "recommended", "lower", "upper", "delta", "gain_mean", "gain_p05", "gain_p95"]
    grouped = allocation.groupby("channel", sort=False)
    moves = (
        grouped[sums]
        .sum()
        .assign(
            p_gain=grouped["p_gain"].max(),
            extrapolates=grouped["extrapolates"].any(),
            start=grouped["period"].min(),
        )
    )
    return moves.sort_values("current", ascending=False).reset_index()


def total_moved(report: Report) -> tuple[float, float]:
    """Give the money that changes channel, and its share of the budget."""
    moves = channel_moves(report)
    if moves.empty:
        return 0.0, 0.0
    budget = float(moves["current"].sum())
    moved = float(moves["delta"].clip(lower=0).sum())
    return moved, moved / budget if budget else 0.0


def is_unsure(report: Report, channel: str) -> bool:
    """Tell whether the channel's 90 % interval of ROMI holds the break-even: test it, never cut it."""
    summary = report.table("channel_summary")
    rows = summary[(summary["channel"] == channel) & (summary["outcome"] == main_outcome(report))]
    return bool(len(rows)) and bool((rows.iloc[0]["romi_p05"] < 0) and (rows.iloc[0]["romi_p95"] > 0))
