"""How much the answer depends on the carry-over and saturation assumed: the members of an average."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mmm.diagnostics.learning import Learning
from mmm.diagnostics.results import result
from mmm.records import TABLES, CheckResult, Verdict, VerdictLevel
from mmm.texts import say

if TYPE_CHECKING:
    from mmm.inference import Fit, Member

DIFFERENT = 0.5
"""Range of a channel's mean contribution between specifications, as a share of the average's."""
WEIGHS = 0.05
"""Weight under which a specification's own answer is not compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAnswer:
    """What one specification of an average says that each channel brought, on average over draws."""

    specification: str
    weight: float
    brought: NDArray[np.float64]
    """(channel) KPI units over the window."""


def member_answers(fit: "Fit") -> tuple[MemberAnswer, ...]:
    """Give the answer of each specification that weighs; none for a single one."""
    return tuple(
        MemberAnswer(specification=member.spec.name, weight=member.weight, brought=_brought(fit, member))
        for member in fit.members
        if member.weight > 0
    )


def spreads(fit: "Fit") -> dict[str, tuple[float, float]]:
    """Give per channel the lowest and highest answer over the average's, among those that weigh."""
    answers = member_answers(fit)
    heavy = [found.brought for found in answers if found.weight >= WEIGHS] or [a.brought for a in answers]
    if len(heavy) < 2:
        return {}
    average = sum(found.weight * found.brought for found in answers)
    ratio = np.stack(heavy) / average
    return {
        channel: (float(low), float(high))
        for channel, low, high in zip(fit.design.channels, ratio.min(axis=0), ratio.max(axis=0), strict=True)
    }


def member_checks(fit: "Fit") -> Iterator[CheckResult]:
    """Check that every specification is in the average, and that they agree on each channel."""
    outcome = fit.spec.outcome
    for member in fit.members:
        yield from member.checks
        if not member.converged:
            yield result(
                "specification_left_out",
                outcome,
                passed=False,
                value=0.0,
                threshold=1.0,
                specification=member.spec.name,
            )
    for channel, (low, high) in spreads(fit).items():
        yield result(
            "specifications_differ",
            f"{outcome}/{channel}",
            passed=high - low <= DIFFERENT,
            value=high - low,
            threshold=DIFFERENT,
            specification=fit.specification,
        )


def specifications_table(
    fits: Mapping[str, "Fit"],
    learnt: Mapping[str, Learning],
    backtests: pd.DataFrame,
    verdicts: Sequence[Verdict],
) -> pd.DataFrame:
    """Tabulate the specifications that make up each outcome's answer, then the average they make.

    `elpd` is the sum of the log scores of the held-out periods, unknown when none was;
    `media_total_mean` the KPI that all media brought, on average over draws; `farthest_channel` the
    one on which a specification is farthest from the average, by `farthest_change` of it.
    """
    level_of = {verdict.subject: verdict.level.value for verdict in verdicts}
    rows = []
    for outcome, fit in fits.items():
        level = level_of[outcome]
        rows += [_member_row(fit, learnt[outcome], member, level) for member in fit.members]
        rows.append(_own_row(fit, learnt[outcome], backtests, level))
    return pd.DataFrame(rows, columns=list(TABLES["specifications"]))


def _member_row(fit: "Fit", learnt: Learning, member: "Member", level: str) -> dict[str, object]:
    brought, average = _brought(fit, member), learnt.returns.contribution.mean(axis=0)
    change = brought / average - 1.0
    at = int(np.argmax(np.abs(change)))
    figures: dict[str, Any] = {
        "weight": member.weight,
        "media": float(brought.sum() / average.sum() - 1.0),
        "channel": fit.design.channels[at],
        "change": float(change[at]),
    }
    return {
        "outcome": fit.spec.outcome,
        "specification": member.spec.name,
        "weight": member.weight,
        "elpd": member.elpd,
        "media_total_mean": float(brought.sum()),
        "farthest_channel": fit.design.channels[at],
        "farthest_change": float(change[at]),
        "verdict": level if member.converged else VerdictLevel.NOT_USABLE.value,
        "message": say(f"specification.{'weighs' if member.converged else 'left_out'}", "en", **figures),
    }


def _own_row(fit: "Fit", learnt: Learning, backtests: pd.DataFrame, level: str) -> dict[str, object]:
    tested = backtests[
        (backtests["outcome"] == fit.spec.outcome) & (backtests["specification"] == fit.specification)
    ]
    return {
        "outcome": fit.spec.outcome,
        "specification": fit.specification,
        "weight": 1.0,
        "elpd": tested["log_score"].sum(min_count=1),
        "media_total_mean": learnt.returns.contribution.sum(axis=1).mean(),
        "farthest_channel": "",
        "farthest_change": np.nan,
        "verdict": level,
        "message": say(f"specification.{'average' if fit.members else 'single'}", "en"),
    }


def _brought(fit: "Fit", member: "Member") -> NDArray[np.float64]:
    """What each channel brought on average, from the member's own table: return times full cost."""
    mean = member.figures.set_index("name")["mean"]
    returns = np.array([mean[f"return[{channel}]"] for channel in fit.design.channels])
    return np.asarray(returns * fit.design.full_cost_total, dtype=float)
