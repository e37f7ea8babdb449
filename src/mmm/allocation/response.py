"""What each channel's media spend over the horizon brings, draw by draw, at margin.

Only numpy is imported here: the simulator page evaluates the same code as the
solver. Axes are draw, channel, step. Money is in the analysis' currency.

Within one draw a channel's adstock is linear in its total spend `s`: what is
left of history, plus `s` times what one unit of money leaves behind in each
step. So the contribution is a sum of saturation curves, one per period of the
horizon and per period after it, whatever the family of carry-over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmm.allocation.paths import ChannelPath, Price, channel_path

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseDraws:
    """Posterior draws of every channel's response to its spend over the horizon."""

    channels: tuple[str, ...]
    currency: str
    periods: NDArray[np.datetime64]
    """(period,) starts of the periods of the horizon."""
    background: FloatArray
    """(draw, channel, step), exposure that history leaves; steps are the horizon, then after it."""
    per_unit: FloatArray
    """(draw, channel, step), exposure that one unit of money over the horizon makes."""
    saturation: NDArray[np.int8]
    """(draw, channel), place of the family in `mmm.transforms.SATURATIONS`."""
    half_saturation: FloatArray
    """(draw, channel), exposure at which half of the ceiling is reached; not read by power and none."""
    slope: FloatArray
    """(draw, channel), steepness of Hill (above 1 an S), exponent of power; not read by the others."""
    ceiling: FloatArray
    """(draw, channel), money at margin per period when fully saturated; at exposure 1 for power and none."""
    pattern: FloatArray
    """(channel, period), share of the channel's spend that falls in each period; rows sum to 1."""
    fee_rate: FloatArray
    """(channel,), fees that follow spend, as a share of it."""
    fixed_cost: FloatArray
    """(channel,), fees and tools over the horizon that no plan changes."""
    current: FloatArray
    """(channel,), media spend planned today over the horizon."""
    observed_peak: FloatArray
    """(channel,), largest spend of one period seen in the data."""
    step_weight: FloatArray = field(default_factory=lambda: np.ones(0))
    """(step,), what margin in each step counts for today; ones unless later money is discounted."""
    price_elasticity: FloatArray = field(default_factory=lambda: np.zeros(0))
    """(channel,), how fast exposure gets dearer with spend, 0 to 1; today's spend has today's price."""
    paths: tuple[ChannelPath, ...] = field(init=False, repr=False, compare=False)
    """Curves of each channel, ready for evaluation."""

    def __post_init__(self) -> None:
        """Refuse shapes that do not fit, and prepare each channel's curves."""
        shape = (self.n_draws, len(self.channels))
        for name in ("saturation", "half_saturation", "slope", "ceiling"):
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, expected {shape}")
        if self.background.shape != self.per_unit.shape or self.per_unit.shape[:2] != shape:
            raise ValueError(
                f"background and per_unit have shapes {self.background.shape} and {self.per_unit.shape}, "
                f"expected both {shape} and the same steps"
            )
        if not self.step_weight.size:
            object.__setattr__(self, "step_weight", np.ones(self.per_unit.shape[2]))
        if not self.price_elasticity.size:
            object.__setattr__(self, "price_elasticity", np.zeros(len(self.channels)))
        if not np.allclose(self.pattern.sum(axis=1), 1.0):
            raise ValueError(f"the rows of pattern sum to {self.pattern.sum(axis=1)}, expected 1")
        object.__setattr__(
            self,
            "paths",
            tuple(
                channel_path(
                    background=self.background[:, c],
                    per_unit=self.per_unit[:, c],
                    saturation=self.saturation[:, c],
                    half_saturation=self.half_saturation[:, c],
                    slope=self.slope[:, c],
                    ceiling=self.ceiling[:, c],
                    step_weight=self.step_weight,
                    price=Price(elasticity=float(self.price_elasticity[c]), today=float(self.current[c])),
                )
                for c in range(len(self.channels))
            ),
        )

    @property
    def n_draws(self) -> int:
        """Count the draws."""
        return int(self.ceiling.shape[0])

    @property
    def cost_rate(self) -> FloatArray:
        """Full cost of one more unit of spend, (channel,); its present value where money is discounted."""
        weight = self.pattern @ self.step_weight[: self.pattern.shape[1]]
        return (1.0 + self.fee_rate) * np.where(np.abs(weight - 1.0) < 1e-12, 1.0, weight)

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
            [path.brought(amount) for path, amount in zip(self.paths, amounts, strict=True)], axis=1
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
