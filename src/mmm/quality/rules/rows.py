"""Rules on rows, as SQL conditions: amounts, counts, dates, scores."""

from mmm.quality.rule import RowRule
from mmm.records import Severity

FATAL, WARNING, NOTE = Severity.FATAL, Severity.WARNING, Severity.NOTE
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
    "contracts",
    "journeys",
    "events",
    "ledger",
    "seo",
)
_MONEY = ("spend", "amount")
_EMPTY = "{column} IS NULL"
_NEGATIVE = "{column} < 0"
_COMPARED = "CAST({column} AS VARCHAR) || ' > ' || CAST(%s AS VARCHAR)"
_FOLLOWING = "".join(dict.fromkeys(bytes(range(0x80, 0xC0)).decode("cp1252", "ignore").replace("-", "")))
_MISREAD = f"'Ã[\u0080-\u00bf{_FOLLOWING}]|â€|Â[\u00a0-\u00bf]'"
"""UTF-8 read as Windows-1252: an accented letter became two."""

_NEGATIVES: tuple[RowRule, ...] = (
    RowRule(
        name="negative_amount",
        severity=FATAL,
        contents=("media", "fees", "plan", "ledger", "deals", "contracts"),
        columns=_MONEY,
        wrong=_NEGATIVE,
    ),
    RowRule(name="negative_amount", severity=FATAL, contents=("outcome",), wrong=_NEGATIVE),
    RowRule(name="negative_value", severity=WARNING, contents=("target", "funnel"), wrong=_NEGATIVE),
    RowRule(
        name="negative_path",
        severity=FATAL,
        contents=("journeys",),
        columns=("conversions", "nulls", "value"),
        wrong=_NEGATIVE,
    ),
    RowRule(
        name="negative_count",
        severity=WARNING,
        contents=("media", "web", "seo"),
        columns=(
            *("impressions", "clicks", "conversions", "opens", "engagements"),
            *("visits", "users", "engaged_visits", "page_views", "engagement_seconds"),
        ),
        wrong=_NEGATIVE,
    ),
    RowRule(name="refund", severity=NOTE, contents=("transactions",), columns=("amount",), wrong=_NEGATIVE),
)

_EMPTIES: tuple[RowRule, ...] = (
    RowRule(name="missing_kpi", severity=FATAL, contents=("outcome",), wrong=_EMPTY, spares_unreadable=True),
    RowRule(
        name="missing_amount",
        severity=WARNING,
        contents=("media", "plan"),
        columns=("spend",),
        wrong=_EMPTY,
        spares_unreadable=True,
    ),
    RowRule(
        name="missing_fee",
        severity=FATAL,
        contents=("fees",),
        columns=("amount",),
        wrong=_EMPTY,
        spares_unreadable=True,
    ),
    RowRule(
        name="missing_value",
        severity=WARNING,
        contents=("target", "funnel"),
        wrong=_EMPTY,
        spares_unreadable=True,
    ),
    RowRule(
        name="missing_date",
        severity=FATAL,
        contents=_EVERY,
        columns=("date",),
        wrong=_EMPTY,
        spares_unreadable=True,
    ),
    RowRule(
        name="missing_score",
        severity=NOTE,
        contents=("nps",),
        columns=("score",),
        wrong=_EMPTY,
        spares_unreadable=True,
    ),
    RowRule(
        name="missing_sale",
        severity=WARNING,
        contents=("transactions", "contracts"),
        columns=("amount",),
        wrong=_EMPTY,
        spares_unreadable=True,
    ),
    RowRule(
        name="missing_deal_amount",
        severity=NOTE,
        contents=("deals",),
        columns=("amount",),
        wrong=_EMPTY,
        value="stage",
        spares_unreadable=True,
    ),
    RowRule(
        name="missing_customer",
        severity=WARNING,
        contents=("transactions", "contracts"),
        columns=("customer",),
        wrong=_EMPTY,
        value="amount",
    ),
    RowRule(
        name="missing_campaign",
        severity=WARNING,
        contents=("media",),
        columns=("campaign",),
        wrong="campaign IS NULL AND spend > 0",
        value="spend",
    ),
)

_DOUBTS: tuple[RowRule, ...] = (
    RowRule(
        name="future_date",
        severity=WARNING,
        contents=("media", "outcome", "funnel", "nps", "transactions", "contracts", "journeys"),
        columns=("date",),
        wrong="date::DATE > DATE '{as_of}'",
        value="date::DATE",
    ),
    RowRule(
        name="clicks_above_impressions",
        severity=WARNING,
        contents=("media", "seo"),
        columns=("clicks",),
        needs=("impressions",),
        wrong="clicks > impressions",
        value=_COMPARED % "impressions",
    ),
    RowRule(
        name="opens_above_sends",
        severity=WARNING,
        contents=("media",),
        columns=("opens",),
        needs=("impressions",),
        wrong="opens > impressions",
        value=_COMPARED % "impressions",
    ),
    RowRule(
        name="conversions_above_clicks",
        severity=WARNING,
        contents=("media",),
        columns=("conversions",),
        needs=("clicks",),
        wrong="conversions > clicks",
        value=_COMPARED % "clicks",
    ),
    RowRule(
        name="spend_without_delivery",
        severity=WARNING,
        contents=("media",),
        columns=("spend",),
        needs=("impressions",),
        wrong="spend > 0 AND coalesce(impressions, 0) <= 0",
    ),
    RowRule(
        name="delivery_without_spend",
        severity=WARNING,
        contents=("media",),
        columns=("impressions",),
        wrong="impressions > 0 AND coalesce(spend, 0) <= 0",
    ),
    RowRule(
        name="broken_accents",
        severity=WARNING,
        contents=("media", "fees", "web", "deals", "ledger"),
        columns=("campaign", "channel", "kind", "label", "name", "stage", "origin"),
        wrong=f"regexp_matches({{column}}, {_MISREAD})",
    ),
    RowRule(
        name="closed_before_created",
        severity=WARNING,
        contents=("deals",),
        columns=("date_close",),
        needs=("date",),
        wrong="date_close::DATE < date::DATE",
        value="CAST({column}::DATE AS VARCHAR) || ' < ' || CAST(date::DATE AS VARCHAR)",
    ),
    RowRule(
        name="ends_before_start",
        severity=WARNING,
        contents=("contracts",),
        columns=("date_end",),
        needs=("date",),
        wrong="date_end::DATE < date::DATE",
        value="CAST({column}::DATE AS VARCHAR) || ' < ' || CAST(date::DATE AS VARCHAR)",
    ),
    RowRule(
        name="users_above_visits",
        severity=WARNING,
        contents=("web",),
        columns=("users",),
        needs=("visits",),
        wrong="users > visits",
        value=_COMPARED % "visits",
    ),
    RowRule(
        name="engaged_above_visits",
        severity=WARNING,
        contents=("web",),
        columns=("engaged_visits",),
        needs=("visits",),
        wrong="engaged_visits > visits",
        value=_COMPARED % "visits",
    ),
    RowRule(
        name="position_below_one",
        severity=WARNING,
        contents=("seo",),
        columns=("position",),
        wrong="position < 1",
    ),
    RowRule(
        name="score_outside_scale",
        severity=WARNING,
        contents=("nps",),
        columns=("score",),
        wrong="score NOT BETWEEN 0 AND 10 OR score <> round(score)",
    ),
    RowRule(
        name="conversion_flag",
        severity=WARNING,
        contents=("journeys",),
        columns=("converted",),
        wrong="converted IS NULL OR converted NOT IN (0, 1)",
        spares_unreadable=True,
    ),
)

ROW_RULES: tuple[RowRule, ...] = (*_NEGATIVES, *_EMPTIES, *_DOUBTS)
