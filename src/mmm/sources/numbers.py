"""Numbers as people write them: which decimal mark a file uses, on its own evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mmm.sources.problems import SourceProblems
from mmm.sources.raw import literal

Mark = Literal[",", "."]
MISSING = ("", "-", "--")
"""Cells that say "nothing reported": not zero."""
_SPACES = r" \x{a0}\x{202f}"
_THOUSANDS = {",": rf"[{_SPACES}.'’]", ".": rf"[{_SPACES},'’]"}
_TRIMMED = "' \u00a0\u202f\t'"
_SIGN = "[+-]?"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Counts of what the cells of one column prove."""

    comma: int
    dot: int
    ambiguous: int
    example: str | None


def is_missing(cell: str) -> str:
    """Say in SQL whether a text cell holds no value."""
    marks = ", ".join(map(literal, MISSING))
    return f"({cell} IS NULL OR trim({cell}, {_TRIMMED}) IN ({marks}))"


def number(cell: str, mark: Mark) -> str:
    """Read in SQL a text cell as a number; NULL when it is not one."""
    groups = _THOUSANDS[mark]
    point = "," if mark == "," else r"\."
    whole = rf"(\d+|\d{{1,3}}({groups}\d{{3}})+)"
    exponent = r"([eE][+-]?\d+)?" if mark == "." else ""
    pattern = rf"{_SIGN}({whole}({point}\d*)?|{point}\d+){exponent}"
    bare = f"regexp_replace(trim({cell}, {_TRIMMED}), {literal(groups)}, '', 'g')"
    if mark == ",":
        bare = f"replace({bare}, ',', '.')"
    matches = f"regexp_full_match(trim({cell}, {_TRIMMED}), {literal(pattern)})"
    return f"CASE WHEN {matches} THEN TRY_CAST({bare} AS DOUBLE) END"


def decimal_marks(
    connection: Any, relation: str, columns: Mapping[str, str], declared: Mark | None, habit: Mark | None
) -> dict[str, Mark]:
    """Decide the decimal mark of each text column of numbers.

    Parameters
    ----------
    columns
        Name in the file: column of the relation.
    declared, habit
        What the params say, and what the recognised tool does; the first decides
        everything, the second only what no cell of the file proves.

    Raises
    ------
    SourceProblems
        A column such as `1,234` that nothing decides: 1234 or 1.234.
    """
    if declared or not columns:
        return dict.fromkeys(columns, declared or ".")
    seen = dict(zip(columns, _seen(connection, relation, list(columns.values())), strict=True))
    comma, dot = sum(s.comma for s in seen.values()), sum(s.dot for s in seen.values())
    agreed: Mark | None = "," if comma and not dot else "." if dot and not comma else habit
    marks: dict[str, Mark] = {}
    problems = []
    for name, proof in seen.items():
        if proof.comma or proof.dot:
            marks[name] = "," if proof.comma > proof.dot else "."
        elif agreed or not proof.ambiguous:
            marks[name] = agreed or "."
        else:
            problems.append(
                f'column {name}: "{proof.example}" may be read with or without decimals: '
                'add `decimal: ","` or `decimal: "."` to the source'
            )
    if problems:
        raise SourceProblems(problems)
    return marks


def _seen(connection: Any, relation: str, columns: Sequence[str]) -> list[_Seen]:
    wanted = ", ".join(
        f"count(*) FILTER ({_proves_comma(c)}), count(*) FILTER ({_proves_dot(c)}), "
        f"count(*) FILTER ({_is_ambiguous(c)}), any_value({c}) FILTER ({_is_ambiguous(c)})"
        for c in columns
    )
    row = connection.execute(f"SELECT {wanted} FROM {relation}").fetchall()[0]
    return [
        _Seen(comma=row[at], dot=row[at + 1], ambiguous=row[at + 2], example=row[at + 3])
        for at in range(0, len(row), 4)
    ]


def _full(cell: str, pattern: str) -> str:
    return f"regexp_full_match(trim({cell}, {_TRIMMED}), {literal(_SIGN + pattern)})"


def _proves_comma(cell: str) -> str:
    other_length = r"[\d \x{a0}\x{202f}.'’]*,(\d{0,2}|\d{4,})"
    after_group = rf"\d{{1,3}}([{_SPACES}.'’]\d{{3}})+,\d+"
    long_or_zero = r"(0|\d{4,}),\d+"
    return " OR ".join(_full(cell, pattern) for pattern in (other_length, after_group, long_or_zero))


def _proves_dot(cell: str) -> str:
    other_length = r"[\d \x{a0}\x{202f},'’]*\.(\d{0,2}|\d{4,})([eE][+-]?\d+)?"
    after_group = rf"\d{{1,3}}([{_SPACES},'’]\d{{3}})+\.\d+"
    long_or_zero = r"(0|\d{4,})\.\d+"
    many_groups = r"\d{1,3}(,\d{3}){2,}"
    return " OR ".join(
        _full(cell, pattern) for pattern in (other_length, after_group, long_or_zero, many_groups)
    )


def _is_ambiguous(cell: str) -> str:
    return _full(cell, r"[1-9]\d{0,2}[,.]\d{3}")
