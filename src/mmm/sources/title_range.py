"""Which days a report covers, from the lines above its header."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from mmm.sources.dialects import plain

RANGED = frozenset({"media", "web"})
"""Contents whose rows may cover several days."""
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv",
            "february feb fevrier fevr fev",
            "march mar mars",
            "april apr avril avr",
            "may mai",
            "june jun juin",
            "july jul juillet juil",
            "august aug aout",
            "september sept sep septembre",
            "october oct octobre",
            "november nov novembre",
            "december dec decembre",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_FORMS = (
    (re.compile(r"\b(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})\b"), False),
    (re.compile(r"\b(?P<y>(19|20)\d{2})(?P<m>[01]\d)(?P<d>[0-3]\d)\b"), False),
    (re.compile(rf"\b(?P<d>\d{{1,2}})(er|st|nd|rd|th)?\s+(?P<m>{_MONTH})\s+(?P<y>\d{{4}})\b"), True),
    (re.compile(rf"\b(?P<m>{_MONTH})\s+(?P<d>\d{{1,2}})(st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b"), True),
)
_MADE = re.compile(
    r"generated|genere|extrait|exported|exporte|created|cree le|last completed|printed|imprime"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleRange:
    """Days that a report says it covers."""

    first: date
    last: date
    quote: str
    """The line or lines that say it."""


def title_range(above: Sequence[str]) -> TitleRange | None:
    """Read the range of days that title lines state; None when they do not state two.

    Lines that say when the file was made are passed over.

    Examples
    --------
    >>> title_range(["Rapport sur les campagnes", "1 sept. 2026 - 30 sept. 2026"]).last
    datetime.date(2026, 9, 30)
    """
    found: list[tuple[date, str]] = []
    for line in above:
        if _MADE.search(plain(line)):
            continue
        dates = list(_dates(plain(line)))
        quote = line.strip().strip('"# ;\t,')
        if len(dates) == 2:
            return TitleRange(first=min(dates), last=max(dates), quote=quote)
        if len(dates) == 1:
            found.append((dates[0], quote))
    if len(found) == 2 and found[0][0] <= found[1][0]:
        return TitleRange(first=found[0][0], last=found[1][0], quote=f"{found[0][1]}, {found[1][1]}")
    return None


def _dates(line: str) -> Iterator[date]:
    """Give the dates of a line whose day and month cannot be exchanged, in order."""
    places: dict[int, date] = {}
    for form, is_named in _FORMS:
        for match in form.finditer(line):
            month = _MONTHS[match["m"].rstrip(".")] if is_named else int(match["m"])
            try:
                places.setdefault(match.start(), date(int(match["y"]), month, int(match["d"])))
            except ValueError:
                continue
    for at in sorted(places):
        yield places[at]
