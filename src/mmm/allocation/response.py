"""What each channel's media spend over the horizon brings, draw by draw, at margin.

Only numpy is imported here: the simulator page evaluates the same code as the
solver. Axes are draw, channel, period. Money is in the analysis' currency.

Within one draw a channel's adstock is linear in its total spend `s`: what is
left of history, plus `s` times what one unit of money leaves behind in each
period. So the contribution is a sum of saturation curves, one per period of the
horizon and per period after it until 99 % of the weight has come out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, log

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
REMAINING_WEIGHT = 0.01
"""Carry-over is followed after the horizon until this share of its weight is left."""
MAX_PERIODS_AFTER = 104
SMALLEST_EXPOSURE = 1e-12
"""In half-saturations: below it the slope of a curve steeper than a line is not followed to infinity."""
N_RECENT = 16
"""Amounts per channel whose slopes are kept: a search comes back to the ends of the stretch it refines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseDraws:
    """Posterior draws of every channel's response to its spend over the horizon."""

    channels: tuple[str, ...]
    currency: str
    periods: NDArray[np.datetime64]
    """(period,) starts of the periods of the horizon."""
    retention: FloatArray
    """(draw, channel), share of the effect carried into the next period, 0 to 1."""
    half_saturation: FloatArray
    """(draw, channel), exposure at which half of the ceiling is reached."""
    slope: FloatArray
    """(draw, channel), steepness; above 1 the curve is an S."""
    ceiling: FloatArray
    """(draw, channel), money at margin per period when fully saturated."""
    carry_in: FloatArray
    """(draw, channel), adstock in the period before the horizon."""
    pattern: FloatArray
    """(channel, period), share of the channel's spend that falls in each period; rows sum to 1."""
    scale: FloatArray
    """(channel,), spend per period that is an exposure of 1."""
    fee_rate: FloatArray
    """(channel,), fees that follow spend, as a share of it."""
    fixed_cost: FloatArray
    """(channel,), fees and tools over the horizon that no plan changes."""
    current: FloatArray
    """(channel,), media spend planned today over the horizon."""
    observed_peak: FloatArray
    """(channel,), largest spend of one period seen in the data."""
    paths: tuple["ChannelPath", ...] = field(init=False, repr=False, compare=False)
    """Adstock of each channel, ready for evaluation."""

    def __post_init__(self) -> None:
        """Refuse shapes that do not fit, and prepare the adstock of each channel."""
        shape = (self.n_draws, len(self.channels))
        for name in ("retention", "half_saturation", "slope", "ceiling", "carry_in"):
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, expected {shape}")
        if not np.allclose(self.pattern.sum(axis=1), 1.0):
            raise ValueError(f"the rows of pattern sum to {self.pattern.sum(axis=1)}, expected 1")
        object.__setattr__(self, "paths", tuple(_path(self, c) for c in range(len(self.channels))))

    @property
    def n_draws(self) -> int:
        """Count the draws."""
        return int(self.retention.shape[0])

    @property
    def cost_rate(self) -> FloatArray:
        """Full cost of one more unit of spend, (channel,)."""
        return 1.0 + self.fee_rate

    def spend_vector(self, spend: Mapping[str, float] | ArrayLike) -> FloatArray:
        """Give spend over the horizon as an array in the order of the channels."""
        if isinstance(spend, Mapping):
            unknown = sorted(set(spend) - set(self.channels))
            if unknown:
                raise ValueError(f"unknown channels {unknown}, expected {list(self.channels)}")
            return np.array([spend[channel] for channel in self.channels], dtype=float)
        return np.asarray(spend, dtype=float)

    def contribution(self, spend: Mapping[str, float] | ArrayLike) -> FloatArray:
        """Give what each channel's spend adds to spending nothing, at margin, (draw, channel)."""
        amounts = self.spend_vector(spend)
        return np.stack(
            [path.level(amount) - path.at_zero for path, amount in zip(self.paths, amounts, strict=True)],
            axis=1,
        )

    def marginal(self, spend: Mapping[str, float] | ArrayLike) -> FloatArray:
        """Give what one more unit of spend adds at margin, before its cost, (draw, channel)."""
        amounts = self.spend_vector(spend)
        return np.stack(
            [path.gradient(amount) for path, amount in zip(self.paths, amounts, strict=True)], axis=1
        )

    def full_cost(self, spend: Mapping[str, float] | ArrayLike) -> FloatArray:
        """Give spend with its fees and the fixed costs, (channel,)."""
        return self.spend_vector(spend) * self.cost_rate + self.fixed_cost

    def profit(self, spend: Mapping[str, float] | ArrayLike) -> FloatArray:
        """Give contribution at margin minus full cost, all channels together, (draw,)."""
        return self.contribution(spend).sum(axis=1) - float(self.full_cost(spend).sum())

    def expected(self, channel: int, amounts: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the mean contribution of one channel and its slope at each amount."""
        pairs = [self.paths[channel].expected(float(amount)) for amount in amounts]
        return np.array([value for value, _ in pairs]), np.array([slope for _, slope in pairs])

    def tabulate(self, channel: int, amounts: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give the mean contribution at ascending amounts, and its slope's range between neighbours."""
        return self.paths[channel].tabulate(amounts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPath:
    """Adstock of one channel over the horizon and after: `background + spend * per_unit`."""

    background: FloatArray
    """(draw, step), what is left of history."""
    per_unit: FloatArray
    """(draw, step), adstock that one unit of money over the horizon makes."""
    half_saturation: FloatArray
    """(draw, 1)."""
    slope: FloatArray
    """(draw, 1)."""
    ceiling: FloatArray
    """(draw, 1)."""

    at_zero: FloatArray = field(init=False, repr=False, compare=False)
    """(draw,), `level` of spending nothing: what history alone brings."""
    recent: dict[float, tuple[float, FloatArray]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    """Mean value and unit slopes (draw, step) of the last amounts tabulated."""

    def __post_init__(self) -> None:
        """Value history once."""
        object.__setattr__(self, "at_zero", self.level(0.0))

    def level(self, amount: float) -> FloatArray:
        """Give the saturated effect summed over steps, history's included, (draw,)."""
        share = self._share(self._adstock(amount))
        total: FloatArray = share.sum(axis=1) * self.ceiling[:, 0]
        return total

    def gradient(self, amount: float) -> FloatArray:
        """Give the derivative of `level`, (draw,)."""
        adstock = self._adstock(amount)
        return self._gradient(adstock, self._share(adstock))

    def expected(self, amount: float) -> tuple[float, float]:
        """Give the mean over draws of what an amount adds to nothing, and its derivative."""
        adstock = self._adstock(amount)
        share = self._share(adstock)
        return self._mean(share), float(self._gradient(adstock, share).mean())

    def tabulate(self, amounts: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give the mean at ascending amounts, and the range of its derivative between neighbours.

        The derivative of a Hill curve has one peak. Between two exposures it is
        therefore at least the smaller end, and at most the larger end or, where
        the peak lies between them, the peak. Summed over steps and draws this
        bounds the mean's derivative whatever happens between the amounts.
        """
        values, ranges = np.empty(len(amounts)), np.empty((2, len(amounts) - 1))
        before = left = np.empty(0)
        for k, amount in enumerate(amounts):
            adstock = self._adstock(float(amount))
            values[k], slope = self._tabulated(float(amount), adstock)
            if k:
                ranges[:, k - 1] = self._slope_range(before, left, adstock, slope)
            before, left = adstock, slope
        return values, ranges[0], ranges[1]

    def _tabulated(self, amount: float, adstock: FloatArray) -> tuple[float, FloatArray]:
        """Give the mean and the unit slopes at an amount, computed once for the recent ones."""
        if amount not in self.recent:
            share = self._share(adstock)
            if len(self.recent) == N_RECENT:
                del self.recent[next(iter(self.recent))]
            self.recent[amount] = self._mean(share), self._unit_gradient(adstock, share)
        return self.recent[amount]

    def _slope_range(
        self, before: FloatArray, left: FloatArray, after: FloatArray, right: FloatArray
    ) -> tuple[float, float]:
        """Weigh the least and greatest unit slopes of every draw and step by the ceilings."""
        high = np.maximum(left, right)
        peak_at, peak = self._steepest()
        inside = (before < peak_at) & (peak_at < after)
        if inside.any():
            high = np.where(inside, peak * self.per_unit, high)
        least, greatest = np.minimum(left, right).sum(axis=1), high.sum(axis=1)
        ceiling = self.ceiling[:, 0]
        is_harm = ceiling < 0
        if is_harm.any():
            least, greatest = np.where(is_harm, greatest, least), np.where(is_harm, least, greatest)
        with np.errstate(invalid="ignore"):
            ends = [np.where(ceiling == 0, 0.0, ceiling * side).mean() for side in (least, greatest)]
        return float(ends[0]), float(ends[1])

    def _adstock(self, amount: float) -> FloatArray:
        adstock: FloatArray = self.background + amount * self.per_unit
        return adstock

    def _share(self, adstock: FloatArray) -> FloatArray:
        """Give the Hill share: in logarithms, because exp and log are vectorised and powers are not."""
        with np.errstate(divide="ignore", over="ignore"):
            share: FloatArray = np.log(adstock)
            share -= np.log(self.half_saturation)
            share *= -self.slope
            np.exp(share, out=share)
        share += 1.0
        return np.reciprocal(share, out=share)

    def _mean(self, share: FloatArray) -> float:
        return float((share.sum(axis=1) * self.ceiling[:, 0] - self.at_zero).mean())

    def _gradient(self, adstock: FloatArray, share: FloatArray) -> FloatArray:
        """Give the derivative in money, finite everywhere, (draw,)."""
        rise = 1.0 - share
        rise *= share
        rise /= np.maximum(adstock, SMALLEST_EXPOSURE * self.half_saturation)
        slope: FloatArray = (rise * self.per_unit).sum(axis=1) * (self.ceiling * self.slope)[:, 0]
        return slope

    def _unit_gradient(self, adstock: FloatArray, share: FloatArray) -> FloatArray:
        """Give the exact derivative of the share in money, infinite where it is, (draw, step)."""
        gradient = 1.0 - share
        gradient *= share
        gradient *= self.slope
        with np.errstate(divide="ignore", invalid="ignore"):
            gradient /= adstock
            if (adstock == 0).any():
                limit = np.where(self.slope > 1, 0.0, 1 / self.half_saturation)
                limit = np.where(self.slope < 1, np.inf, limit)
                gradient = np.where(adstock == 0, limit, gradient)
                return np.where(self.per_unit == 0, 0.0, gradient * self.per_unit)
        gradient *= self.per_unit
        return gradient

    def _steepest(self) -> tuple[FloatArray, FloatArray]:
        """Give the exposure where the share rises fastest and its derivative there; none below slope 1."""
        is_s = self.slope > 1
        slope = np.where(is_s, self.slope, 2.0)
        at = self.half_saturation * ((slope - 1) / (slope + 1)) ** (1 / slope)
        return np.where(is_s, at, -1.0), (slope**2 - 1) / (4 * slope * at)


def _path(response: ResponseDraws, channel: int) -> ChannelPath:
    """Run the geometric adstock of the channel's pattern and of what history left."""
    retention = response.retention[:, channel]
    pattern = response.pattern[channel] / response.scale[channel]
    n_steps = len(pattern) + _periods_after(float(retention.max()))
    per_unit = np.empty((response.n_draws, n_steps))
    carried = np.zeros(response.n_draws)
    for step in range(n_steps):
        added = pattern[step] if step < len(pattern) else 0.0
        carried = retention * carried + (1.0 - retention) * added
        per_unit[:, step] = carried
    decay = retention[:, None] ** np.arange(1, n_steps + 1)
    return ChannelPath(
        background=response.carry_in[:, channel, None] * decay,
        per_unit=per_unit,
        half_saturation=response.half_saturation[:, channel, None],
        slope=response.slope[:, channel, None],
        ceiling=response.ceiling[:, channel, None],
    )


def _periods_after(retention: float) -> int:
    if retention <= 0:
        return 0
    if retention >= 1:
        return MAX_PERIODS_AFTER
    return min(MAX_PERIODS_AFTER, ceil(log(REMAINING_WEIGHT) / log(retention)))
