"""Curves of which only whole units count: rounding as part of the question, not after it.

Between two peaks of value minus price times amount a curve goes up, down, or
down then up. So the best whole unit is next to a peak or at an end of the
interval, and the search over whole units is as exact as the one over amounts.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.branching import Market
from mmm.allocation.curve_kinds import Curves, least_best
from mmm.allocation.nested import Relaxation

FloatArray = NDArray[np.float64]
WHOLE = 1e-7
"""Share of a unit by which an amount may miss a multiple."""


class Peaked(Curves, Protocol):
    """Curves that know where value minus price times amount may be highest."""

    def peaks(self, price: FloatArray) -> FloatArray:
        """Give these amounts, (channel, spot); they may lie outside any interval."""
        ...

    def part(self, members: NDArray[np.intp]) -> "Peaked":
        """See `Curves.part`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """Curves worth nothing between units, on the channels that take whole units."""

    inner: Peaked
    unit: float
    is_stepped: NDArray[np.bool_]
    """(channel,); the others take any amount."""

    @property
    def n_channels(self) -> int:
        """Count the channels."""
        return self.inner.n_channels

    def value(self, amount: FloatArray) -> FloatArray:
        """See `Curves.value`; minus infinity between units."""
        units = amount / self.unit
        is_between = self.is_stepped & (np.abs(units - np.round(units)) > WHOLE)
        return np.where(is_between, -np.inf, self.inner.value(amount))

    def best(self, price: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """See `Curves.best`."""
        amount = self.inner.best(price, low, high)
        if not self.is_stepped.any():
            return amount
        least, most = self.within(low, high)
        spots = np.clip(self.inner.peaks(price), least[:, None], most[:, None]) / self.unit
        tried = self.unit * np.concatenate([np.floor(spots), np.ceil(spots)], axis=1)
        tried = np.concatenate([tried, least[:, None], most[:, None]], axis=1)
        tried = np.clip(tried, least[:, None], most[:, None])
        whole = least_best(self.inner.value, tried, np.clip(price, -1e290, 1e290))
        return np.where(self.is_stepped, whole, amount)

    def part(self, members: NDArray[np.intp]) -> "Stepped":
        """See `Curves.part`."""
        return Stepped(inner=self.inner.part(members), unit=self.unit, is_stepped=self.is_stepped[members])

    def within(self, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Shrink a box to whole units; the least is above the most where it holds none."""
        least = np.where(self.is_stepped, np.ceil(low / self.unit - WHOLE) * self.unit, low)
        most = np.where(self.is_stepped, np.floor(high / self.unit + WHOLE) * self.unit, high)
        return least, most


class Restricted(Curves, Protocol):
    """Curves that allow some amounts only."""

    def within(self, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Shrink a box to amounts that are allowed; the least is above the most where it holds none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedMarket:
    """A market of curves that allow some amounts only: boxes shrink before they are solved."""

    market: Market
    curves: Restricted

    def relax(self, low: FloatArray, high: FloatArray, guess: float = 1.0) -> Relaxation | None:
        """See `Market.relax`."""
        least, most = self.curves.within(low, high)
        return None if (least > most).any() else self.market.relax(least, most, guess)


def stepped(
    curves: Peaked, box: tuple[FloatArray, FloatArray], total: float | None, unit: float
) -> tuple[Stepped, int | None]:
    """Step every channel whose limits hold a multiple, but for one that takes the odd remainder of a total.

    Parameters
    ----------
    total : float, optional
        To be spent in full; None where it is a ceiling, which needs no remainder.

    Returns
    -------
    tuple
        The curves, and the channel that takes the remainder (the one with the widest range) if there is any.
    """
    low, high = box
    has_multiple = np.ceil(low / unit - WHOLE) <= np.floor(high / unit + WHOLE)
    is_stepped = has_multiple.copy()
    odd = None
    if total is not None:
        units = total / unit
        if abs(units - round(units)) > WHOLE or not has_multiple.all():
            odd = int(np.argmax(high - low))
            is_stepped[odd] = False
    return Stepped(inner=curves, unit=unit, is_stepped=is_stepped), odd
