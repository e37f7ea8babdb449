"""The best whole multiples under nested limits, by exchanges of one unit.

Once limits are drawn in to whole units, a plan within them rounds to whole units
without leaving any, sums of nested groups included: round what is spent up to each
channel, in an order that keeps groups together. Value is concave in each channel and limits nest, so a plan
that no exchange of one unit between two channels betters is the best there is
(Murota, Discrete Convex Analysis, 2003, theorem 6.26: M-convex functions).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.nested import Limit, NestedMarket, nest
from mmm.allocation.quadratic import Quadratic

FloatArray = NDArray[np.float64]
NEAR = 1e-9
"""Share of a unit by which an amount may miss a multiple."""
MAX_EXCHANGES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Limits of channels and groups in whole units above each channel's offset."""

    unit: float
    offset: FloatArray
    """(channel,), money that is no multiple: all of a channel that keeps its cents, or the odd remainder."""
    lower: FloatArray
    """(channel,), whole."""
    upper: FloatArray
    """(channel,), whole."""
    member: NDArray[np.bool_]
    """(group, channel), the total last."""
    low: FloatArray
    """(group,), whole or minus infinity."""
    high: FloatArray
    """(group,), whole or infinity."""


def do_nest(rows: FloatArray) -> bool:
    """Say whether no two groups overlap without one holding the other, (group, channel) of 0 and 1."""
    shared, size = rows @ rows.T, rows.sum(axis=1)
    return bool(((shared == 0) | (shared >= np.minimum(size[:, None], size))).all())


def in_units(
    unit: float,
    offset: FloatArray,
    box: tuple[FloatArray, FloatArray],
    rows: tuple[FloatArray, FloatArray, FloatArray],
) -> Units:
    """Draw limits in money, `box` and `low <= rows @ spend <= high`, in to whole units."""
    member, low, high = rows
    fixed = member @ offset
    return Units(
        unit=unit,
        offset=offset,
        lower=np.ceil((box[0] - offset) / unit - NEAR),
        upper=np.floor((box[1] - offset) / unit + NEAR),
        member=member > 0,
        low=np.ceil((low - fixed) / unit - NEAR),
        high=np.floor((high - fixed) / unit + NEAR),
    )


def best_units(units: Units, model: Quadratic) -> FloatArray | None:
    """Give the whole units above the offsets that the model values most; None where there are none.

    Groups must nest; see `mmm.allocation.nested.nest`.
    """
    if (units.lower > units.upper).any() or (units.low > units.high).any():
        return None
    n_channels = len(units.offset)
    groups = [
        (np.flatnonzero(row), float(low), float(high))
        for row, low, high in zip(units.member, units.low, units.high, strict=True)
    ]
    limits = nest(groups, n_channels)
    if limits is None:
        raise ValueError("groups overlap without one holding the other")
    scaled = Quadratic(
        center=(model.center - units.offset) / units.unit,
        gradient=model.gradient * units.unit,
        curvature=model.curvature * units.unit**2,
    )
    guess = float(np.median(scaled.gradient)) or 1.0
    relaxed = NestedMarket(scaled, limits).relax(units.lower, units.upper, guess)
    if relaxed is None:
        return None
    return _exchanged(units, scaled, _whole(relaxed.plan, limits, int(units.low[-1])))


def _whole(plan: FloatArray, limits: tuple[Limit, ...], total: int) -> FloatArray:
    """Round the running sum, channels of a group side by side."""
    order = np.arange(len(plan))
    for limit in limits:  # inner ones first, so that the outer ones move them as a whole
        place = {int(c): k for k, c in enumerate(order)}
        members = sorted((int(c) for c in limit.members), key=place.__getitem__)
        first = min(place[c] for c in members)
        others = [int(c) for c in order if c not in set(members)]
        before = [c for c in others if place[c] < first]
        order = np.array([*before, *members, *[c for c in others if place[c] > first]])
    running = np.floor(np.cumsum(plan[order]) + 0.5 - 1e-7)  # never on the edge of a whole number
    running[-1] = total
    found = np.empty_like(plan)
    found[order] = np.diff(running, prepend=0.0)
    return found


def _exchanged(units: Units, model: Quadratic, plan: FloatArray) -> FloatArray | None:
    """Move one unit at a time to where it is worth most, until no move is worth anything."""
    member = units.member[:-1]
    for _ in range(MAX_EXCHANGES):
        sums = member @ plan
        value = model.value(plan)
        more = np.where(plan < units.upper, model.value(plan + 1) - value, -np.inf)
        less = np.where(plan > units.lower, model.value(plan - 1) - value, -np.inf)
        worth = more[:, None] + less[None, :]
        for row in member[sums >= units.high[:-1]]:
            worth[np.ix_(row, ~row)] = -np.inf
        for row in member[sums <= units.low[:-1]]:
            worth[np.ix_(~row, row)] = -np.inf
        up, down = np.unravel_index(int(worth.argmax()), worth.shape)
        if not worth[up, down] > 1e-12 * float(np.abs(value).max()):
            return plan
        plan = plan.copy()
        plan[up] += 1
        plan[down] -= 1
    return plan
