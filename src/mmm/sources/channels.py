"""Which channel each row of spend belongs to: one for all, by campaign name, by column, or as written."""

import re
from collections.abc import Collection
from typing import Any

from mmm.errors import listed
from mmm.params import RunParams
from mmm.params.data import Source
from mmm.sources.interpretation import Interpreted
from mmm.sources.raw import Raw, literal, quoted

_WIDE = "spend:"
_PRICED = frozenset({"media", "fees", "transactions", "contracts", "web", "deals", "ledger"})


def with_channel(query: str, params: RunParams, name: str, raw: Raw, typed: Interpreted) -> str:
    """Complete a query of typed columns with `channel` and `currency` where the content has them.

    Transactions and contracts are turned into the analysis' currency here, as they stay in the database.
    """
    source, columns = params.sources[name], typed.columns
    if source.content in {"media", "plan"}:
        query = _by_channel(query, source, columns)
    if source.content in _PRICED:
        header = (raw.recognised and raw.recognised.currency) or typed.currency
        query = _with_currency(query, header or source.currency or params.currency, columns)
    if source.content in {"transactions", "contracts"}:
        query = f"SELECT * REPLACE (amount * {_rate(params)} AS amount) FROM ({query})"
    return query


def _rate(params: RunParams) -> str:
    """Give in SQL what a row's currency is worth; one without a rate is left to a fatal finding."""
    if not params.exchange_rates:
        return "1.0"
    cases = " ".join(
        f"WHEN {literal(currency)} THEN {rate!r}" for currency, rate in params.exchange_rates.items()
    )
    return f"CASE currency {cases} ELSE 1.0 END"


def _by_channel(query: str, source: Source, columns: Collection[str]) -> str:
    wide = [column for column in columns if column.startswith(_WIDE)]
    if wide:
        geo = ", geo" if "geo" in columns else ""
        parts = [
            f"SELECT row, date{geo}, {literal(column.removeprefix(_WIDE))} AS channel, "
            f"{quoted(column)} AS spend FROM ({query})"
            for column in wide
        ]
        return " UNION ALL ".join(parts)
    if source.channel:
        return f"SELECT *, {literal(source.channel)} AS channel FROM ({query})"
    if source.campaigns:
        cases = " ".join(
            f"WHEN regexp_full_match(campaign, {literal(_regex(pattern))}) THEN {literal(channel)}"
            for pattern, channel in source.campaigns.items()
        )
        return f"SELECT *, CASE {cases} END AS channel FROM ({query})"
    return query


def _with_currency(query: str, usual: str, columns: Collection[str]) -> str:
    """Take the currency of the row, else of the header, else the declared one, else the analysis' own."""
    if "currency" in columns:
        return f"SELECT * REPLACE (coalesce(upper(currency), {literal(usual)}) AS currency) FROM ({query})"
    return f"SELECT *, {literal(usual)} AS currency FROM ({query})"


def _regex(pattern: str) -> str:
    """Turn a campaign pattern (`*` and `?`) into a regular expression; case does not matter."""
    wild = {"*": ".*", "?": "."}
    return "(?is)" + "".join(wild.get(letter) or re.escape(letter) for letter in pattern)


def unmatched_campaigns(connection: Any, name: str, source: Source) -> list[str]:
    """Say which campaigns no pattern of the source knows."""
    if not source.campaigns or source.content != "media":
        return []
    rows = connection.execute(
        f"SELECT coalesce(campaign, '(no name)'), min(row) FROM {quoted(name)} WHERE channel IS NULL "
        "GROUP BY 1 ORDER BY 2"
    ).fetchall()
    if not rows:
        return []
    shown = listed(f"{campaign} (row {row})" for campaign, row in rows)
    return [
        f"{len(rows)} campaign{'s' if len(rows) > 1 else ''} without a channel: {shown}; known patterns: "
        f"{listed(source.campaigns)}: add a line to `campaigns`"
    ]
