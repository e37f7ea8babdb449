"""The best plan under nested limits, proved: branch and bound on the Lagrangian dual.

Where every curve bends down, the dual's own plan is the optimum. A channel that
jumps (an S, a convex or stepped table) may be left between two amounts that are
both best at its price, while its curve lies below the line between them. Then
the box is cut at that amount: in each half the line is closer to the curve.
"""

import heapq
from dataclasses import dataclass, replace
from itertools import count
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.cells import cell_bound, has_cells
from mmm.allocation.curve_kinds import Curves
from mmm.allocation.nested import NestedMarket, Relaxation

FloatArray = NDArray[np.float64]
N_SETTLED = 8
"""The first boxes in which a plan without mixtures is looked for, and one box in as many after them."""
PATIENCE = 100
"""Boxes after which whole plans are bounded instead, where one total is the only limit."""
WORTH_CELLS = 1e-6
"""Gap from which that is worth its time, as a share of the bound."""
N_PRICES = 2
"""Prices at which whole plans are bounded."""
CLOSED = 1e-12
"""Gap that counts as none, as a share of the bound: what adding up hundreds of channels rounds away."""


class Market(Protocol):
    """Curves under limits, whose dual can be solved over any box of amounts."""

    @property
    def curves(self) -> Curves:
        """Give the curves."""
        ...

    def relax(self, low: FloatArray, high: FloatArray, guess: float = 1.0) -> Relaxation | None:
        """Bound every plan of a box; None when it holds none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A plan, its value, and what no plan within the limits exceeds."""

    plan: FloatArray
    value: float
    bound: float
    relaxation: Relaxation
    """Of the box in which the plan was found: its prices."""
    nodes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    low: FloatArray
    high: FloatArray
    relaxation: Relaxation


def prove(
    market: Market,
    box: tuple[FloatArray, FloatArray],
    *,
    tolerance: float,
    max_nodes: int,
    guess: float = 1.0,
    twins: NDArray[np.intp] | None = None,
) -> Proven | None:
    """Search until the bound is met or the nodes are used up; None when the box holds no plan.

    Parameters
    ----------
    tolerance : float
        Gap at which to stop, as a share of the bound.
    max_nodes : int
        Boxes to look at: a count, not a time, so that the answer does not depend on the machine.
    guess : float
        A price near the answer, not 0.
    twins : ndarray of shape (channel,), optional
        Channels of equal number are interchangeable: only plans that give earlier ones no less are looked at.
    """
    root = market.relax(*box, guess)
    if root is None:
        return None
    search = _Search(market, twins, root)
    search.visit(_Box(low=box[0], high=box[1], relaxation=root))
    patience = PATIENCE
    while search.queue and search.nodes < max_nodes and not search.is_closed(tolerance):
        if search.nodes >= patience and not search.is_closed(WORTH_CELLS):
            search.look_at_cells(*box)
            patience = max_nodes
        else:
            search.branch()
    return search.found()


class _Search:
    """Boxes still open, ordered by bound, and the best plan so far."""

    def __init__(self, market: Market, twins: NDArray[np.intp] | None, root: Relaxation) -> None:
        self.market, self.twins, self.nodes = market, twins, 0
        self.queue: list[tuple[float, int, _Box]] = []
        self.order = count()
        self.best, self.best_value, self.where = root.plan, -np.inf, root
        self.discarded = -np.inf
        self.ceiling = np.inf

    def visit(self, box: _Box) -> None:
        """Value the box's plan, and keep the box while it may hold a better one."""
        self.nodes += 1
        self._offer(box.relaxation)
        if self._is_open(box) and (self.nodes <= N_SETTLED or self.nodes % N_SETTLED == 0):
            self._settle(box)
        if self._is_open(box):
            heapq.heappush(self.queue, (-box.relaxation.bound, next(self.order), box))
        else:
            self.discarded = max(self.discarded, box.relaxation.bound)

    def _is_open(self, box: _Box) -> bool:
        return box.relaxation.bound > self.best_value + CLOSED * abs(box.relaxation.bound)

    def branch(self) -> None:
        """Cut the box of highest bound where its curves are furthest below the mixture."""
        _, _, box = heapq.heappop(self.queue)
        found = box.relaxation
        cut = self._cut(box)
        if cut is None:
            self.discarded = max(self.discarded, found.bound)
            return
        channel, at = cut
        for side in (0, 1):
            low, high = box.low.copy(), box.high.copy()
            members = self._alike(channel, side)
            if side == 0:
                high[members] = np.minimum(high[members], at)
            else:
                low[members] = np.maximum(low[members], at)
            self._open(low, high, found)

    def look_at_cells(self, low: FloatArray, high: FloatArray) -> None:
        """Bound every plan of the whole box at once, and try the plan that the bound suggests."""
        price = float(self.where.limit_price[-1])
        for _ in range(N_PRICES):
            if not isinstance(self.market, NestedMarket) or not has_cells(self.market):
                return
            found = cell_bound(self.market, low, high, price)
            if found is None:
                return
            self.ceiling = min(self.ceiling, found.bound)
            if found.relaxation is None:
                return
            self._offer(found.relaxation)
            if self.is_closed(WORTH_CELLS):
                return
            price = float(found.relaxation.limit_price[-1])

    def is_closed(self, tolerance: float) -> bool:
        """Say whether the best plan is as good as any, to a share of the bound."""
        bound = self.bound
        return bound - self.best_value <= tolerance * abs(bound)

    @property
    def bound(self) -> float:
        """Give what no plan exceeds."""
        still = -self.queue[0][0] if self.queue else -np.inf
        return max(min(max(still, self.discarded), self.ceiling), self.best_value)

    def found(self) -> Proven:
        """Give the best plan with its proof."""
        return Proven(
            plan=self.best,
            value=self.best_value,
            bound=self.bound,
            relaxation=self.where,
            nodes=self.nodes,
        )

    def _open(self, low: FloatArray, high: FloatArray, parent: Relaxation) -> None:
        if (low > high).any():
            return
        relaxed = self.market.relax(low, high, float(parent.limit_price[-1]) or 1.0)
        if relaxed is not None:
            kept = replace(relaxed, bound=min(relaxed.bound, parent.bound))
            self.visit(_Box(low=low, high=high, relaxation=kept))

    def _offer(self, relaxation: Relaxation) -> None:
        value = float(self.market.curves.value(relaxation.plan).sum())
        if value > self.best_value:
            self.best, self.best_value, self.where = relaxation.plan, value, relaxation

    def _settle(self, box: _Box) -> None:
        """Look for a plan without mixtures: what is at its least stays, what is between goes to one end."""
        found = box.relaxation
        less, more = found.ends
        between = (found.plan > less) & (found.plan < more)
        if not between.any():
            return
        off = found.plan <= box.low
        for low, high in (
            (box.low, np.where(off, box.low, np.where(between, less, box.high))),
            (np.where(between, np.minimum(more, box.high), box.low), np.where(off, box.low, box.high)),
        ):
            settled = self.market.relax(low, np.maximum(low, high), float(found.limit_price[-1]) or 1.0)
            if settled is not None:
                self._offer(settled)

    def _cut(self, box: _Box) -> tuple[int, float] | None:
        """Give the channel whose curve lies furthest below the line between its two best amounts, and where.

        Where none does, the channel with most room is halved: the prices alone left a gap.
        """
        found, curves = box.relaxation, self.market.curves
        less, more = found.ends
        width = more - less
        share = np.where(width > 0, (found.plan - less) / np.where(width > 0, width, 1.0), 0.0)
        own = curves.value(found.plan)
        with np.errstate(invalid="ignore"):
            mixed = (1 - share) * curves.value(less) + share * curves.value(more)
            shortfall = np.where(np.isneginf(own), np.inf, np.nan_to_num(mixed - own, nan=0.0, neginf=0.0))
        inside = (found.plan > box.low) & (found.plan < box.high)
        shortfall = np.where(inside, shortfall, -np.inf)
        channel = int(shortfall.argmax())
        if shortfall[channel] > 0:
            return channel, float(found.plan[channel])
        room = box.high - box.low
        widest = int(room.argmax())
        middle = float(box.low[widest] + room[widest] / 2)
        return (widest, middle) if box.low[widest] < middle < box.high[widest] else None

    def _alike(self, channel: int, side: int) -> NDArray[np.intp]:
        """Give the channels that a cut binds: later twins take no more, earlier ones no less."""
        if self.twins is None:
            return np.array([channel])
        same = np.flatnonzero(self.twins == self.twins[channel])
        return same[same >= channel] if side == 0 else same[same <= channel]
