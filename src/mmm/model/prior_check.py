"""What the beliefs of a specification imply before any KPI is seen, and what of it cannot be meant."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mmm.model.design import Design
from mmm.model.media_prior import POOLED
from mmm.model.prior_draws import PriorDraws, draw_prior
from mmm.model.spec import DAYS_PER_PERIOD, ModelSpec
from mmm.records import Severity

FloatArray = NDArray[np.float64]
DAYS_PER_MONTH = 30.436875
LIKELY, USUAL = 0.5, 0.1
"""Probability of the impossible above which beliefs are refused, and above which they are questioned."""
CONTRADICTED = 1.5
"""Factor between the stated media share and the one implied by the beliefs on single channels."""
LARGE_SHARE, TINY_SHARE = 0.5, 1e-5
"""Median share of the KPI of one declared channel beyond which a unit or a zero is likely to be wrong."""
HALF_LIVES = float(np.log(0.1) / np.log(0.5))
"""Until 90 % of a geometric carry-over has come."""
FAR, ABSURD = 30.0, 1000.0
"""Factor between a stated half-saturation and a typical active period: the curve is then a line or a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Implication:
    """One quantity that the beliefs imply, nine times in ten between `p05` and `p95`."""

    subject: str
    """The outcome, or a channel."""
    quantity: str
    """media_share, above_kpi, return, cost_per_unit, channel_share, carry_over (months), half_saturation
    (money per period), negative_baseline or variation."""
    p05: float
    p50: float
    p95: float
    severity: Severity = Severity.NOTE
    figures: dict[str, float] = field(default_factory=dict)
    """What the sentence compares it with."""


def implications(design: Design, spec: ModelSpec, seed: int = 0) -> tuple[Implication, ...]:
    """Draw from the prior and give what it implies, with how far each is from what can be meant.

    Takes a fraction of a second: nothing is fitted. A fatal one means that the beliefs, not the data,
    would decide, or that a unit is wrong.
    """
    draws = draw_prior(design, spec, seed=seed)
    return (
        *_media_total(draws, spec),
        *_channels(design, spec, draws),
        *_curves(design, spec, draws),
        *_baseline(design, spec, draws),
    )


def _media_total(draws: PriorDraws, spec: ModelSpec) -> Iterator[Implication]:
    total = draws.share.sum(axis=1)
    p05, p50, p95 = _interval(total)
    away = max(p50 / spec.media_share, spec.media_share / max(p50, 1e-12))
    yield Implication(
        subject=spec.outcome,
        quantity="media_share",
        p05=p05,
        p50=p50,
        p95=p95,
        severity=Severity.WARNING if away > CONTRADICTED else Severity.NOTE,
        figures={"stated": spec.media_share},
    )
    yield _probability(spec.outcome, "above_kpi", float((total > 1).mean()))


def _channels(design: Design, spec: ModelSpec, draws: PriorDraws) -> Iterator[Implication]:
    for at, name in enumerate(design.channels):
        yield _return(design, spec, draws, at)
        if design.media_prior.kind[at] == POOLED:
            continue
        p05, p50, p95 = _interval(draws.share[:, at])
        severity = Severity.NOTE
        if abs(p50) > LARGE_SHARE or (name in spec.channel_priors and p95 < TINY_SHARE):
            severity = Severity.WARNING
        if abs(p50) > 1:
            severity = Severity.FATAL
        yield Implication(
            subject=name, quantity="channel_share", p05=p05, p50=p50, p95=p95, severity=severity
        )


def _return(design: Design, spec: ModelSpec, draws: PriorDraws, at: int) -> Implication:
    """Return in money, or what a unit costs where nobody said what it is worth."""
    units = draws.share[:, at] * design.kpi_total / design.full_cost_total[at]
    p05, p50, p95 = _interval(units)
    name = design.channels[at]
    if spec.value_per_unit is None:
        low, middle, high = (1 / max(value, 1e-12) for value in (p95, p50, p05))
        return Implication(subject=name, quantity="cost_per_unit", p05=low, p50=middle, p95=high)
    low, middle, high = (value * spec.value_per_unit for value in (p05, p50, p95))
    return Implication(subject=name, quantity="return", p05=low, p50=middle, p95=high)


def _curves(design: Design, spec: ModelSpec, draws: PriorDraws) -> Iterator[Implication]:
    days = DAYS_PER_PERIOD[spec.frequency]
    history = len(design.y)
    for at, name in enumerate(design.channels):
        p05, p50, p95 = _interval(draws.tail[:, at])
        severity = Severity.NOTE
        if name in spec.channel_shapes and p50 > history / 2:
            severity = Severity.FATAL if p50 > 2 * history else Severity.WARNING
        months = days / DAYS_PER_MONTH
        yield Implication(
            subject=name,
            quantity="carry_over",
            p05=p05 * months,
            p50=p50 * months,
            p95=p95 * months,
            severity=severity,
            figures={"history": history * months},
        )
        shape = spec.channel_shapes.get(name)
        has_ceiling = bool(np.isfinite(draws.half_saturation[:, at]).all())
        if shape is not None and shape.half_saturation is not None and has_ceiling:
            yield _half_saturation(design, draws, at)


def _half_saturation(design: Design, draws: PriorDraws, at: int) -> Implication:
    scale = design.media_scale[at]
    p05, p50, p95 = _interval(draws.half_saturation[:, at] * scale)
    away = max(p50 / scale, scale / p50)
    severity = Severity.NOTE
    if away > FAR:
        severity = Severity.FATAL if away > ABSURD else Severity.WARNING
    return Implication(
        subject=design.channels[at],
        quantity="half_saturation",
        p05=p05,
        p50=p50,
        p95=p95,
        severity=severity,
        figures={"typical": float(scale)},
    )


def _baseline(design: Design, spec: ModelSpec, draws: PriorDraws) -> Iterator[Implication]:
    """Sales without media that would be negative, and how much the KPI would vary beside what it did."""
    yield _probability(spec.outcome, "negative_baseline", float((draws.baseline.mean(axis=1) < 0).mean()))
    noise = np.random.default_rng([0, 5]).standard_normal(draws.media.shape)
    imagined = (draws.baseline + draws.media + draws.noise[:, None] * noise).std(axis=1)
    seen = float(design.y.std())
    low, high = np.quantile(imagined, [0.005, 0.995])
    p05, p50, p95 = _interval(imagined)
    yield Implication(
        subject=spec.outcome,
        quantity="variation",
        p05=p05,
        p50=p50,
        p95=p95,
        severity=Severity.NOTE if low <= seen <= high else Severity.WARNING,
        figures={"seen": seen},
    )


def _probability(subject: str, quantity: str, value: float) -> Implication:
    severity = Severity.NOTE
    if value > USUAL:
        severity = Severity.FATAL if value > LIKELY else Severity.WARNING
    return Implication(subject=subject, quantity=quantity, p05=value, p50=value, p95=value, severity=severity)


def _interval(values: FloatArray) -> tuple[float, float, float]:
    low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
    return float(low), float(middle), float(high)
