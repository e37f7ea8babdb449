"""What the data taught: how far the posterior moved from the prior, and what cannot be told apart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mmm.effects.draws import FloatArray, thinned
from mmm.model.media_prior import COEFFICIENT
from mmm.model.prior_draws import comparable_strength

if TYPE_CHECKING:
    from mmm.inference import Fit

N_GRID = 200
N_PRIOR = 4000
SEPARABLE = -0.5
"""Correlation of two channels' contributions under which they are reported together."""


def prior_shares(fit: "Fit") -> dict[str, float]:
    """Give per channel the overlap of prior and posterior of its strength: near 1, the data said nothing.

    Strength is the channel's return (equally its share of the KPI) on the log
    scale, or its effect where the belief is a coefficient that may be negative.
    """
    draws, design = thinned(fit), fit.design
    believed = comparable_strength(design, N_PRIOR)
    found = {}
    for at, channel in enumerate(design.channels):
        if design.media_prior.kind[at] == COEFFICIENT:
            learnt = draws["effect"].sel(channel=channel).to_numpy()
        else:
            share = draws["return"].sel(channel=channel) * design.full_cost_total[at] / design.kpi_total
            learnt = np.log(share.to_numpy())
        found[channel] = overlap(believed[:, at], np.asarray(learnt, dtype=float))
    return found


def overlap(prior: FloatArray, posterior: FloatArray) -> float:
    """Give the area that two densities share, 0 (nothing in common) to 1 (nothing learnt).

    Both densities are smoothed from draws, so 1 is never quite reached. Give
    draws of positive quantities on the log scale, where their densities are smooth.
    """
    low = min(np.quantile(prior, 0.0005), np.quantile(posterior, 0.0005))
    high = max(np.quantile(prior, 0.9995), np.quantile(posterior, 0.9995))
    margin = 0.1 * (high - low)
    grid = np.linspace(low - margin, high + margin, N_GRID)
    shared = np.minimum(_density(prior, grid), _density(posterior, grid))
    return float(min(1.0, np.trapezoid(shared, grid)))


def correlations(draws: FloatArray) -> FloatArray:
    """Give the rank correlations of the columns of (draw, channel); 0 for a column that never varies."""
    ranks = np.apply_along_axis(_ranks, 0, draws)
    centred = ranks - ranks.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    scaled = np.divide(centred, size, out=np.zeros_like(centred), where=size > 0)
    return np.asarray(scaled.T @ scaled)


def collinear_groups(
    contribution: FloatArray, channels: Sequence[str], threshold: float = SEPARABLE
) -> tuple[tuple[str, ...], ...]:
    """Group the channels of which what one is credited with is taken from another.

    Two channels whose contributions correlate below `threshold` over draws
    belong together, and so does whatever is linked to one of them. Channels
    that stand alone are in no group.

    Parameters
    ----------
    contribution : ndarray of shape (draw, channel)
        Total contributions, any unit.

    Examples
    --------
    >>> tv = np.linspace(1.0, 2.0, 50)
    >>> collinear_groups(np.column_stack([tv, 5.0 - tv, np.sin(90 * tv)]), ["tv", "radio", "search"])
    (('tv', 'radio'),)
    """
    linked = correlations(contribution) < threshold
    left, groups = list(range(len(channels))), []
    while left:
        members, frontier = [], [left.pop(0)]
        while frontier:
            member = frontier.pop()
            members.append(member)
            near = [other for other in left if linked[member, other]]
            frontier += near
            left = [other for other in left if other not in near]
        if len(members) > 1:
            groups.append(tuple(channels[at] for at in sorted(members)))
    return tuple(groups)


def _density(draws: FloatArray, grid: FloatArray) -> FloatArray:
    """Smooth draws with a Gaussian kernel of Scott's width; scipy.stats takes half a second to import."""
    width = draws.std(ddof=1) * len(draws) ** -0.2
    away = (grid[:, None] - draws) / width
    return np.asarray(np.exp(-0.5 * away**2).mean(axis=1) / (width * np.sqrt(2.0 * np.pi)))


def _ranks(values: FloatArray) -> FloatArray:
    """Rank values from 1; equal ones share their average rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place])
