"""Rules on journeys, CRM deals and events: who, through what, when."""

from collections.abc import Iterator
from difflib import get_close_matches

from mmm.quality.rule import Analysis, Reading, Rule, Seen, each
from mmm.records import Severity

_UNPAID = frozenset(
    {
        *("direct", "organic", "organique", "naturel", "seo", "referral", "referencement", "none", "(none)"),
        *("organic_search", "organic_social", "referent", "other", "autre", "autres", "unassigned", "email"),
        *("e-mail", "crm", "store", "magasin", "affiliation"),
    }
)
"""Touches that nobody pays for by the click, and that an analysis need not declare."""
_ALIKE = 0.8
_LISTED = 1_000
_TELLING = 10
"""Customers, or lines of journeys, from which it means something that none of them does a thing."""
_REPEATED = 0.01
"""Share of lines equal to another beyond which an export is taken to repeat itself."""


def _journey_channel(analysis: Analysis) -> Iterator[Seen]:
    """See channels of journeys that the analysis does not declare and that are no organic one."""
    yield from _undeclared(analysis, "journeys")


def _customer_channel(analysis: Analysis) -> Iterator[Seen]:
    """See the same for the channels that customers came by."""
    for content in ("transactions", "contracts"):
        yield from _undeclared(analysis, content)


def _undeclared(analysis: Analysis, content: str) -> Iterator[Seen]:
    declared = set(analysis.params.channels)
    for reading in analysis.of(content):
        if not {"path", "channel"} & set(reading.columns):
            continue
        for name, row in _channels(reading):
            if name and name not in declared and name.casefold() not in _UNPAID:
                near = get_close_matches(name.casefold(), sorted(declared), n=1, cutoff=_ALIKE)
                yield Seen(
                    source=reading.name,
                    row=row,
                    column=reading.header("path" if "path" in reading.columns else "channel"),
                    value=name,
                    suggestion=near[0] if near else f"channels: {{{name}: ...}}",
                )


def _channels(reading: Reading) -> Iterator[tuple[str, int]]:
    """Give every channel of the touches and its first row."""
    touches = f"SELECT channel, row FROM {reading.table.relation}"
    if "path" in reading.columns:
        touches = (
            f"SELECT trim(unnest(string_split(path, '>'))) AS channel, row FROM {reading.table.relation}"
        )
    query = f"SELECT channel, min(row) FROM ({touches}) GROUP BY 1 ORDER BY 2"
    for name, row in reading.table.database.connection.execute(query).fetchall():
        yield name or "", int(row)


def _twice(analysis: Analysis, content: str, key: str, where: str) -> Iterator[Seen]:
    for reading in analysis.of(content):
        if key not in reading.columns:
            continue
        rows = reading.table.select(
            f"{key} AS name, max(row) AS row",
            f"WHERE {key} IS NOT NULL AND {where} GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 LIMIT {_LISTED}",
        )
        for row in each(rows):
            yield Seen(source=reading.name, row=int(row.row), column=reading.header(key), value=str(row.name))


def _duplicate_deal(analysis: Analysis) -> Iterator[Seen]:
    """See the same deal twice: its amount would count twice."""
    yield from _twice(analysis, "deals", "deal", "true")


def _duplicate_contract(analysis: Analysis) -> Iterator[Seen]:
    """See two contracts of one customer that start on the same day."""
    for reading in analysis.of("contracts"):
        if not {"customer", "date"} <= set(reading.columns):
            continue
        rows = reading.table.select(
            "customer, date::DATE AS day, max(row) AS row",
            "WHERE customer IS NOT NULL AND date IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1 "
            f"ORDER BY 3 LIMIT {_LISTED}",
        )
        for row in each(rows):
            day = f"{row.day:%Y-%m-%d}"
            yield Seen(source=reading.name, row=int(row.row), column=reading.header("date"), value=day)


def _duplicate_purchase(analysis: Analysis) -> Iterator[Seen]:
    """See a purchase sent twice by the site."""
    yield from _twice(analysis, "events", "transaction", "event = 'purchase'")


def _duplicate_sale(analysis: Analysis) -> Iterator[Seen]:
    """See an export of transactions that holds lines of several customers twice; a few are ordinary."""
    for reading in analysis.of("transactions"):
        kept = [name for name in ("customer", "date", "amount", "channel") if name in reading.columns]
        if "customer" not in kept:
            continue
        by = ", ".join(kept)
        lines = f"SELECT customer, max(row) AS row, count(*) AS n FROM {reading.table.relation} GROUP BY {by}"
        query = (
            "SELECT sum(n - 1), sum(n), max(row) FILTER (n > 1), "
            f"count(DISTINCT customer) FILTER (n > 1) FROM ({lines})"
        )
        repeated, total, row, customers = reading.table.database.connection.execute(query).fetchall()[0]
        if total and customers > 1 and repeated > _REPEATED * total:
            yield Seen(
                source=reading.name,
                row=int(row),
                column=reading.header("amount"),
                value=f"{int(repeated):,} / {int(total):,}",
            )


def _no_repeat(analysis: Analysis) -> Iterator[Seen]:
    """See transactions in which no customer ever bought on a second day."""
    for reading in analysis.of("transactions"):
        if not {"customer", "date", "amount"} <= set(reading.columns):
            continue
        query = (
            "SELECT count(*), max(days) FROM (SELECT count(DISTINCT date::DATE) AS days "
            f"FROM {reading.table.relation} WHERE amount > 0 AND customer IS NOT NULL GROUP BY customer)"
        )
        customers, most = reading.table.database.connection.execute(query).fetchall()[0]
        if customers >= _TELLING and (most or 0) <= 1:
            yield Seen(source=reading.name, column=reading.header("customer"), value=f"{int(customers):,}")


def _refunds_exceed(analysis: Analysis) -> Iterator[Seen]:
    """See transactions that pay back more than they take."""
    for reading in analysis.of("transactions"):
        if "amount" not in reading.columns:
            continue
        query = (
            "SELECT -sum(amount) FILTER (amount < 0), sum(amount) FILTER (amount > 0) "
            f"FROM {reading.table.relation}"
        )
        back, taken = reading.table.database.connection.execute(query).fetchall()[0]
        if (back or 0.0) > (taken or 0.0):
            yield Seen(
                source=reading.name,
                column=reading.header("amount"),
                value=f"{back or 0.0:,.2f} > {taken or 0.0:,.2f}",
            )


def _no_conversion(analysis: Analysis) -> Iterator[Seen]:
    """See journeys of which none converts."""
    for reading in analysis.of("journeys"):
        flag = "conversions" if "path" in reading.columns else "converted"
        if flag not in reading.columns:
            continue
        query = f"SELECT count(*), max({flag}) FROM {reading.table.relation}"
        n_rows, most = reading.table.database.connection.execute(query).fetchall()[0]
        if n_rows >= _TELLING and (most or 0) <= 0:
            yield Seen(source=reading.name, column=reading.header(flag), value=f"{int(n_rows):,}")


CUSTOMER_RULES: tuple[Rule, ...] = (
    Rule(name="journey_channel", severity=Severity.WARNING, find=_journey_channel, suggests=True),
    Rule(name="customer_channel", severity=Severity.WARNING, find=_customer_channel, suggests=True),
    Rule(name="duplicate_deal", severity=Severity.WARNING, find=_duplicate_deal),
    Rule(name="duplicate_contract", severity=Severity.WARNING, find=_duplicate_contract),
    Rule(name="duplicate_purchase", severity=Severity.WARNING, find=_duplicate_purchase),
    Rule(name="duplicate_sale", severity=Severity.WARNING, find=_duplicate_sale),
    Rule(name="no_repeat_purchase", severity=Severity.WARNING, find=_no_repeat),
    Rule(name="refunds_exceed", severity=Severity.WARNING, find=_refunds_exceed),
    Rule(name="no_conversion", severity=Severity.WARNING, find=_no_conversion),
)
