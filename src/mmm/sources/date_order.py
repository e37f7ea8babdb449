"""Whether 01/09/2026 is in September: decided on evidence that is quoted, otherwise refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mmm.sources.dates import SLASHED
from mmm.sources.problems import SourceProblems
from mmm.sources.raw import literal
from mmm.sources.title_range import TitleRange

_FIRST, _SECOND = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Whether the day comes first in each text column of dates, and what tells."""

    day_first: Mapping[str, bool]
    said: tuple[str, ...] = ()
    """Evidence, for columns whose own cells do not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What may tell the order of day and month beside the cells of a column."""

    title: TitleRange | None = None
    """Days that the title lines say are covered."""
    habit: bool | None = None
    """What the recognised tool does."""
    tool: str = ""
    """Its name."""
    certain: Mapping[str, str] = field(default_factory=dict)
    """Other columns of dates: name and SQL that reads only what cannot be exchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Dates of one column written with two numbers and a year."""

    first: int
    """How many have a first number above 12."""
    second: int
    dotted: int
    count: int
    example: str | None


def order_of(
    connection: Any, relation: str, columns: Mapping[str, str], declared: str | None, evidence: Evidence
) -> Order:
    """Decide for each text column of dates whether 01/09/2026 is in September.

    Evidence, in order: a number above 12 in the column, dots between the numbers,
    another column of the same file, the days that the title lines state, what the
    recognised tool does. Evidence from beside the column is quoted.

    Raises
    ------
    SourceProblems
        Nothing decides, or the column holds both orders.
    """
    if declared or not columns:
        return Order(day_first=dict.fromkeys(columns, True))
    seen = {name: _seen(connection, relation, cell) for name, cell in columns.items()}
    problems = [_both(name, one) for name, one in seen.items() if one.first and one.second]
    order = {
        name: not one.second
        for name, one in seen.items()
        if one.first or one.second or one.dotted or not one.count
    }
    said: dict[str, str] = {}
    for name in (left for left in columns if left not in order):
        found = (
            _from_column(seen)
            or _from_pairs(connection, relation, columns[name], evidence)
            or _from_title(connection, relation, columns[name], evidence)
            or _from_habit(evidence)
        )
        if found is None:
            problems.append(_undecided(name, seen[name]))
        else:
            order[name], reason = found
            said[reason] = f"dates {'day/month' if order[name] else 'month/day'} ({reason})"
    if problems:
        raise SourceProblems(problems)
    return Order(day_first=order, said=tuple(said.values()))


def _both(name: str, one: _Seen) -> str:
    return (
        f"column {name}: {one.first} dates such as 31/01/2026 and {one.second} such as 01/31/2026, "
        "expected one order: correct the file"
    )


def _undecided(name: str, one: _Seen) -> str:
    return (
        f'column {name}: "{one.example}" may be day/month or month/day and no date of the file decides: '
        'add `date_format: "%d/%m/%Y"` or `"%m/%d/%Y"` to the source'
    )


def _from_column(seen: Mapping[str, _Seen]) -> tuple[bool, str] | None:
    proofs = {name: one for name, one in seen.items() if bool(one.first) != bool(one.second)}
    if not proofs or len({bool(one.first) for one in proofs.values()}) > 1:
        return None
    name, one = next(iter(proofs.items()))
    return bool(one.first), f"as column {name} proves"


def _from_pairs(connection: Any, relation: str, cell: str, evidence: Evidence) -> tuple[bool, str] | None:
    """Compare with another date of the same rows that reads one way only."""
    for name, known in evidence.certain.items():
        day, month = (_parsed(cell, day_first=order) for order in (True, False))
        where = f"FROM {relation} WHERE {day} <> {month}"
        query = (
            f"SELECT count(*) FILTER ({day} = {known}), count(*) FILTER ({month} = {known}), count(*) {where}"
        )
        as_day, as_month, count = connection.execute(query).fetchall()[0]
        if count and (as_day == count) != (as_month == count):
            return as_day == count, f"as column {name} says in the same rows"
    return None


def _from_title(connection: Any, relation: str, cell: str, evidence: Evidence) -> tuple[bool, str] | None:
    """Hold both readings against the days that the title lines state."""
    title = evidence.title
    if title is None:
        return None
    inside = [
        f"count(*) FILTER ({_parsed(cell, day_first=order)}::DATE "
        f"NOT BETWEEN DATE '{title.first}' AND DATE '{title.last}')"
        for order in (True, False)
    ]
    slashed = f"regexp_full_match(trim({cell}), {literal(SLASHED)})"
    query = f"SELECT {', '.join(inside)} FROM {relation} WHERE {slashed}"
    outside_day, outside_month = connection.execute(query).fetchall()[0]
    if (outside_day == 0) == (outside_month == 0):
        return None
    return outside_day == 0, f'title line "{title.quote}"'


def _from_habit(evidence: Evidence) -> tuple[bool, str] | None:
    return None if evidence.habit is None else (evidence.habit, f"as {evidence.tool} writes them")


def _parsed(cell: str, *, day_first: bool) -> str:
    """Read in SQL one order only."""
    form = "%d/%m/%Y" if day_first else "%m/%d/%Y"
    text = f"regexp_replace(trim({cell}), {literal(SLASHED)}, '\\1/\\2/\\3')"
    return f"TRY_STRPTIME({text}, {literal(form)})"


def _seen(connection: Any, relation: str, cell: str) -> _Seen:
    text = f"trim({cell})"
    slashed = f"regexp_full_match({text}, {literal(SLASHED)})"

    def part(index: int) -> str:
        return f"TRY_CAST(regexp_extract({text}, {literal(SLASHED)}, {index}) AS INTEGER)"

    row = connection.execute(
        f"SELECT coalesce(sum(n) FILTER ({part(_FIRST)} BETWEEN 13 AND 31 AND {part(_SECOND)} <= 12), 0), "
        f"coalesce(sum(n) FILTER ({part(_SECOND)} BETWEEN 13 AND 31 AND {part(_FIRST)} <= 12), 0), "
        f"coalesce(sum(n) FILTER (contains({cell}, '.')), 0), coalesce(sum(n), 0), arg_min({cell}, line) "
        f"FROM (SELECT {cell}, count(*) AS n, min(row) AS line FROM {relation} GROUP BY 1) WHERE {slashed}"
    ).fetchall()[0]
    first, second, dotted, count, example = row
    return _Seen(first=int(first), second=int(second), dotted=int(dotted), count=int(count), example=example)
