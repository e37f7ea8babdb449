"""Curves of straight lines, given by their corners: what the certificate prices again and again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """Corners of several channels, padded by repeating the last."""

    amount: FloatArray
    """(channel, corner), ascending."""
    height: FloatArray
    """(channel, corner)."""

    @property
    def n_channels(self) -> int:
        """Count the channels."""
        return len(self.amount)

    def value(self, amount: FloatArray) -> FloatArray:
        """See `Curves.value`; flat outside the corners."""
        if amount.ndim == 2:
            return np.stack([self.value(column) for column in amount.T], axis=1)
        last = self.amount.shape[1] - 1
        right = np.clip((self.amount < amount[:, None]).sum(axis=1), 1, last)
        row = np.arange(len(amount))
        start, end = self.amount[row, right - 1], self.amount[row, right]
        share = np.where(end > start, (amount - start) / np.where(end > start, end - start, 1.0), 1.0)
        share = np.clip(share, 0.0, 1.0)
        return (1 - share) * self.height[row, right - 1] + share * self.height[row, right]

    def best(self, price: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """See `Curves.best`: a corner inside the interval, or one of its ends."""
        finite = np.clip(price, -1e290, 1e290)
        inside = (self.amount > low[:, None]) & (self.amount < high[:, None])
        worth = np.where(inside, self.height - finite[:, None] * self.amount, -np.inf)
        ends = np.stack([self.value(low) - finite * low, self.value(high) - finite * high], axis=1)
        top = np.maximum(worth.max(axis=1), ends.max(axis=1))
        close = top - 4e-16 * np.abs(top)
        first = np.where(worth >= close[:, None], self.amount, np.inf).min(axis=1)
        first = np.where(ends[:, 1] >= close, np.minimum(first, high), first)
        return np.where(ends[:, 0] >= close, low, first)

    def part(self, members: NDArray[np.intp]) -> "Outlines":
        """See `Curves.part`."""
        return Outlines(amount=self.amount[members], height=self.height[members])


def outlines(corners: Sequence[tuple[FloatArray, FloatArray]]) -> Outlines:
    """Pad corners (amounts ascending, heights) of several channels; where two share an amount both count."""
    n_corners = max(2, *(len(amount) for amount, _ in corners))
    return Outlines(
        amount=np.stack([np.pad(a, (0, n_corners - len(a)), mode="edge") for a, _ in corners]),
        height=np.stack([np.pad(h, (0, n_corners - len(h)), mode="edge") for _, h in corners]),
    )
