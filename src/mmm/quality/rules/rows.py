"""Rules on rows: amounts, counts, dates, scores. Conditions are ibis expressions."""

from collections.abc import Iterator
from typing import Any

from mmm.quality.rule import Analysis, Reading, RowRule, Test
from mmm.records import Severity

_AMOUNTS = {"media": ("spend",), "plan": ("spend",), "fees": ("amount",)}


def _amounts(reading: Reading) -> tuple[str, ...]:
    """Columns that the model or the budget needs."""
    known = _AMOUNTS.get(reading.content)
    return known if known else reading.numbers


def _negative(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    for column in _amounts(reading):
        yield Test(column=column, is_wrong=reading.table[column] < 0)


def _negative_count(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    for column in ("impressions", "clicks", "conversions"):
        if column in reading.columns:
            yield Test(column=column, is_wrong=reading.table[column] < 0)


def _is_empty(reading: Reading, column: str) -> Any:
    """Tell empty cells from those that hold something unreadable, which have their own rules."""
    is_null = reading.table[column].isnull()
    faults = reading.faults
    unreadable = faults.loc[faults["column"] == reading.header(column), "row"].tolist()
    return is_null & reading.table["row"].notin(unreadable) if unreadable else is_null


def _missing(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    for column in _amounts(reading):
        yield Test(column=column, is_wrong=_is_empty(reading, column))


def _missing_date(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    if "date" in reading.columns:
        yield Test(column="date", is_wrong=_is_empty(reading, "date"))


def _future_date(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    if "date" in reading.columns:
        import ibis  # noqa: PLC0415

        day = reading.table["date"].date()
        yield Test(column="date", is_wrong=day > ibis.date(analysis.as_of.isoformat()), value=day)


def _above(smaller: str, larger: str, reading: Reading) -> Iterator[Test]:
    if {smaller, larger} <= set(reading.columns):
        table = reading.table
        shown = table[smaller].cast("string") + " > " + table[larger].cast("string")
        yield Test(column=smaller, is_wrong=table[smaller] > table[larger], value=shown)


def _clicks_above_impressions(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    yield from _above("clicks", "impressions", reading)


def _conversions_above_clicks(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    yield from _above("conversions", "clicks", reading)


def _spend_without_delivery(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    if "impressions" in reading.columns:
        table = reading.table
        yield Test(column="spend", is_wrong=(table.spend > 0) & (table.impressions.fill_null(0) <= 0))


def _delivery_without_spend(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    if "impressions" in reading.columns:
        table = reading.table
        yield Test(column="impressions", is_wrong=(table.impressions > 0) & (table.spend.fill_null(0) <= 0))


def _score_outside_scale(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    score = reading.table["score"]
    yield Test(column="score", is_wrong=(score < 0) | (score > 10) | (score != score.round()))


def _missing_score(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    yield Test(column="score", is_wrong=_is_empty(reading, "score"))


def _missing_customer(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    yield Test(column="customer", is_wrong=reading.table["customer"].isnull(), value=reading.table["amount"])


def _refund(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    yield Test(column="amount", is_wrong=reading.table["amount"] < 0)


def _conversion_flag(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    if "converted" in reading.columns:
        flag = reading.table["converted"]
        yield Test(column="converted", is_wrong=_is_empty(reading, "converted") | ~flag.isin([0, 1]))


def _negative_path(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    for column in ("conversions", "nulls", "value"):
        if column in reading.columns:
            yield Test(column=column, is_wrong=reading.table[column] < 0)


def _missing_campaign(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    if "campaign" in reading.columns:
        table = reading.table
        yield Test(column="campaign", is_wrong=table.campaign.isnull() & (table.spend > 0), value=table.spend)


def _broken_accents(reading: Reading, analysis: Analysis) -> Iterator[Test]:
    for column in ("campaign", "channel", "kind"):
        if column in reading.source_table.headers:
            yield Test(
                column=column,
                is_wrong=reading.table[column].re_search("Ã[\u0080-\u00bf]|â€|Â[\u00a0-\u00bf]"),
            )


_EVERY = (
    "media",
    "fees",
    "outcome",
    "control",
    "plan",
    "target",
    "funnel",
    "nps",
    "transactions",
    "journeys",
)
FATAL, WARNING, NOTE = Severity.FATAL, Severity.WARNING, Severity.NOTE

ROW_RULES: tuple[RowRule, ...] = (
    RowRule(
        name="negative_amount", severity=FATAL, contents=("media", "fees", "outcome", "plan"), tests=_negative
    ),
    RowRule(name="negative_value", severity=WARNING, contents=("target", "funnel"), tests=_negative),
    RowRule(name="negative_path", severity=FATAL, contents=("journeys",), tests=_negative_path),
    RowRule(name="negative_count", severity=WARNING, contents=("media",), tests=_negative_count),
    RowRule(name="missing_kpi", severity=FATAL, contents=("outcome",), tests=_missing),
    RowRule(name="missing_amount", severity=WARNING, contents=("media", "plan"), tests=_missing),
    RowRule(name="missing_fee", severity=FATAL, contents=("fees",), tests=_missing),
    RowRule(name="missing_value", severity=WARNING, contents=("target", "funnel"), tests=_missing),
    RowRule(name="missing_date", severity=FATAL, contents=_EVERY, tests=_missing_date),
    RowRule(
        name="future_date",
        severity=WARNING,
        contents=("media", "outcome", "funnel", "nps", "transactions", "journeys"),
        tests=_future_date,
    ),
    RowRule(
        name="clicks_above_impressions",
        severity=WARNING,
        contents=("media",),
        tests=_clicks_above_impressions,
    ),
    RowRule(
        name="conversions_above_clicks",
        severity=WARNING,
        contents=("media",),
        tests=_conversions_above_clicks,
    ),
    RowRule(
        name="spend_without_delivery", severity=WARNING, contents=("media",), tests=_spend_without_delivery
    ),
    RowRule(
        name="delivery_without_spend", severity=WARNING, contents=("media",), tests=_delivery_without_spend
    ),
    RowRule(name="missing_campaign", severity=WARNING, contents=("media",), tests=_missing_campaign),
    RowRule(name="broken_accents", severity=WARNING, contents=("media", "fees"), tests=_broken_accents),
    RowRule(name="score_outside_scale", severity=WARNING, contents=("nps",), tests=_score_outside_scale),
    RowRule(name="missing_score", severity=NOTE, contents=("nps",), tests=_missing_score),
    RowRule(name="missing_customer", severity=WARNING, contents=("transactions",), tests=_missing_customer),
    RowRule(name="refund", severity=NOTE, contents=("transactions",), tests=_refund),
    RowRule(name="conversion_flag", severity=WARNING, contents=("journeys",), tests=_conversion_flag),
)
