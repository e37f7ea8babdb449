"""A bound that sees whole plans: nearly alike S-shaped channels under one total.

Where many channels jump at nearly the same price, boxes multiply without end: which of
them jump hardly matters, how many do. So the total is cut into cells. In each
cell a channel is worth at most `max (f(x) - q x)`, whatever the price q; a dynamic program finds
the cells that are worth most together and whose amounts can add up to the
total. That sum plus `q` times the total bounds every plan. Its cells make a box
in which the curves are smooth, and whose best plan meets the bound when it can.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.nested import NestedMarket, Relaxation

FloatArray = NDArray[np.float64]
CELLS_PER_CHANNEL = 100
"""Each channel may miss its amount by a cell, so all of them together miss the total by 1 % at most."""
MOST_CHANNELS = 40
"""The time grows with the cube of their number: about two seconds at forty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellBound:
    """What no plan exceeds, and the best plan near the cells that reach it."""

    bound: float
    relaxation: Relaxation | None
    """Of the box around the best cells; None where it holds no plan."""


def has_cells(market: object) -> bool:
    """Say whether one total is the only limit on sums, over few enough channels."""
    return (
        isinstance(market, NestedMarket)
        and len(market.limits) == 1
        and 1 < market.curves.n_channels <= MOST_CHANNELS
    )


def cell_bound(market: NestedMarket, low: FloatArray, high: FloatArray, price: float) -> CellBound | None:
    """Bound every plan of a box at a price, which must not be negative where the total is a ceiling.

    None when nothing is left to share out above the least of each channel.
    """
    limit = market.limits[0]
    spare = limit.high - float(low.sum())
    if spare <= 0 or (limit.low < limit.high and price < 0):
        return None
    n_cells = CELLS_PER_CHANNEL * len(low)
    width = spare / n_cells
    top = np.minimum(high, low + spare)
    worth = _worth(market, (low, top), n_cells, price)
    is_spent = limit.low == limit.high
    cells, best = _best_cells(worth, n_cells - len(low) if is_spent else 0)
    around = (
        np.clip(low + (cells - 1) * width, low, top),
        np.clip(low + (cells + 2) * width, low, top),
    )
    return CellBound(
        bound=best + price * limit.high,
        relaxation=market.relax(*around, price or 1.0),
    )


def _worth(
    market: NestedMarket, box: tuple[FloatArray, FloatArray], n_cells: int, price: float
) -> FloatArray:
    """Give the most that each channel is worth in each cell at a price, (channel, cell)."""
    low, top = box
    width = (market.limits[0].high - float(low.sum())) / n_cells
    prices = np.full(len(low), price)
    found = np.full((len(low), n_cells + 1), -np.inf)
    for cell in range(n_cells + 1):
        start = low + cell * width
        inside = start <= top
        least, most = np.minimum(start, top), np.minimum(start + width, top)
        amount = market.curves.best(prices, least, most)
        value = market.curves.value(amount) - price * amount
        found[:, cell] = np.where(inside, value, -np.inf)
    return found


def _best_cells(worth: FloatArray, fewest: int) -> tuple[FloatArray, float]:
    """Choose a cell per channel, `fewest` to all of the cells together, that are worth most together."""
    n_channels, n_cells = worth.shape
    reached = np.full(n_cells, -np.inf)
    reached[0] = 0.0
    chosen = np.zeros((n_channels, n_cells), dtype=np.int32)
    for channel, own in enumerate(worth):
        after = np.full(n_cells, -np.inf)
        for cell in np.flatnonzero(np.isfinite(own)):
            tried = reached[: n_cells - cell] + own[cell]
            better = tried > after[cell:]
            after[cell:][better] = tried[better]
            chosen[channel, cell:][better] = cell
        reached = after
    at = max(fewest, 0) + int(reached[max(fewest, 0) :].argmax())
    best, cells = float(reached[at]), np.zeros(n_channels)
    for channel in range(n_channels - 1, -1, -1):
        cells[channel] = chosen[channel, at]
        at -= int(cells[channel])
    return cells, best
