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

    def finite_gradient(self, amount: float) -> FloatArray:
        """Give the derivative in money, finite everywhere, (draw,)."""
        exposure = np.maximum(self.exposure(amount), SMALLEST_EXPOSURE)
        slope: FloatArray = self.unit_gradient(exposure, self.share(exposure)).sum(axis=1) * self.ceiling
        return slope


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPath:
    """Every draw of one channel, in blocks of one family each."""

    blocks: tuple[Block, ...]
    n_draws: int
    at_zero: tuple[FloatArray, ...] = field(init=False, repr=False, compare=False)
    """Per block (draw,): what history alone brings."""
    recent: dict[float, tuple[float, tuple[FloatArray, ...]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """Mean value and unit slopes (draw, step) of each block at the last amounts tabulated."""

    def __post_init__(self) -> None:
        """Value history once."""
        at_zero = tuple(b.share(b.background).sum(axis=1) * b.ceiling for b in self.blocks)
        object.__setattr__(self, "at_zero", at_zero)

    def brought(self, amount: float) -> FloatArray:
        """Give what an amount adds to spending nothing, summed over steps, (draw,)."""
        found = np.empty(self.n_draws)
        for block, base in zip(self.blocks, self.at_zero, strict=True):
            found[block.draws] = self._added(block, block.share(block.exposure(amount)), base)
        return found

    def gradient(self, amount: float) -> FloatArray:
        """Give the derivative of `brought`, finite everywhere, (draw,)."""
        found = np.empty(self.n_draws)
        for block in self.blocks:
            found[block.draws] = block.finite_gradient(amount)
        return found

    def expected(self, amount: float) -> tuple[float, float]:
        """Give the mean over draws of `brought`, and its derivative."""
        value = gradient = 0.0
        for block, base in zip(self.blocks, self.at_zero, strict=True):
            exposure = np.maximum(block.exposure(amount), SMALLEST_EXPOSURE)
            share = block.share(exposure)
            value += float(self._added(block, share, base).sum())
            slope = block.unit_gradient(exposure, share).sum(axis=1)
            gradient += float(slope @ block.ceiling)
        return value / self.n_draws, gradient / self.n_draws

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
            values[k], slopes = self._tabulated(float(amount))
            if k:
                ends = (float(amounts[k - 1]), float(amount))
                ranges[:, k - 1] = self._slope_range(ends, left, slopes)
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
            peak_at, peak = steepest(block.code, block.half_saturation, block.slope)
            if (peak_at > 0).any():
                inside = (block.exposure(ends[0]) < peak_at) & (peak_at < block.exposure(ends[1]))
                high = np.where(inside, peak * block.per_unit, high)
            low, top = np.minimum(before, after).sum(axis=1), high.sum(axis=1)
            is_harm = block.ceiling < 0
            if is_harm.any():
                low, top = np.where(is_harm, top, low), np.where(is_harm, low, top)
            with np.errstate(invalid="ignore"):
                low, top = (np.where(block.ceiling == 0, 0.0, block.ceiling * side) for side in (low, top))
            lowest, highest = lowest + float(low.sum()), highest + float(top.sum())
        return lowest / self.n_draws, highest / self.n_draws

    @staticmethod
    def _added(block: Block, share: FloatArray, base: FloatArray) -> FloatArray:
        added: FloatArray = share.sum(axis=1) * block.ceiling - base
        return added


def channel_path(
    *,
    background: FloatArray,
    per_unit: FloatArray,
    saturation: NDArray[np.int8],
    half_saturation: FloatArray,
    slope: FloatArray,
    ceiling: FloatArray,
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
            )
        )
    return ChannelPath(blocks=tuple(blocks), n_draws=len(saturation))
