"""What a specification believes of its data before seeing the KPI: draws from the whole prior."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.model.design import Design
from mmm.model.media_prior import MARGINAL, POOLED, MediaPrior, declared_share
from mmm.model.prior_curves import N_SLOTS, Curves, curve_draws, nine_tenths
from mmm.model.shape_prior import draw_curves
from mmm.model.spec import ModelSpec
from mmm.transforms import ADSTOCKS, reached, reached_slope
from mmm.transforms.media import one_channel

FloatArray = NDArray[np.float64]
N_DRAWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorDraws:
    """Draws from the prior, in the units of the model."""

    retention: FloatArray
    """(draw, channel) Of a geometric carry-over, else NaN."""
    tail: FloatArray
    """(draw, channel) Periods until nine tenths of the effect have come."""
    half_saturation: FloatArray
    """(draw, channel) Typical active periods; NaN for a family without a ceiling."""
    share: FloatArray
    """(draw, channel) Share of the KPI over the data."""
    elasticity: FloatArray
    """(draw, channel) Marginal return over average return, at the observed spend."""
    baseline: FloatArray
    """(draw, period) KPI without media."""
    media: FloatArray
    """(draw, period) What all channels bring."""
    noise: FloatArray
    """(draw) Standard deviation of the noise."""


def draw_prior(design: Design, spec: ModelSpec, n_draws: int = N_DRAWS, seed: int = 0) -> PriorDraws:
    """Draw parameters from the beliefs and what they imply on the observed spend and calendar."""
    rng = np.random.default_rng([seed, 3])
    n_channels, tiny = len(design.channels), np.finfo(float).tiny
    uniform = np.clip(rng.random((n_draws, N_SLOTS, n_channels)), 1e-9, 1 - 1e-9)
    curves = draw_curves(design.shape_prior, uniform)
    strength = draw_strength(design.media_prior, n_draws, seed)
    share, elasticity = np.empty((n_draws, n_channels)), np.empty((n_draws, n_channels))
    media = np.zeros((n_draws, len(design.y)))
    for at in range(n_channels):
        curve, spend, before = one_channel(curves, at), design.x.T[[at]], design.carry_in[[at]]
        level = reached(curve, spend, before)[:, 0]
        mean = np.maximum(level.mean(axis=1), tiny)
        elasticity[:, at] = reached_slope(curve, spend, before)[:, 0].mean(axis=1) / mean
        kind = int(design.media_prior.kind[at])
        share[:, at] = declared_share(kind, strength[:, at], np.maximum(elasticity[:, at], 1e-12), mean)
        media += (share[:, at] / mean)[:, None] * level
    return PriorDraws(
        retention=np.where(curves.adstock == ADSTOCKS.index("geometric"), curves.first, np.nan),
        tail=np.stack([nine_tenths(curves, at) for at in range(n_channels)], axis=1),
        half_saturation=curves.half_saturation,
        share=share,
        elasticity=elasticity,
        baseline=_baseline(design, rng, n_draws),
        media=media,
        noise=np.abs(rng.standard_normal(n_draws)) * spec.beliefs.noise,
    )


def draw_strength(prior: MediaPrior, n_draws: int, seed: int = 0) -> FloatArray:
    """Draw the belief on every channel's strength as `MediaPrior` states it, (draw, channel).

    Log share of the KPI; for a coefficient the effect, for a marginal return the log of share times
    elasticity.
    """
    rng = np.random.default_rng(seed)
    pooled = prior.kind == POOLED
    spread = np.repeat(prior.spread[None], n_draws, axis=0)
    if prior.learns_split:
        median, log_sd = prior.split_spread
        spread[:, pooled] = median * np.exp(log_sd * rng.standard_normal((n_draws, 1)))
    drawn = prior.location + spread * rng.standard_normal((n_draws, len(prior.kind)))
    if pooled.any():
        total = prior.pool_location + prior.pool_spread * rng.standard_normal((n_draws, 1))
        weight = drawn[:, pooled]
        highest = weight.max(axis=1, keepdims=True)
        size = highest + np.log(np.exp(weight - highest).sum(axis=1, keepdims=True))
        drawn[:, pooled] = total + weight - size
    return np.asarray(drawn)


def comparable_strength(design: Design, n_draws: int, seed: int = 0) -> FloatArray:
    """Draw every channel's belief, (draw, channel): log share of the KPI, or effect where it may hurt."""
    drawn = draw_strength(design.media_prior, n_draws, seed)
    rng = np.random.default_rng([seed, 4])
    curves = Curves(
        x=design.x,
        carry_in=design.carry_in,
        marginal_cost=design.full_cost_total,
        shape=design.shape_prior,
    )
    for at, kind in enumerate(design.media_prior.kind):
        if kind == MARGINAL:
            uniform = np.clip(rng.random((n_draws, N_SLOTS)), 1e-9, 1 - 1e-9)
            elasticity = curve_draws(curves, at, uniform).elasticity
            drawn[:, at] = np.log(declared_share(int(kind), drawn[:, at], elasticity, elasticity))
    return drawn


def _baseline(design: Design, rng: np.random.Generator, n_draws: int) -> FloatArray:
    baseline = design.baseline
    amplitude = np.abs(rng.standard_normal((n_draws, len(baseline.amplitudes)))) * baseline.amplitude_scale
    with_one = np.column_stack([amplitude, np.ones(n_draws)])
    deviation = baseline.scale * with_one[:, baseline.amplitude_index]
    coefficient = baseline.mean + deviation * rng.standard_normal((n_draws, len(baseline.names)))
    return np.asarray(coefficient @ design.basis.T)
