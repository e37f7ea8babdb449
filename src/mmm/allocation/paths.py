"""One channel's curves over draws: level, slope, and what the slope can be between two amounts."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.families import FAMILIES, steepest

FloatArray = NDArray[np.float64]
SMALLEST_EXPOSURE = 1e-12
"""In typical half-saturations: below it an infinite slope is not followed."""
N_RECENT = 16
"""Amounts per channel whose slopes are kept: a search comes back to the ends of the stretch it refines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What exposure costs as spend rises: its price is `(spend / today) ** elasticity` times today's."""

    elasticity: float = 0.0
    """0 to 1; 0 keeps today's price."""
    today: float = 0.0
    """Spend at which the price is today's; without any the price stays."""

    @property
    def is_fixed(self) -> bool:
        """Say whether the price does not depend on spend."""
        return self.elasticity == 0 or self.today <= 0

    def bought(self, amount: float) -> tuple[float, float]:
        """Give the spend that would buy the same exposure at today's price, and its derivative."""
        if self.is_fixed:
            return amount, 1.0
        ratio = max(amount / self.today, SMALLEST_EXPOSURE)
        slope = (1 - self.elasticity) * ratio**-self.elasticity
        return amount * ratio**-self.elasticity, slope


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The draws of one channel that share a saturation family."""

    code: int
    draws: NDArray[np.int64]
    """(draw,), their places among all draws."""
    background: FloatArray
    """(draw, step), exposure that history leaves."""
    per_unit: FloatArray
    """(draw, step), exposure that one unit of money over the horizon makes."""
    half_saturation: FloatArray
    """(draw, 1)."""
    slope: FloatArray
    """(draw, 1)."""
    ceiling: FloatArray
    """(draw,)."""
    weight: FloatArray
    """(step,), what margin in each step counts for."""
    peak: tuple[FloatArray, FloatArray] = field(init=False, repr=False, compare=False)
    """(draw, 1), exposure where the share rises fastest (-1: nowhere), and the derivative there."""
    has_peak: bool = field(init=False, repr=False, compare=False)
    always_helps: bool = field(init=False, repr=False, compare=False)
    """Whether every ceiling is above zero."""

    def __post_init__(self) -> None:
        """Find the peaks once."""
        object.__setattr__(self, "peak", steepest(self.code, self.half_saturation, self.slope))
        object.__setattr__(self, "has_peak", bool((self.peak[0] > 0).any()))
        object.__setattr__(self, "always_helps", bool((self.ceiling > 0).all()))

    def exposure(self, amount: float) -> FloatArray:
        """Give the adstock of an amount, (draw, step)."""
        exposure: FloatArray = self.background + amount * self.per_unit
        return exposure

    def share(self, exposure: FloatArray) -> FloatArray:
        """Give the share of the ceiling reached in every step."""
        return FAMILIES[self.code].share(exposure, self.half_saturation, self.slope)

    def unit_gradient(self, exposure: FloatArray, share: FloatArray) -> FloatArray:
        """Give the exact derivative of the share in money, infinite where it is, (draw, step)."""
        rise = FAMILIES[self.code].rise(exposure, share, self.half_saturation, self.slope)
        with np.errstate(invalid="ignore"):
            rise = rise * self.per_unit
        return np.where(self.per_unit == 0, 0.0, rise) if np.isnan(rise).any() else rise

    def summed(self, by_step: FloatArray) -> FloatArray:
        """Add up steps, each by what it counts for, (draw,)."""
        with np.errstate(invalid="ignore"):
            total: FloatArray = (
                by_step[:, 0] * self.weight[0] if self.weight.size == 1 else by_step @ self.weight
            )
        return total

    def finite_gradient(self, amount: float) -> FloatArray:
        """Give the derivative in money, finite everywhere, (draw,)."""
        exposure = np.maximum(self.exposure(amount), SMALLEST_EXPOSURE)
        slope: FloatArray = self.summed(self.unit_gradient(exposure, self.share(exposure))) * self.ceiling
        return slope


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPath:
    """Every draw of one channel, in blocks of one family each."""

    blocks: tuple[Block, ...]
    n_draws: int
    price: Price = field(default_factory=Price)
    at_zero: tuple[FloatArray, ...] = field(init=False, repr=False, compare=False)
    """Per block (draw,): what history alone brings."""
    recent: dict[float, tuple[float, tuple[FloatArray, ...]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """Mean value and unit slopes (draw, step) of each block at the last amounts tabulated."""

    met: dict[float, tuple[float, float]] = field(init=False, repr=False, compare=False, default_factory=dict)
    """Mean value and its derivative at amounts met before."""

    def __post_init__(self) -> None:
        """Value history once."""
        at_zero = tuple(b.summed(b.share(b.background)) * b.ceiling for b in self.blocks)
        object.__setattr__(self, "at_zero", at_zero)

    def brought(self, amount: float) -> FloatArray:
        """Give what an amount adds to spending nothing, summed over steps, (draw,)."""
        found = np.empty(self.n_draws)
        amount, _ = self.price.bought(amount)
        for block, base in zip(self.blocks, self.at_zero, strict=True):
            found[block.draws] = self._added(block, block.share(block.exposure(amount)), base)
        return found

    def gradient(self, amount: float) -> FloatArray:
        """Give the derivative of `brought`, finite everywhere, (draw,)."""
        found = np.empty(self.n_draws)
        amount, steepness = self.price.bought(amount)
        for block in self.blocks:
            found[block.draws] = block.finite_gradient(amount) * steepness
        return found

    def expected(self, amount: float) -> tuple[float, float]:
        """Give the mean over draws of `brought`, and its derivative."""
        if amount not in self.met:
            self.met[amount] = self._expected(amount)
        return self.met[amount]

    def _expected(self, amount: float) -> tuple[float, float]:
        value = gradient = 0.0
        amount, steepness = self.price.bought(amount)
        for block, base in zip(self.blocks, self.at_zero, strict=True):
            exposure = block.exposure(amount)
            share = block.share(exposure)
            value += float(self._added(block, share, base).sum())
            if (exposure < SMALLEST_EXPOSURE).any():  # for the slope alone, which must be finite
                exposure = np.maximum(exposure, SMALLEST_EXPOSURE)
                share = block.share(exposure)
            slope = block.summed(block.unit_gradient(exposure, share))
            gradient += float(slope @ block.ceiling)
        return value / self.n_draws, gradient * steepness / self.n_draws

    def tabulate(self, amounts: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give the mean at ascending amounts, and the range of its derivative between neighbours.

        The derivative of every family has at most one peak. Between two exposures
        it is therefore at least the smaller end, and at most the larger end or,
        where the peak lies between them, the peak. Summed over steps and draws
        this bounds the mean's derivative whatever happens between the amounts.
        """
        values, ranges = np.empty(len(amounts)), np.empty((2, len(amounts) - 1))
        left: tuple[FloatArray, ...] = ()
        for k, amount in enumerate(amounts):
            bought, steepness = self.price.bought(float(amount))
            values[k], slopes = self._tabulated(bought)
            if k:
                before, steeper = self.price.bought(float(amounts[k - 1]))
                if before == 0 and not self.price.is_fixed:
                    steeper = np.inf
                low, high = self._slope_range((before, bought), left, slopes)
                ranges[:, k - 1] = _least(low, steepness, steeper), _greatest(high, steepness, steeper)
            left = slopes
        return values, ranges[0], ranges[1]

    def _tabulated(self, amount: float) -> tuple[float, tuple[FloatArray, ...]]:
        """Give the mean and the unit slopes at an amount, computed once for the recent ones."""
        if amount not in self.recent:
            total, slopes = 0.0, []
            for block, base in zip(self.blocks, self.at_zero, strict=True):
                exposure = block.exposure(amount)
                share = block.share(exposure)
                total += float(self._added(block, share, base).sum())
                slopes.append(block.unit_gradient(exposure, share))
            if len(self.recent) == N_RECENT:
                del self.recent[next(iter(self.recent))]
            self.recent[amount] = total / self.n_draws, tuple(slopes)
        return self.recent[amount]

    def _slope_range(
        self, ends: tuple[float, float], left: tuple[FloatArray, ...], right: tuple[FloatArray, ...]
    ) -> tuple[float, float]:
        """Weigh the least and greatest unit slopes of every draw and step by the ceilings."""
        lowest = highest = 0.0
        for block, before, after in zip(self.blocks, left, right, strict=True):
            high = np.maximum(before, after)
            peak_at, peak = block.peak
            if block.has_peak:
                inside = (block.exposure(ends[0]) < peak_at) & (peak_at < block.exposure(ends[1]))
                high = np.where(inside, peak * block.per_unit, high)
            low, top = block.summed(np.minimum(before, after)), block.summed(high)
            if block.always_helps:
                lowest, highest = lowest + float(block.ceiling @ low), highest + float(block.ceiling @ top)
                continue
            is_harm = block.ceiling < 0
            low, top = np.where(is_harm, top, low), np.where(is_harm, low, top)
            with np.errstate(invalid="ignore"):
                low, top = (np.where(block.ceiling == 0, 0.0, block.ceiling * side) for side in (low, top))
            lowest, highest = lowest + float(low.sum()), highest + float(top.sum())
        return lowest / self.n_draws, highest / self.n_draws

    @staticmethod
    def _added(block: Block, share: FloatArray, base: FloatArray) -> FloatArray:
        added: FloatArray = block.summed(share) * block.ceiling - base
        return added


def _least(slope: float, flatter: float, steeper: float) -> float:
    """Give the least product of a slope and of what money buys, which lies between two figures above 0."""
    return slope * (flatter if slope >= 0 else steeper)


def _greatest(slope: float, flatter: float, steeper: float) -> float:
    return slope * (steeper if slope > 0 else flatter)


def channel_path(
    *,
    background: FloatArray,
    per_unit: FloatArray,
    saturation: NDArray[np.int8],
    half_saturation: FloatArray,
    slope: FloatArray,
    ceiling: FloatArray,
    step_weight: FloatArray,
    price: Price,
) -> ChannelPath:
    """Cut a channel's draws into blocks; steps that no money reaches are left out, they never differ.

    Arrays are those of one channel in `ResponseDraws`: (draw, step) and (draw,).
    """
    steps = int(np.max(np.flatnonzero((per_unit != 0).any(axis=0)), initial=0)) + 1
    blocks = []
    for code in np.unique(saturation):
        draws = np.flatnonzero(saturation == code)
        blocks.append(
            Block(
                code=int(code),
                draws=draws,
                background=np.ascontiguousarray(background[draws, :steps], dtype=float),
                per_unit=np.ascontiguousarray(per_unit[draws, :steps], dtype=float),
                half_saturation=half_saturation[draws, None].astype(float),
                slope=slope[draws, None].astype(float),
                ceiling=ceiling[draws].astype(float),
                weight=np.asarray(step_weight[:steps], dtype=float),
            )
        )
    return ChannelPath(blocks=tuple(blocks), n_draws=len(saturation), price=price)
