"""Channels that are off or spend enough: nothing, or at least a minimum."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.curve_kinds import Curves

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """Curves worth nothing that is allowed between zero and a least amount."""

    inner: Curves
    least: FloatArray
    """(channel,), least amount once used; 0 where any amount will do."""

    @property
    def n_channels(self) -> int:
        """Count the channels."""
        return self.inner.n_channels

    def value(self, amount: FloatArray) -> FloatArray:
        """See `Curves.value`; minus infinity where an amount is neither nothing nor enough."""
        least = self.least if amount.ndim == 1 else self.least[:, None]
        is_between = (amount > 1e-12 * least) & (amount < least * (1 - 1e-9))
        return np.where(is_between, -np.inf, self.inner.value(amount))

    def best(self, price: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """See `Curves.best`."""
        used = self.inner.best(price, np.maximum(low, np.minimum(self.least, high)), high)
        finite = np.clip(price, -1e290, 1e290)
        with np.errstate(invalid="ignore"):
            rise = self.inner.value(used) - self.inner.value(low) - finite * (used - low)
        may_be_off = (self.least > 0) & (low <= 0)
        is_off = may_be_off & ((rise <= 0) | (high < self.least * (1 - 1e-9)))
        return np.where(is_off, low, used)

    def part(self, members: NDArray[np.intp]) -> "Switched":
        """See `Curves.part`."""
        return Switched(inner=self.inner.part(members), least=self.least[members])

    def within(self, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Shrink a box to what is allowed: off where it ends below the least, on where it begins above 0."""
        is_on, is_off = (low > 0) & (self.least > 0), high < self.least * (1 - 1e-9)
        return (
            np.where(is_on, np.maximum(low, self.least), low),
            np.where(is_off, np.minimum(high, 0.0), high),
        )
