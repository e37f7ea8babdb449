"""May we decide on this channel? Give the answer and its reasons, the most limiting first."""

from collections.abc import Iterator

import numpy as np

from mmm.diagnostics.evidence import Evidence, channels_of
from mmm.diagnostics.learning import PRIOR_DRIVEN, PRIOR_ONLY
from mmm.effects import ReturnDraws
from mmm.records import Reason, Verdict, VerdictLevel, worst

Judgement = tuple[VerdictLevel, Reason]

SPEND_REASONS = {
    "channel_variation": "little_variation",
    "active_periods": "rarely_active",
    "collinear_baseline": "spend_follows_season",
    "spend_outlier": "spend_outlier",
}
"""Check of a channel's spend: the reason that its failure gives. Each calls for caution."""


def channel_verdicts(evidence: Evidence) -> list[Verdict]:
    """Judge every channel of an outcome; the last reason is its return with its interval."""
    return [_channel_verdict(evidence, channel) for channel in evidence.learnt.returns.channels]


def ranked(judgements: list[Judgement]) -> tuple[Reason, ...]:
    """Give the reasons, those of the worst level first, otherwise in the order given."""
    order = list(VerdictLevel)
    return tuple(reason for _, reason in sorted(judgements, key=lambda found: -order.index(found[0])))


def _channel_verdict(evidence: Evidence, channel: str) -> Verdict:
    found = [
        *_from_fit(evidence),
        *_from_feedback(evidence, channel),
        *_from_learning(evidence, channel),
        *_from_spend(evidence, channel),
    ]
    known = _between("return_between", "cost_between", evidence.learnt.returns.together([channel]))
    return Verdict(
        subject=f"{evidence.outcome}/{channel}",
        level=worst([level for level, _ in found]),
        reasons=(*ranked(found), *known),
    )


def _from_fit(evidence: Evidence) -> Iterator[Judgement]:
    if evidence.not_converged:
        yield VerdictLevel.NOT_USABLE, Reason(key="outcome_not_usable", figures={"outcome": evidence.outcome})


def _from_feedback(evidence: Evidence, channel: str) -> Iterator[Judgement]:
    follows = bool(evidence.failed("spend_chases_sales", channel))
    if evidence.is_annual:
        n_periods = float(evidence.n_periods)
        if follows:
            figures: dict[str, str | float] = {"channel": channel, "n_periods": n_periods}
            yield VerdictLevel.NOT_USABLE, Reason(key="annual_feedback", figures=figures)
        else:
            reason = Reason(key="annual_feedback_possible", figures={"n_periods": n_periods})
            yield VerdictLevel.CAUTION, reason
    elif follows:
        yield VerdictLevel.CAUTION, Reason(key="spend_follows_sales")


def _from_learning(evidence: Evidence, channel: str) -> Iterator[Judgement]:
    share = evidence.learnt.prior_share[channel]
    if share > PRIOR_DRIVEN:
        only = share > PRIOR_ONLY
        level = VerdictLevel.NOT_USABLE if only else VerdictLevel.CAUTION
        yield level, Reason(key="prior_only" if only else "prior_driven", figures={"overlap": share})
    members = evidence.learnt.group_of(channel)
    if members:
        others = ", ".join(name for name in members if name != channel)
        together = evidence.learnt.returns.together(members)
        for reason in _between("group_return", "group_cost", together, others=others):
            yield VerdictLevel.CAUTION, reason


def _from_spend(evidence: Evidence, channel: str) -> Iterator[Judgement]:
    for check, key in SPEND_REASONS.items():
        for failure in evidence.failed(check, channel):
            yield VerdictLevel.CAUTION, Reason(key=key, figures={"value": failure.value})
    for failure in evidence.failed("collinear_spend", channel):
        others = ", ".join(name for name in channels_of(failure) if name != channel)
        figures: dict[str, str | float] = {"others": others, "value": failure.value}
        yield VerdictLevel.CAUTION, Reason(key="spend_moves_with", figures=figures)


def _between(in_money: str, in_units: str, returns: ReturnDraws, **figures: str) -> Iterator[Reason]:
    """Quote the 90 % interval: of the return, or of the cost of a unit that has no value."""
    has_value = np.isfinite(returns.value_per_unit)
    draws = returns.returns if has_value else returns.cost_per_incremental
    if not np.isfinite(draws).all():
        return
    low, high = np.quantile(draws, [0.05, 0.95])
    quoted: dict[str, str | float] = {**figures, "low": float(low), "high": float(high)}
    yield Reason(
        key=in_money if has_value else in_units, figures=quoted | {"one": 1.0} if has_value else quoted
    )
