"""The budget question as a frozen record; building one proves that a plan answers it."""

from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.feasibility import GroupLimit, Limits, ResourceLimit, conflicts
from mmm.errors import InfeasibleBudgetError
from mmm.params import RunParams
from mmm.params.deciding import AllocationParams, Bounds, Group

FloatArray = NDArray[np.float64]


class Today(Protocol):
    """What limits in relation to today's plan are drawn from."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels, in the order of every array."""
        ...

    @property
    def current(self) -> FloatArray:
        """Media spend planned today over the horizon, (channel,)."""
        ...


class Response(Protocol):
    """What the solver asks of curves: one expected contribution per channel, whatever the others do.

    The range of slopes may be wider than the truth, never narrower: the certificate rests on it.
    """

    @property
    def channels(self) -> tuple[str, ...]:
        """Channels, in the order of every array."""
        ...

    @property
    def cost_rate(self) -> FloatArray:
        """Full cost of one unit of spend, (channel,)."""
        ...

    @property
    def fixed_cost(self) -> FloatArray:
        """Costs that no plan changes, (channel,)."""
        ...

    def expected(self, channel: int, amounts: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Give the expected contribution of one channel and its slope at each amount."""
        ...

    def tabulate(self, channel: int, amounts: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give the expected contribution at ascending amounts, and its slope's range between neighbours."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetProblem:
    """A total of media spend to share out over the horizon, under limits that can be met together."""

    channels: tuple[str, ...]
    currency: str
    total: float
    """Media spend over the horizon, spent in full."""
    current: FloatArray
    """(channel,), media spend planned today."""
    lower: FloatArray
    """(channel,)."""
    upper: FloatArray
    """(channel,)."""
    groups: tuple[GroupLimit, ...] = ()
    round_to: float = 0.01
    """Amounts are multiples of this, but for one channel that takes the remainder of the total."""
    is_spent: bool = True
    """Whether the total is spent in full; else it is a ceiling."""
    resources: tuple[ResourceLimit, ...] = ()
    least_if_used: FloatArray = field(default_factory=lambda: np.zeros(0))
    """(channel,), least spend of a channel that spends anything; 0 where any amount will do."""

    def __post_init__(self) -> None:
        """Raise with every conflict and its size when no plan meets the limits."""
        if not self.least_if_used.size:
            object.__setattr__(self, "least_if_used", np.zeros(len(self.channels)))
        found = conflicts(
            Limits(
                channels=self.channels,
                currency=self.currency,
                total=self.total,
                lower=self.lower,
                upper=self.upper,
                groups=self.groups,
                is_spent=self.is_spent,
                resources=self.resources,
            )
        )
        if found:
            raise InfeasibleBudgetError("budget problem", found)

    @property
    def rows(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Give every limit on sums, `low <= rows @ spend <= high`: groups, resources, the total last.

        Returns
        -------
        tuple of ndarray of shape (limit, channel), (limit,), (limit,)
            Rows are memberships (0 or 1) of groups, uses of resources per unit of spend, ones.
        """
        members = [[float(channel in group.channels) for channel in self.channels] for group in self.groups]
        uses = [[resource.use.get(channel, 0.0) for channel in self.channels] for resource in self.resources]
        return (
            np.array([*members, *uses, [1.0] * len(self.channels)]),
            np.array(
                [
                    *(group.minimum for group in self.groups),
                    *(-np.inf for _ in self.resources),
                    self.total if self.is_spent else -np.inf,
                ]
            ),
            np.array(
                [
                    *(group.maximum for group in self.groups),
                    *(resource.maximum for resource in self.resources),
                    self.total,
                ]
            ),
        )

    def settled(self, spend: FloatArray) -> "BudgetProblem":
        """Give the same question with channels on and off as in a plan, and its own total spent in full."""
        is_off = (self.least_if_used > 0) & (spend < self.least_if_used / 2)
        lower = np.where(is_off, self.lower, np.maximum(self.lower, self.least_if_used))
        upper = np.where(is_off, np.maximum(self.lower, 0.0), self.upper)
        total = self.total if self.is_spent else min(self.total, float(np.round(spend.sum(), 2)))
        return replace(self, lower=lower, upper=upper, total=total, is_spent=True, least_if_used=np.zeros(0))

    def holds(self, spend: FloatArray, tolerance: float = 5e-3) -> bool:
        """Say whether a plan meets every limit, to half a cent by default."""
        rows, low, high = self.rows
        sums = rows @ spend
        size = np.abs(rows).max(axis=1)  # what one unit of money uses at most: money is worth a tolerance
        is_between = (spend > tolerance) & (spend < self.least_if_used - tolerance)
        return bool(
            (spend >= self.lower - tolerance).all()
            and (spend <= self.upper + tolerance).all()
            and (sums >= low - tolerance * size).all()
            and (sums <= high + tolerance * size).all()
            and not is_between.any()
        )


def budget_problem(
    params: RunParams, today: Today, *, change: float = 0.0, total: float | None = None
) -> BudgetProblem:
    """Build the budget question that the params ask, from the plan of today.

    Parameters
    ----------
    today : Today
        The channels and today's plan over the horizon, such as `ResponseDraws`.
    change : float
        Another budget than the one asked, as a share of it: the frontier tries some.
    total : float, optional
        A budget to be spent in full, instead of the one asked.

    Raises
    ------
    InfeasibleBudgetError
        With every conflict between the limits, and its size.
    """
    asked = params.allocation
    if asked is None:
        raise ValueError("params have no allocation section")
    channels, current = today.channels, today.current
    _refuse_strangers(asked, channels)
    limits = [_limits(asked, channel, amount) for channel, amount in zip(channels, current, strict=True)]
    lower, upper = (np.array(side) for side in zip(*limits, strict=True))
    is_free = asked.budget == "free" and total is None and not change
    if total is None:
        total = _asked_total(asked, current, upper)
        total = float(np.round(total * (1 + change), 2))
    return BudgetProblem(
        channels=channels,
        currency=params.currency,
        total=total,
        current=current,
        lower=lower,
        upper=upper,
        groups=tuple(_group_limit(name, group, total) for name, group in asked.groups.items()),
        round_to=asked.round_to,
        is_spent=not is_free,
        resources=tuple(
            ResourceLimit(name=name, use=resource.use, maximum=resource.maximum)
            for name, resource in asked.resources.items()
            if any(resource.use.values())  # what nothing uses limits nothing
        ),
        least_if_used=np.array(
            [asked.bounds.get(channel, Bounds()).minimum_if_used or 0.0 for channel in channels]
        ),
    )


def _asked_total(asked: AllocationParams, current: FloatArray, upper: FloatArray) -> float:
    """Give the budget of the params: today's, an amount, or what all ceilings allow."""
    if asked.budget == "free":
        return float(upper.sum())
    return float(np.round(current.sum(), 2)) if asked.budget == "plan" else float(asked.budget)


def _refuse_strangers(asked: AllocationParams, channels: tuple[str, ...]) -> None:
    strangers = [
        f"allocation.bounds.{name}: unknown channel, expected one of {', '.join(channels)}"
        for name in asked.bounds
        if name not in channels
    ]
    if strangers:
        raise InfeasibleBudgetError("budget problem", strangers)


def _group_limit(name: str, group: Group, total: float) -> GroupLimit:
    """Take the tighter of amounts and shares of the budget."""
    shares = (0.0 if group.min_share is None else group.min_share), group.max_share
    return GroupLimit(
        name=name,
        channels=group.channels,
        minimum=max(group.minimum or 0.0, shares[0] * total),
        maximum=min(
            np.inf if group.maximum is None else group.maximum,
            np.inf if shares[1] is None else shares[1] * total,
        ),
    )


def _limits(asked: AllocationParams, channel: str, current: float) -> tuple[float, float]:
    """Combine relative moves, directions and absolute amounts, to the cent.

    A relative move means nothing on a plan of zero: there only the declared amounts count. A channel
    that may be switched off has no floor but the declared one.
    """
    own = asked.bounds.get(channel, Bounds())
    decrease = asked.max_decrease if own.max_decrease is None else own.max_decrease
    increase = asked.max_increase if own.max_increase is None else own.max_increase
    floor = own.minimum or 0.0
    lower = floor if own.minimum_if_used else max(current * (1 - decrease), floor)
    if current > 0:
        upper = min(current * (1 + increase), np.inf if own.maximum is None else own.maximum)
    else:
        upper = own.maximum if own.maximum is not None else max(floor, own.minimum_if_used or 0.0)
    if own.direction == "up":
        lower = max(lower, current)
    elif own.direction == "down":
        upper = min(upper, current)
    return float(np.round(lower, 2)), float(np.round(upper, 2))
