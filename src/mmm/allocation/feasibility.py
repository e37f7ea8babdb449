"""Which limits of a budget problem conflict, and by how much."""

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

FloatArray = NDArray[np.float64]
GroupRow = tuple[str, tuple[str, ...], float, float]
"""Name, members, minimum, maximum."""
CENT = 0.01


def conflicts(
    *,
    channels: Sequence[str],
    currency: str,
    total: float,
    lower: FloatArray,
    upper: FloatArray,
    groups: Sequence[GroupRow],
) -> list[str]:
    """List every reason why no plan can meet the limits; none when one can.

    Conflicts that one limit or one sum shows are named first. When there are
    none, a linear program looks for the least violation of all limits together.
    """
    found = [*_bounds(channels, currency, lower, upper), *_totals(currency, total, lower, upper)]
    for group in groups:
        found += _group(group, channels, currency, lower, upper)
    if found:
        return found
    return _together(channels, currency, total, lower, upper, groups)


def amount(value: float, currency: str) -> str:
    """Write an amount for an error message.

    Examples
    --------
    >>> amount(1234567.5, "EUR")
    '1,234,567.50 EUR'
    >>> amount(1200.0, "EUR")
    '1,200 EUR'
    """
    return f"{value:,.0f} {currency}" if float(value).is_integer() else f"{value:,.2f} {currency}"


def _bounds(channels: Sequence[str], currency: str, lower: FloatArray, upper: FloatArray) -> list[str]:
    found = []
    for channel, low, high in zip(channels, lower, upper, strict=True):
        if not (np.isfinite(low) and np.isfinite(high)):
            found.append(f"{channel}: limits are {low} to {high}, expected finite amounts: give both")
        elif low < 0:
            found.append(f"{channel}: the floor is {amount(low, currency)}, expected 0 or more: raise it")
        elif low > high + CENT / 2:
            found.append(
                f"{channel}: the floor {amount(low, currency)} is above the ceiling {amount(high, currency)} "
                f"by {amount(low - high, currency)}: lower the floor or raise the ceiling"
            )
    return found


def _totals(currency: str, total: float, lower: FloatArray, upper: FloatArray) -> list[str]:
    if not (np.isfinite(total) and total > 0):
        return [f"total: {total} {currency}, expected an amount above 0: give the budget to share out"]
    if lower.sum() > total + CENT / 2:
        return [
            f"total: floors add up to {amount(lower.sum(), currency)}, the budget is {amount(total, currency)}, "
            f"{amount(lower.sum() - total, currency)} less: lower a floor or raise the budget"
        ]
    if upper.sum() < total - CENT / 2:
        return [
            f"total: ceilings add up to {amount(upper.sum(), currency)}, the budget is "
            f"{amount(total, currency)}, {amount(total - upper.sum(), currency)} more: "
            "raise a ceiling or lower the budget"
        ]
    return []


def _group(
    group: GroupRow, channels: Sequence[str], currency: str, lower: FloatArray, upper: FloatArray
) -> list[str]:
    name, members, minimum, maximum = group
    where = f"group {name}"
    if not members:
        return [f"{where}: no channel, expected at least one: name its channels or leave the group out"]
    strangers = [member for member in members if member not in channels]
    if strangers:
        return [f"{where}: unknown channel {s}, {_hint(s, channels)}" for s in strangers]
    inside = np.isin(np.asarray(channels), members)
    found = []
    if minimum > maximum + CENT / 2:
        found.append(
            f"{where}: the minimum {amount(minimum, currency)} is above the maximum "
            f"{amount(maximum, currency)} by {amount(minimum - maximum, currency)}: change one of them"
        )
    floor, ceiling = float(lower[inside].sum()), float(upper[inside].sum())
    if floor > maximum + CENT / 2:
        found.append(
            f"{where}: the floors of its channels add up to {amount(floor, currency)}, the maximum is "
            f"{amount(maximum, currency)}, {amount(floor - maximum, currency)} less: "
            "lower a floor or raise the maximum"
        )
    if ceiling < minimum - CENT / 2:
        found.append(
            f"{where}: the ceilings of its channels add up to {amount(ceiling, currency)}, the minimum is "
            f"{amount(minimum, currency)}, {amount(minimum - ceiling, currency)} more: "
            "raise a ceiling or lower the minimum"
        )
    return found


def _hint(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"


def _together(
    channels: Sequence[str],
    currency: str,
    total: float,
    lower: FloatArray,
    upper: FloatArray,
    groups: Sequence[GroupRow],
) -> list[str]:
    """Find the least sum of violations of total and groups: zero when a plan exists.

    Columns: spend, then shortfall and excess of the total and of each group.
    """
    if not groups:
        return []
    rows, names = [np.ones(len(channels))], ["total"]
    low, high = [total], [total]
    for name, members, minimum, maximum in groups:
        rows.append(np.isin(np.asarray(channels), members).astype(float))
        names.append(f"group {name}")
        low.append(minimum)
        high.append(min(maximum, upper.sum()))
    table, n_rows = np.stack(rows), len(rows)
    shortfall, excess = np.eye(n_rows), np.eye(n_rows)
    nothing = np.zeros((n_rows, n_rows))
    solution = linprog(
        np.concatenate([np.zeros(len(channels)), np.ones(2 * n_rows)]),
        A_ub=np.block([[-table, -shortfall, nothing], [table, nothing, -excess]]),
        b_ub=np.concatenate([-np.array(low), np.array(high)]) / total,
        bounds=[*zip(lower / total, upper / total, strict=True), *[(0, None)] * (2 * n_rows)],
        method="highs",
    )
    missing = np.asarray(solution.x)[len(channels) :] * total
    found = []
    for k, name in enumerate(names):
        for size, word in ((missing[k], "short of"), (missing[n_rows + k], "above")):
            if size > CENT:
                limit = low[k] if word == "short of" else high[k]
                found.append(
                    f"{name}: with every other limit met it stays {amount(round(size, 2), currency)} {word} "
                    f"{amount(limit, currency)}: change it, a group or a bound"
                )
    return found
