"""Rules on currencies, VAT and channels: without them amounts cannot be added."""

from collections.abc import Iterator
from difflib import get_close_matches

from mmm.errors import listed
from mmm.quality.rule import BIG, Analysis, Reading, Rule, Seen
from mmm.records import Severity

_MONEY = ("media", "fees", "outcome", "plan", "target", "transactions", "contracts", "ledger", "deals")
_ALL = "all"


def _currencies(reading: Reading) -> dict[str, int | None]:
    """Give the currencies of a source, and the first row of each when rows name theirs."""
    if "currency" not in reading.table.headers:
        if "currency" in reading.columns and reading.content not in BIG:
            return dict.fromkeys(reading.rows["currency"].unique())
        return {reading.declared.currency: None} if reading.declared.currency else {}
    if reading.content not in BIG:
        firsts = reading.rows.drop_duplicates("currency")
    else:
        firsts = reading.table.select("currency, min(row) AS row", "GROUP BY 1 ORDER BY 2")
    return dict(zip(firsts["currency"], firsts["row"].astype(int), strict=True))


def _without_rate(analysis: Analysis) -> Iterator[Seen]:
    known = {analysis.params.currency, *analysis.params.exchange_rates}
    for reading in analysis.of(*_MONEY):
        for currency, row in _currencies(reading).items():
            if currency not in known:
                yield Seen(source=reading.name, row=row, column=reading.header("currency"), value=currency)


def _other_currency(analysis: Analysis) -> Iterator[Seen]:
    """See a file whose currency is not the one declared for it."""
    for reading in analysis.of("media", "fees", "transactions", "contracts"):
        declared = reading.declared.currency
        for currency, row in _currencies(reading).items():
            if declared and currency != declared:
                yield Seen(
                    source=reading.name,
                    row=row,
                    column=reading.header("currency"),
                    value=f"{currency} / {declared}",
                )


def _vat(analysis: Analysis) -> Iterator[Seen]:
    for reading in analysis.of(*_MONEY):
        if reading.declared.vat != analysis.params.vat:
            yield Seen(source=reading.name, value=f"{reading.declared.vat} / {analysis.params.vat}")


def _without_spend(analysis: Analysis) -> Iterator[Seen]:
    begin, end = analysis.periods.starts[0], analysis.periods.end
    spending: set[str] = set()
    for reading in analysis.of("media"):
        where = f"WHERE date::DATE BETWEEN DATE '{begin.date()}' AND DATE '{end.date()}' AND spend > 0"
        spending |= set(reading.table.select("DISTINCT channel", where)["channel"].dropna())
    sources = listed(reading.name for reading in analysis.of("media"))
    for channel in analysis.params.channels:
        if channel not in spending:
            yield Seen(source=sources or "media", column="channel", value=channel)


def _unknown_channel(analysis: Analysis) -> Iterator[Seen]:
    known = list(analysis.params.channels)
    for reading in analysis.of("media", "plan", "fees"):
        allowed = {*known, _ALL} if reading.content == "fees" else set(known)
        rows = reading.rows
        unknown = rows[~rows["channel"].isin(allowed)]
        for channel, group in unknown.groupby("channel", sort=False, dropna=False):
            name = channel if isinstance(channel, str) else ""
            near = get_close_matches(name, sorted(allowed), n=1)
            yield Seen(
                source=reading.name,
                row=int(group["row"].iloc[0]),
                column=reading.header("channel"),
                value=name,
                suggestion=near[0] if near else listed(sorted(allowed), 10),
            )


MONEY_RULES: tuple[Rule, ...] = (
    Rule(name="currency_without_rate", severity=Severity.FATAL, find=_without_rate),
    Rule(name="other_currency", severity=Severity.FATAL, find=_other_currency),
    Rule(name="vat", severity=Severity.FATAL, find=_vat),
    Rule(name="unknown_channel", severity=Severity.FATAL, find=_unknown_channel, suggests=True),
    Rule(name="channel_without_spend", severity=Severity.FATAL, find=_without_spend),
)
