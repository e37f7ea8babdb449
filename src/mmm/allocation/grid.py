"""What spend in every period and geo brings together: carry-over couples the periods of a channel.

Axes are channel, geo, period for spend; draw and step for outcomes, where steps
are the periods of the horizon and those after it. History is carried in, what
comes out after the horizon counts once. Money is at margin, full cost subtracted.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.families import FAMILIES
from mmm.transforms.families import HILL, POWER

FloatArray = NDArray[np.float64]
SMALLEST_EXPOSURE = 1e-12
"""Below it an infinite slope is not followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GridResponse:
    """Posterior draws of what spend by channel, geo and period brings."""

    channels: tuple[str, ...]
    geos: tuple[str, ...]
    n_periods: int
    weights: FloatArray
    """(draw, channel, step), what a period's exposure adds to the steps from its own on."""
    background: FloatArray
    """(draw, channel, geo, step), exposure that history leaves."""
    per_unit: FloatArray
    """(channel, geo), exposure that one unit of money buys in a period."""
    saturation: NDArray[np.int8]
    """(draw, channel), place of the family in `mmm.transforms.SATURATIONS`."""
    half_saturation: FloatArray
    """(draw, channel)."""
    slope: FloatArray
    """(draw, channel)."""
    ceiling: FloatArray
    """(draw, channel, geo), money at margin per period when fully saturated."""
    cost_rate: FloatArray
    """(channel,), full cost of one unit of spend."""
    parts: tuple[tuple["_Part", ...], ...] = field(init=False, repr=False, compare=False)
    """Per channel, its draws of each family."""

    def __post_init__(self) -> None:
        """Lay out what evaluation needs once."""
        found = tuple(
            tuple(_part(self, channel, int(code)) for code in np.unique(self.saturation[:, channel]))
            for channel in range(len(self.channels))
        )
        object.__setattr__(self, "parts", found)

    @property
    def n_draws(self) -> int:
        """Count the draws."""
        return len(self.weights)

    @property
    def is_concave(self) -> bool:
        """Say whether more spend brings less and less in every draw, whatever the plan."""
        is_s = (self.saturation == HILL) & (self.slope > 1)
        is_convex = (self.saturation == POWER) & (self.slope > 1)
        return not (is_s | is_convex).any() and bool((self.ceiling >= 0).all())

    def profit(self, spend: FloatArray) -> FloatArray:
        """Give margin brought minus full cost of a plan (channel, geo, period), (draw,)."""
        total = np.full(self.n_draws, -float(self.cost_rate @ spend.sum(axis=(1, 2))))
        for parts, path in zip(self.parts, spend, strict=True):
            for part in parts:
                total[part.draws] += part.brought(path)
        return total

    def expected(self, spend: FloatArray) -> tuple[float, FloatArray]:
        """Give mean profit and its gradient (channel, geo, period)."""
        value = -float(self.cost_rate @ spend.sum(axis=(1, 2)))
        gradient = np.empty_like(spend)
        for c, (parts, path) in enumerate(zip(self.parts, spend, strict=True)):
            gradient[c] = -self.cost_rate[c]
            for part in parts:
                brought, slope = part.slopes(path)
                value += brought / self.n_draws
                gradient[c] += slope / self.n_draws
        return value, gradient


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One channel's draws of one family."""

    code: int
    draws: NDArray[np.intp]
    carry: FloatArray
    """(draw x step, period), exposure in each step from one unit of exposure in each period."""
    background: FloatArray
    """(draw x step, geo)."""
    per_unit: FloatArray
    """(geo,)."""
    half_saturation: FloatArray
    """(draw x step, 1)."""
    slope: FloatArray
    """(draw x step, 1)."""
    ceiling: FloatArray
    """(draw x step, geo)."""
    at_zero: FloatArray = field(init=False, repr=False, compare=False)
    """(draw x step, geo), share reached by history alone."""

    def __post_init__(self) -> None:
        """Value history once."""
        share = FAMILIES[self.code].share(self.background, self.half_saturation, self.slope)
        object.__setattr__(self, "at_zero", share)

    def brought(self, path: FloatArray) -> FloatArray:
        """Give margin above that of spending nothing, (draw,)."""
        share = FAMILIES[self.code].share(self._exposure(path), self.half_saturation, self.slope)
        by_step = ((share - self.at_zero) * self.ceiling).sum(axis=1)
        return by_step.reshape(len(self.draws), -1).sum(axis=1)

    def slopes(self, path: FloatArray) -> tuple[float, FloatArray]:
        """Give margin summed over draws, and its gradient (geo, period)."""
        family, exposure = FAMILIES[self.code], self._exposure(path)
        share = family.share(exposure, self.half_saturation, self.slope)
        value = float(np.vdot(share - self.at_zero, self.ceiling))
        if (exposure < SMALLEST_EXPOSURE).any():  # for the slope alone, which must be finite
            exposure = np.maximum(exposure, SMALLEST_EXPOSURE)
            share = family.share(exposure, self.half_saturation, self.slope)
        rise = family.rise(exposure, share, self.half_saturation, self.slope)
        rise *= self.ceiling
        return value, (self.carry.T @ rise).T * self.per_unit[:, None]

    def _exposure(self, path: FloatArray) -> FloatArray:
        exposure: FloatArray = self.carry @ (path * self.per_unit[:, None]).T
        exposure += self.background
        return exposure


def _part(response: GridResponse, channel: int, code: int) -> _Part:
    """Write carry-over as a matrix from periods to steps, draw below draw."""
    draws = np.flatnonzero(response.saturation[:, channel] == code)
    weights = response.weights[draws, channel]
    n_steps, n_geos = weights.shape[1], len(response.geos)
    carry = np.zeros((len(draws), n_steps, response.n_periods))
    for period in range(response.n_periods):
        carry[:, period:, period] = weights[:, : n_steps - period]

    def by_step(values: FloatArray) -> FloatArray:
        return np.repeat(values, n_steps, axis=0)

    return _Part(
        code=code,
        draws=draws,
        carry=carry.reshape(-1, response.n_periods),
        background=response.background[draws, channel].transpose(0, 2, 1).reshape(-1, n_geos).copy(),
        per_unit=response.per_unit[channel],
        half_saturation=by_step(response.half_saturation[draws, channel, None]),
        slope=by_step(response.slope[draws, channel, None]),
        ceiling=by_step(response.ceiling[draws, channel]),
    )
