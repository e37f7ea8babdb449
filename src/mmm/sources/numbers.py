"""Numbers as people write them: which decimal mark a file uses, on its own evidence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mmm.sources.problems import SourceProblems
from mmm.sources.raw import literal

Mark = Literal[",", "."]
MISSING = ("", "-", "--")
"""Cells that say "nothing reported": not zero."""
CURRENCY_SIGNS: Mapping[str, str | None] = {
    "€": "EUR",
    "EUR": "EUR",
    "£": "GBP",
    "GBP": "GBP",
    "CHF": "CHF",
    "US$": "USD",
    "USD": "USD",
    "$": None,
}
"""Signs beside an amount and their currency; `$` is that of several countries."""
_SPACES = r" \x{a0}\x{202f}"
_THOUSANDS = {",": rf"[{_SPACES}.'’]", ".": rf"[{_SPACES},'’]"}
_TRIMMED = "' \u00a0\u202f\t'"
_SIGN = "[+-]?"
_EDGE = rf"[{_SPACES}\t]*"
_GAP = rf"[{_SPACES}]*"
_AFFIX = "(" + "|".join(re.escape(sign) for sign in CURRENCY_SIGNS) + ")"
_BESIDE = rf"{_AFFIX}{_GAP}|{_GAP}{_AFFIX}|{_GAP}%"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Counts of what the cells of one column prove."""

    comma: int
    dot: int
    example: str | None
    """A cell that may be read with or without decimals."""


def is_missing(cell: str) -> str:
    """Say in SQL whether a text cell holds no value."""
    marks = ", ".join(map(literal, MISSING))
    return f"({cell} IS NULL OR trim({cell}, {_TRIMMED}) IN ({marks}))"


def number(cell: str, mark: Mark, sign: str | None = None) -> str:
    """Read in SQL a text cell as a number; NULL when it is not one.

    A per cent sign divides by 100. Of currency signs only those of the currency of
    `sign` are accepted: a cell in another one is not read.
    """
    groups = _THOUSANDS[mark]
    point = "," if mark == "," else r"\."
    whole = rf"(\d+|\d{{1,3}}({groups}\d{{3}})+)"
    exponent = r"([eE][+-]?\d+)?" if mark == "." else ""
    figure = rf"({whole}({point}\d*)?|{point}\d+){exponent}"
    before, after = _around(sign)
    pattern = rf"{_EDGE}{_SIGN}{before}{_SIGN}{figure}{after}{_EDGE}"
    spaces = " \u00a0\u202f\t'’%" + (other := "." if mark == "," else ",")
    bare = cell
    for mark_left_out in (*_accepted(sign), *spaces):
        bare = f"replace({bare}, {literal(mark_left_out)}, '')"
    plain = cell
    if mark == ",":
        bare, plain = f"replace({bare}, ',', '.')", f"replace({cell}, ',', '.')"
    slow = (
        f"CASE WHEN regexp_full_match({cell}, {literal(pattern)}) "
        f"THEN TRY_CAST({bare} AS DOUBLE) / CASE WHEN contains({cell}, '%') THEN 100 ELSE 1 END END"
    )
    # Most cells are plain: no pattern is looked for in those.
    fast = f"regexp_full_match({cell}, '-?\\d+([.,]\\d+)?') AND NOT contains({cell}, '{other}')"
    return f"CASE WHEN {fast} THEN TRY_CAST({plain} AS DOUBLE) ELSE {slow} END"


def _accepted(sign: str | None) -> list[str]:
    if sign is None:
        return []
    currency = CURRENCY_SIGNS[sign]
    return [other for other, of in CURRENCY_SIGNS.items() if of == currency]


def _around(sign: str | None) -> tuple[str, str]:
    """Give the patterns of what may stand before and after the figure."""
    if sign is None:
        return "", rf"({_GAP}%)?"
    affix = "(" + "|".join(re.escape(other) for other in _accepted(sign)) + ")"
    return rf"({affix}{_GAP})?", rf"({_GAP}{affix}|{_GAP}%)?"


def currency_sign(connection: Any, relation: str, columns: Mapping[str, str]) -> str | None:
    """Find the currency sign that most amounts of these columns carry; None when none does."""
    counts: dict[str, int] = {}
    for cell in columns.values():
        rows = connection.execute(
            f"SELECT regexp_extract({cell}, {literal(_AFFIX)}) AS sign, count(*) FROM {relation} "
            f"WHERE regexp_matches({cell}, '[€£$]|[A-Z]{{3}}') GROUP BY 1"
        ).fetchall()
        for sign, count in rows:
            if sign:
                counts[sign] = counts.get(sign, 0) + count
    return max(counts, key=lambda sign: counts[sign], default=None)


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
    seen = {name: _seen(connection, relation, cell) for name, cell in columns.items()}
    comma, dot = sum(s.comma for s in seen.values()), sum(s.dot for s in seen.values())
    agreed: Mark | None = "," if comma and not dot else "." if dot and not comma else habit
    marks: dict[str, Mark] = {}
    problems = []
    for name, proof in seen.items():
        if proof.comma or proof.dot:
            marks[name] = "," if proof.comma > proof.dot else "."
        elif agreed or proof.example is None:
            marks[name] = agreed or "."
        else:
            problems.append(
                f'column {name}: "{proof.example}" may be read with or without decimals: '
                'add `decimal: ","` or `decimal: "."` to the source'
            )
    if problems:
        raise SourceProblems(problems)
    return marks


def _seen(connection: Any, relation: str, cell: str) -> _Seen:
    """Count proofs over the shapes of the cells: every digit a 9 but a leading 0."""
    shape = (
        f"CASE WHEN {cell}[1] = '0' THEN '0' || translate({cell}[2:], '0123456789', '9999999999') "
        f"ELSE translate({cell}, '0123456789', '9999999999') END"
    )
    rows = connection.execute(
        f"SELECT {shape} AS shape, count(*), min({cell}) FROM {relation} "
        f"WHERE contains({cell}, ',') OR contains({cell}, '.') GROUP BY 1 ORDER BY 3"
    ).fetchall()
    comma = dot = 0
    example = None
    for raw, count, cell_shown in rows:
        figure = re.sub(_PYTHON_BESIDE, "", raw.strip(" \u00a0\u202f\t")).lstrip("+-")
        comma += count * bool(_COMMA.fullmatch(figure))
        dot += count * bool(_DOT.fullmatch(figure))
        if example is None and _AMBIGUOUS.fullmatch(figure):
            example = cell_shown
    return _Seen(comma=comma, dot=dot, example=example)


_GROUP = " \u00a0\u202f'’"
_PYTHON_BESIDE = re.compile(_BESIDE.replace(_SPACES, " \u00a0\u202f"))
_COMMA = re.compile(
    rf"[\d.{_GROUP}]*,(\d{{0,2}}|\d{{4,}})|\d{{1,3}}([.{_GROUP}]\d{{3}})+,\d+|(0|\d{{4,}}),\d+"
)
_DOT = re.compile(
    rf"[\d,{_GROUP}]*\.(\d{{0,2}}|\d{{4,}})([eE][+-]?\d+)?|\d{{1,3}}([,{_GROUP}]\d{{3}})+\.\d+"
    r"|(0|\d{4,})\.\d+|\d{1,3}(,\d{3}){2,}"
)
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[,.]\d{3}")
