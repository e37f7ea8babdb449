"""Curves given as points, joined by monotone cubics or by lines, flat beyond the last."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from mmm.allocation.curve_kinds import least_best

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Piecewise cubics of several channels, padded to the same number of pieces."""

    start: FloatArray
    """(channel, piece), ascending; the pieces of padding have no width."""
    width: FloatArray
    """(channel, piece)."""
    cubic: FloatArray
    """(4, channel, piece), coefficients of the distance from `start`, highest power first."""

    @property
    def n_channels(self) -> int:
        """Count the channels."""
        return len(self.start)

    def value(self, amount: FloatArray) -> FloatArray:
        """See `Curves.value`; (channel,) or (channel, spot)."""
        spots = amount[:, None] if amount.ndim == 1 else amount
        piece = self._piece(spots)
        inside = np.clip(spots - _taken(self.start, piece), 0.0, _taken(self.width, piece))
        a, b, c, d = (_taken(row, piece) for row in self.cubic)
        found: FloatArray = ((a * inside + b) * inside + c) * inside + d
        return found[:, 0] if amount.ndim == 1 else found

    def slope(self, amount: FloatArray) -> FloatArray:
        """Give the derivative of `value`, from the right; zero beyond the last point."""
        piece = self._piece(amount[:, None])
        a, b, c, _ = (_taken(row, piece)[:, 0] for row in self.cubic)
        inside = np.clip(amount - _taken(self.start, piece)[:, 0], 0.0, _taken(self.width, piece)[:, 0])
        beyond = amount >= (self.start + self.width).max(axis=1)
        return np.where(beyond, 0.0, (3 * a * inside + 2 * b) * inside + c)

    def best(self, price: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """See `Curves.best`: among ends, points and places where a cubic's slope is the price."""
        finite = np.clip(price, -1e290, 1e290)
        tried = np.concatenate([low[:, None], self.peaks(finite), high[:, None]], axis=1)
        return least_best(self.value, np.clip(tried, low[:, None], high[:, None]), finite)

    def peaks(self, price: FloatArray) -> FloatArray:
        """See `Concave.peaks`: points, and places where a cubic's slope is the price, (channel, spot)."""
        finite = np.clip(price, -1e290, 1e290)
        a, b, c, _ = self.cubic
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            root = np.sqrt(b * b - 3 * a * (c - finite[:, None]))
            far = -(b + np.where(b >= 0, root, -root))
            roots = [far / (3 * a), (c - finite[:, None]) / far]
        spots = [self.start, self.start + self.width]
        spots += [self.start + np.clip(np.nan_to_num(r, nan=0.0), 0.0, self.width) for r in roots]
        return np.concatenate(spots, axis=1)

    def part(self, members: NDArray[np.intp]) -> "Tables":
        """See `Curves.part`."""
        return Tables(start=self.start[members], width=self.width[members], cubic=self.cubic[:, members])

    def _piece(self, spots: FloatArray) -> NDArray[np.intp]:
        """Give the last piece with a width that starts at or before each amount, (channel, spot)."""
        begun = (self.start[:, None, :] <= spots[:, :, None]).sum(axis=2) - 1
        n_pieces = (self.width > 0).sum(axis=1)
        return np.clip(begun, 0, n_pieces[:, None] - 1)


def _taken(rows: FloatArray, piece: NDArray[np.intp]) -> FloatArray:
    found: FloatArray = rows[np.arange(len(rows))[:, None], piece]
    return found


def tables(points: Sequence[FloatArray], is_cubic: Sequence[bool]) -> Tables:
    """Join each channel's points (k, 2) by monotone cubics (Fritsch and Butland, 1984) or by lines."""
    n_pieces = max(len(found) for found in points) - 1
    start, width = np.zeros((len(points), n_pieces)), np.zeros((len(points), n_pieces))
    cubic = np.zeros((4, len(points), n_pieces))
    for channel, (found, smooth) in enumerate(zip(points, is_cubic, strict=True)):
        x, y = found.T
        pieces = len(x) - 1
        start[channel, :pieces], width[channel, :pieces] = x[:-1], np.diff(x)
        start[channel, pieces:] = x[-1]
        if smooth and pieces > 1:
            cubic[:, channel, :pieces] = PchipInterpolator(x, y).c
        else:
            cubic[2, channel, :pieces], cubic[3, channel, :pieces] = np.diff(y) / np.diff(x), y[:-1]
        cubic[3, channel, pieces:] = y[-1]
    return Tables(start=start, width=width, cubic=cubic)
