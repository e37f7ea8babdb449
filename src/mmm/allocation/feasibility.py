"""Which limits of a budget problem conflict, and by how much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

FloatArray = NDArray[np.float64]
CENT = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLimit:
    """Limits on what several channels spend together over the horizon."""

    name: str
    channels: tuple[str, ...]
    minimum: float = 0.0
    maximum: float = np.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLimit:
    """A resource other than money, such as people days or tonnes of CO2, that spending uses."""

    name: str
    use: Mapping[str, float]
    """Channel: use per unit of money spent on it; none where it is left out."""
    maximum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Every limit on a plan; nothing says yet that they can be met together."""

    channels: tuple[str, ...]
    currency: str
    total: float
    """Media spend, spent in full."""
    lower: FloatArray
    """(channel,)."""
    upper: FloatArray
    """(channel,)."""
    groups: tuple[GroupLimit, ...] = ()
    resources: tuple[ResourceLimit, ...] = ()
    is_spent: bool = True
    """Whether the total is spent in full; else it is a ceiling."""
    tolerance: float = CENT / 2
    """Money by which a limit may be missed."""

    def written(self, value: float) -> str:
        """Write an amount for an error message, cents only when it has some, digits when it is small."""
        if abs(value - round(value)) < self.tolerance:
            return f"{value:,.0f} {self.currency}"
        if self.tolerance < CENT / 2 and abs(value) < 1:
            return f"{value:,.6g} {self.currency}"
        return f"{value:,.2f} {self.currency}"


def conflicts(limits: Limits) -> list[str]:
    """List every reason why no plan can meet the limits; none when one can.

    Conflicts that one limit or one sum shows are named first. When there are
    none, a linear program looks for the least violation of all limits together.
    """
    found = [*_bounds(limits), *_totals(limits)]
    for group in limits.groups:
        found += _group(limits, group)
    for resource in limits.resources:
        found += _resource(limits, resource)
    return found or list(_together(limits))


def _bounds(limits: Limits) -> Iterator[str]:
    for channel, low, high in zip(limits.channels, limits.lower, limits.upper, strict=True):
        if not (np.isfinite(low) and np.isfinite(high)):
            yield f"{channel}: limits are {low} to {high}, expected finite amounts: give both"
        elif low < 0:
            yield f"{channel}: the floor is {limits.written(low)}, expected 0 or more: raise it"
        elif low > high + limits.tolerance:
            yield (
                f"{channel}: the floor {limits.written(low)} is above the ceiling {limits.written(high)} "
                f"by {limits.written(low - high)}: lower the floor or raise the ceiling"
            )


def _totals(limits: Limits) -> Iterator[str]:
    total, floors, ceilings = limits.total, float(limits.lower.sum()), float(limits.upper.sum())
    if not (np.isfinite(total) and total > 0):
        yield f"total: {total} {limits.currency}, expected an amount above 0: give the budget to share out"
    elif floors > total + limits.tolerance:
        yield (
            f"total: floors add up to {limits.written(floors)}, the budget is {limits.written(total)}, "
            f"{limits.written(floors - total)} less: lower a floor or raise the budget"
        )
    elif limits.is_spent and ceilings < total - limits.tolerance:
        yield (
            f"total: ceilings add up to {limits.written(ceilings)}, the budget is {limits.written(total)}, "
            f"{limits.written(total - ceilings)} more: raise a ceiling or lower the budget"
        )


def _group(limits: Limits, group: GroupLimit) -> Iterator[str]:
    where = f"group {group.name}"
    strangers = [member for member in group.channels if member not in limits.channels]
    if not group.channels:
        yield f"{where}: no channel, expected at least one: name its channels or leave the group out"
    for stranger in strangers:
        yield f"{where}: unknown channel {stranger}, {_hint(stranger, limits.channels)}"
    if strangers or not group.channels:
        return
    inside = np.isin(np.asarray(limits.channels), group.channels)
    floor, ceiling = float(limits.lower[inside].sum()), float(limits.upper[inside].sum())
    if group.minimum > group.maximum + limits.tolerance:
        yield (
            f"{where}: the minimum {limits.written(group.minimum)} is above the maximum "
            f"{limits.written(group.maximum)} by {limits.written(group.minimum - group.maximum)}: "
            "change one of them"
        )
    if floor > group.maximum + limits.tolerance:
        yield (
            f"{where}: the floors of its channels add up to {limits.written(floor)}, the maximum is "
            f"{limits.written(group.maximum)}, {limits.written(floor - group.maximum)} less: "
            "lower a floor or raise the maximum"
        )
    if ceiling < group.minimum - limits.tolerance:
        yield (
            f"{where}: the ceilings of its channels add up to {limits.written(ceiling)}, the minimum is "
            f"{limits.written(group.minimum)}, {limits.written(group.minimum - ceiling)} more: "
            "raise a ceiling or lower the minimum"
        )


def _resource(limits: Limits, resource: ResourceLimit) -> Iterator[str]:
    where = f"resource {resource.name}"
    for stranger in [name for name in resource.use if name not in limits.channels]:
        yield f"{where}: unknown channel {stranger}, {_hint(stranger, limits.channels)}"
    use = np.array([resource.use.get(channel, 0.0) for channel in limits.channels])
    least = float(use @ limits.lower)
    if least > resource.maximum * (1 + 1e-9):
        yield (
            f"{where}: the floors use {least:,.6g}, the maximum is {resource.maximum:,.6g}, "
            f"{least - resource.maximum:,.6g} less: lower a floor or raise the maximum"
        )


def _hint(name: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"


def _together(limits: Limits) -> Iterator[str]:
    """Find the least sum of violations of groups and resources under the total: zero when a plan exists.

    Columns of the program: spend, then shortfall and excess of each group and resource.
    """
    n_channels, n_groups = len(limits.channels), len(limits.groups)
    if not n_groups and not limits.resources:
        return
    total, n_resources = limits.total, len(limits.resources)
    rows = [np.isin(np.asarray(limits.channels), group.channels).astype(float) for group in limits.groups]
    rows += [np.array([r.use.get(c, 0.0) for c in limits.channels]) for r in limits.resources]
    members = np.array(rows)
    minimum = np.array([*(group.minimum for group in limits.groups), *[0.0] * n_resources])
    maximum = np.minimum(
        [*(group.maximum for group in limits.groups), *(r.maximum for r in limits.resources)],
        members @ limits.upper,
    )
    size = np.maximum(np.abs(members).max(axis=1), 1e-300)
    members, minimum, maximum = members / size[:, None], minimum / size, maximum / size
    n_rows = n_groups + n_resources
    gives, nothing = np.eye(n_rows), np.zeros((n_rows, n_rows))
    spent = np.concatenate([np.ones(n_channels), np.zeros(2 * n_rows)])
    solution = linprog(
        np.concatenate([np.zeros(n_channels), np.ones(2 * n_rows)]),
        A_ub=np.vstack([np.block([[-members, -gives, nothing], [members, nothing, -gives]]), spent[None, :]]),
        b_ub=np.concatenate([-minimum / total, maximum / total, [1.0]]),
        A_eq=spent[None, :] if limits.is_spent else None,
        b_eq=[1.0] if limits.is_spent else None,
        bounds=[
            *zip(limits.lower / total, np.maximum(limits.upper, limits.lower) / total, strict=True),
            *[(0, None)] * (2 * n_rows),
        ],
        method="highs",
    )
    missing = np.asarray(solution.x)[n_channels:] * total
    for k, group in enumerate(limits.groups):
        for amount, word, limit in (
            (missing[k], "short of its minimum", group.minimum),
            (missing[n_rows + k], "above its maximum", group.maximum),
        ):
            if amount > max(2 * limits.tolerance, 1e-8 * total):
                said = f"{limits.written(amount)} {word} {limits.written(limit)}"
                yield (
                    f"group {group.name}: with every other limit met it stays {said}: "
                    "change it, another group, a bound or the budget"
                )
    for k, resource in enumerate(limits.resources, start=n_groups):
        over = missing[n_rows + k] * size[k]
        if over > 1e-8 * max(resource.maximum, size[k] * total):
            yield (
                f"resource {resource.name}: with every other limit met its use stays {over:,.6g} above its "
                f"maximum {resource.maximum:,.6g}: change it, a group, a bound or the budget"
            )
