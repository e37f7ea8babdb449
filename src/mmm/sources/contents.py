"""Which columns each content has, of which kind, and which are required."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mmm.params import RunParams
from mmm.params.data import Source

BY_GEO = ("media", "plan", "outcome", "control")
"""Contents whose rows may each belong to a geo."""
Kind = Literal["date", "moment", "number", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column that a content may hold."""

    name: str
    kind: Kind
    required: bool = True
    looked_up: str = ""
    """Name in the file when it is not declared in `columns` and differs from `name`."""


_FUNNEL = ("visits", "leads", "mql", "sql", "sales")
_MEDIA = (
    Column(name="date", kind="date"),
    Column(name="date_end", kind="date", required=False),
    Column(name="campaign", kind="text", required=False),
    Column(name="spend", kind="number"),
    Column(name="impressions", kind="number", required=False),
    Column(name="clicks", kind="number", required=False),
    Column(name="conversions", kind="number", required=False),
    Column(name="conversion_value", kind="number", required=False),
    Column(name="opens", kind="number", required=False),
    Column(name="engagements", kind="number", required=False),
    Column(name="currency", kind="text", required=False),
)
_FIXED: dict[str, tuple[Column, ...]] = {
    "fees": (
        Column(name="date", kind="date"),
        Column(name="channel", kind="text"),
        Column(name="kind", kind="text", required=False),
        Column(name="amount", kind="number"),
        Column(name="currency", kind="text", required=False),
    ),
    "nps": (Column(name="date", kind="date"), Column(name="score", kind="number")),
    "contracts": (
        Column(name="customer", kind="text"),
        Column(name="date", kind="date"),
        Column(name="date_end", kind="date"),
        Column(name="amount", kind="number"),
        Column(name="channel", kind="text", required=False),
        Column(name="currency", kind="text", required=False),
    ),
    "transactions": (
        Column(name="customer", kind="text"),
        Column(name="date", kind="date"),
        Column(name="amount", kind="number"),
        Column(name="channel", kind="text", required=False),
        Column(name="currency", kind="text", required=False),
    ),
}
_FIXED |= {
    "ledger": (
        Column(name="date", kind="date"),
        Column(name="amount", kind="number"),
        Column(name="channel", kind="text", required=False),
        Column(name="currency", kind="text", required=False),
    ),
    "web": (
        Column(name="date", kind="date", required=False),
        Column(name="date_end", kind="date", required=False),
        Column(name="label", kind="text"),
        Column(name="visits", kind="number"),
        Column(name="users", kind="number", required=False),
        Column(name="engaged_visits", kind="number", required=False),
        Column(name="page_views", kind="number", required=False),
        Column(name="engagement_seconds", kind="number", required=False),
        Column(name="conversions", kind="number", required=False),
        Column(name="revenue", kind="number", required=False),
        Column(name="currency", kind="text", required=False),
    ),
    "seo": (
        Column(name="date", kind="date"),
        Column(name="label", kind="text", required=False),
        Column(name="impressions", kind="number"),
        Column(name="clicks", kind="number"),
        Column(name="position", kind="number"),
    ),
    "deals": (
        Column(name="deal", kind="text", required=False),
        Column(name="name", kind="text", required=False),
        Column(name="stage", kind="text"),
        Column(name="amount", kind="number"),
        Column(name="date", kind="moment", required=False),
        Column(name="date_close", kind="moment", required=False),
        Column(name="origin", kind="text", required=False),
        Column(name="owner", kind="text", required=False),
        Column(name="account", kind="text", required=False),
        Column(name="currency", kind="text", required=False),
    ),
    "events": (
        Column(name="date", kind="date"),
        Column(name="moment", kind="moment", required=False),
        Column(name="event", kind="text"),
        Column(name="user", kind="text", required=False),
        Column(name="session", kind="text", required=False),
        Column(name="transaction", kind="text", required=False),
        Column(name="revenue", kind="number", required=False),
        Column(name="revenue_usd", kind="number", required=False),
        Column(name="source", kind="text", required=False),
        Column(name="medium", kind="text", required=False),
        Column(name="campaign", kind="text", required=False),
    ),
}
_JOURNEYS = (
    Column(name="journey", kind="text"),
    Column(name="date", kind="moment"),
    Column(name="channel", kind="text"),
    Column(name="converted", kind="number"),
    Column(name="value", kind="number", required=False),
    Column(name="campaign", kind="text", required=False),
)
_PATHS = (
    Column(name="path", kind="text"),
    Column(name="conversions", kind="number"),
    Column(name="value", kind="number", required=False),
    Column(name="nulls", kind="number", required=False),
)


def columns_of_content(content: str) -> tuple[Column, ...]:
    """List the columns that a file of this content may hold, whatever the analysis; none when it depends."""
    return _MEDIA if content == "media" else _FIXED.get(content, ())


def columns_of(params: RunParams, name: str, header: Iterable[str]) -> tuple[Column, ...]:
    """List the columns to look for in one source, `row` left aside."""
    found = _of_content(params, name, set(header))
    source = params.sources[name]
    by_geo = source.content in BY_GEO and "geo" in source.columns
    return (*found, Column(name="geo", kind="text")) if by_geo else found


def _of_content(params: RunParams, name: str, names: set[str]) -> tuple[Column, ...]:
    source = params.sources[name]
    if source.content in {"media", "plan"}:
        return _spend_columns(source)
    if source.content == "journeys":
        return _PATHS if "path" in source.columns or "path" in names else _JOURNEYS
    if source.content in _FIXED:
        return _FIXED[source.content]
    numbers = {
        "outcome": lambda: _outcome_columns(params, name),
        "control": lambda: _named(source, params.model.controls, names),
        "target": lambda: _named(source, params.outcomes, names),
        "funnel": lambda: _named(source, _FUNNEL, names),
    }[source.content]()
    return (Column(name="date", kind="date"), *numbers)


def _spend_columns(source: Source) -> tuple[Column, ...]:
    if source.channel_columns:
        wide = tuple(
            Column(name=f"spend:{channel}", kind="number", looked_up=column)
            for channel, column in source.channel_columns.items()
        )
        return (_MEDIA[0], *wide)
    if source.content == "plan":
        spend = (Column(name="spend", kind="number"),)
        return (
            (_MEDIA[0], *spend)
            if source.channel
            else (_MEDIA[0], Column(name="channel", kind="text"), *spend)
        )
    if source.channel:
        return _MEDIA
    if source.campaigns:
        return tuple(
            Column(name="campaign", kind="text") if column.name == "campaign" else column for column in _MEDIA
        )
    return (*_MEDIA, Column(name="channel", kind="text"))


def _outcome_columns(params: RunParams, name: str) -> tuple[Column, ...]:
    source = params.sources[name]
    return tuple(
        Column(
            name=outcome,
            kind="number",
            looked_up=source.columns.get(declared.column, declared.column),
        )
        for outcome, declared in params.outcomes.items()
        if declared.source == name
    )


def _named(source: Source, usual: Iterable[str], header: set[str]) -> tuple[Column, ...]:
    """Give the columns declared in `columns`, and the usual ones that the file has under our name."""
    declared = [column for column in source.columns if column not in {"date", "currency", "geo"}]
    found = [column for column in usual if column not in declared and column in header]
    return tuple(Column(name=column, kind="number") for column in [*declared, *found])
