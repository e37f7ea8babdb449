"""Dates as people write them, in SQL."""

from mmm.params.data import Frequency
from mmm.sources.raw import literal

_ISO = r"\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ].*)?"
SLASHED = r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})( .*)?"
_SERIAL = r"[2-5]\d{4}(\.0*)?"


def date(cell: str, *, day_first: bool, declared: str | None, frequency: Frequency) -> str:
    """Read in SQL a text cell as a timestamp; NULL when it is not a date.

    ISO, `20260901`, `2026-09`, day and month in the order given, and a bare
    year when periods are years.
    """
    text = f"trim({cell})"
    if declared:
        return f"TRY_STRPTIME({text}, {literal(declared)})"
    clocks = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
    order = [f"%d/%m/%Y{clock}" for clock in clocks]
    if not day_first:
        order = [form.replace("%d/%m", "%m/%d") for form in order]
    forms = ", ".join(map(literal, order))
    slashed = f"regexp_replace({text}, '^(\\d+)[/.-](\\d+)[/.-]', '\\1/\\2/')"
    year = (
        f"WHEN regexp_full_match({text}, '\\d{{4}}') THEN TRY_STRPTIME({text}, '%Y') "
        if frequency == "annual"
        else ""
    )
    # Most files write all days in one of two ways: no pattern is looked for in those.
    return (
        f"CASE WHEN length({cell}) = 10 AND {cell}[5] = '-' AND {cell}[8] = '-' "
        f"THEN TRY_CAST({cell} AS TIMESTAMP) "
        f"WHEN length({cell}) = 10 AND {cell}[3] = '/' AND {cell}[6] = '/' "
        f"THEN TRY_STRPTIME({cell}, {literal(order[0])}) "
        f"WHEN regexp_full_match({text}, {literal(_ISO)}) "
        f"THEN TRY_CAST(replace({text}, '/', '-') AS TIMESTAMP) "
        f"WHEN regexp_full_match({text}, '\\d{{4}}-\\d{{2}}') THEN TRY_STRPTIME({text}, '%Y-%m') "
        f"WHEN regexp_full_match({text}, '(19|20)\\d{{6}}') THEN TRY_STRPTIME({text}, '%Y%m%d') "
        f"{year}"
        f"WHEN regexp_full_match({text}, {literal(SLASHED)}) THEN TRY_STRPTIME({slashed}, [{forms}]) "
        f"WHEN regexp_full_match({text}, '\\d{{16}}') THEN make_timestamp(TRY_CAST({text} AS BIGINT)) END"
    )


def is_serial(cell: str) -> str:
    """Say in SQL whether a text cell looks like a date that Excel turned into a number."""
    return f"regexp_full_match(trim({cell}), {literal(_SERIAL)})"


def certain(cell: str) -> str:
    """Read in SQL a text cell as a date only where day and month cannot be exchanged."""
    text = f"trim({cell})"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(_ISO)}) "
        f"THEN TRY_CAST(left(replace({text}, '/', '-'), 10) AS TIMESTAMP) "
        f"WHEN regexp_full_match({text}, '(19|20)\\d{{6}}') THEN TRY_STRPTIME({text}, '%Y%m%d') END"
    )
