"""Dates as people write them; a day and a month that could be exchanged are refused."""

from collections.abc import Mapping
from typing import Any

from mmm.params.data import Frequency
from mmm.sources.problems import SourceProblems
from mmm.sources.raw import literal

_ISO = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ].*)?"
_SLASHED = r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})( .*)?"
_SERIAL = r"[2-5]\d{4}(\.0*)?"
_FIRST, _SECOND = 1, 2


def date(cell: str, *, day_first: bool, declared: str | None, frequency: Frequency) -> str:
    """Read in SQL a text cell as a timestamp; NULL when it is not a date.

    ISO, `20260901`, `2026-09`, day and month in the order given, and a bare
    year when periods are years.
    """
    text = f"trim({cell})"
    if declared:
        return f"TRY_STRPTIME({text}, {literal(declared)})"
    order = ["%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"]
    if not day_first:
        order = [form.replace("%d/%m", "%m/%d") for form in order]
    forms = ", ".join(map(literal, order))
    slashed = f"regexp_replace({text}, '^(\\d+)[/.-](\\d+)[/.-]', '\\1/\\2/')"
    year = (
        f"WHEN regexp_full_match({text}, '\\d{{4}}') THEN TRY_STRPTIME({text}, '%Y') "
        if frequency == "annual"
        else ""
    )
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(_ISO)}) "
        f"THEN TRY_CAST(replace({text}, '/', '-') AS TIMESTAMP) "
        f"WHEN regexp_full_match({text}, '\\d{{4}}-\\d{{2}}') THEN TRY_STRPTIME({text}, '%Y-%m') "
        f"WHEN regexp_full_match({text}, '(19|20)\\d{{6}}') THEN TRY_STRPTIME({text}, '%Y%m%d') "
        f"{year}"
        f"WHEN regexp_full_match({text}, {literal(_SLASHED)}) THEN TRY_STRPTIME({slashed}, [{forms}]) END"
    )


def is_serial(cell: str) -> str:
    """Say in SQL whether a text cell looks like a date that Excel turned into a number."""
    return f"regexp_full_match(trim({cell}), {literal(_SERIAL)})"


def day_first(
    connection: Any, relation: str, columns: Mapping[str, str], declared: str | None, *, habit: bool | None
) -> dict[str, bool]:
    """Decide for each text column of dates whether 01/09/2026 is in September.

    Evidence, in order: a number above 12 in the column, in another date column
    of the same file, dots between the numbers, what the recognised tool does.

    Raises
    ------
    SourceProblems
        Nothing decides, or the column holds both orders.
    """
    if declared or not columns:
        return dict.fromkeys(columns, True)
    counts = {name: _counts(connection, relation, cell) for name, cell in columns.items()}
    firsts = sum(first for first, _, _, _, _ in counts.values())
    seconds = sum(second for _, second, _, _, _ in counts.values())
    agreed = True if firsts and not seconds else False if seconds and not firsts else habit
    order: dict[str, bool] = {}
    problems = []
    for name, (first, second, dotted, slashed, example) in counts.items():
        if first and second:
            problems.append(
                f"column {name}: {first} dates such as 31/01/2026 and {second} such as 01/31/2026, "
                "expected one order: correct the file"
            )
        elif first or second:
            order[name] = bool(first)
        elif not slashed or dotted or agreed is not None:
            order[name] = True if dotted or agreed is None else agreed
        else:
            problems.append(
                f'column {name}: "{example}" may be day/month or month/day and no date of the file decides: '
                'add `date_format: "%d/%m/%Y"` or `"%m/%d/%Y"` to the source'
            )
    if problems:
        raise SourceProblems(problems)
    return order


def _counts(connection: Any, relation: str, cell: str) -> tuple[int, int, int, int, str | None]:
    """Count dates whose first number is above 12, whose second is, with dots, all; and an example."""
    text = f"trim({cell})"
    slashed = f"regexp_full_match({text}, {literal(_SLASHED)})"

    def part(index: int) -> str:
        return f"TRY_CAST(regexp_extract({text}, {literal(_SLASHED)}, {index}) AS INTEGER)"

    row = connection.execute(
        f"SELECT count(*) FILTER ({part(_FIRST)} BETWEEN 13 AND 31 AND {part(_SECOND)} <= 12), "
        f"count(*) FILTER ({part(_SECOND)} BETWEEN 13 AND 31 AND {part(_FIRST)} <= 12), "
        f"count(*) FILTER (contains({cell}, '.')), count(*), any_value({cell}) "
        f"FROM {relation} WHERE {slashed}"
    ).fetchall()[0]
    return tuple(row)
