"""Rules across figures that should agree: totals, units, funnel, touches."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pandas as pd

from mmm.quality.rule import Analysis, Rule, Seen, each
from mmm.records import Severity

_WHOLE = re.compile(
    r"(?i)^(grand )?tota(l|ux)( g[ée]n[ée]ral)?\s*(:\s*(account|campaigns|compte|campagnes))?$"
)
_ROUNDING = 0.01
_MAX_TOUCHES = 10_000
_USUALLY = 0.9
_AGREE = 0.005


def _total_gap(analysis: Analysis) -> Iterator[Seen]:
    """See a total row that is not the sum of the rows it covers."""
    for reading in analysis.of("media", "fees", "outcome", "plan"):
        ours = {header: column for column, header in reading.table.headers.items()}
        for row, column, label, value in reading.table.totals.itertuples(index=False):
            if not _WHOLE.match(label) or column not in ours or pd.isna(value):
                continue
            added = float(reading.rows[ours[column]].sum())
            if abs(added - value) > _ROUNDING + 1e-9 * abs(value):
                yield Seen(
                    source=reading.name,
                    row=int(row),
                    column=column,
                    value=f"{value:,.2f} - {added:,.2f} = {value - added:,.2f}",
                )


def _funnel_order(analysis: Analysis) -> Iterator[Seen]:
    """See a stage with more people than the one before."""
    for reading in analysis.of("funnel"):
        stages = reading.numbers
        for earlier, later in pairwise(stages):
            rows = reading.rows
            for row in each(rows[rows[later] > rows[earlier]]):
                shown = f"{getattr(row, later):,.0f} > {getattr(row, earlier):,.0f}"
                yield Seen(source=reading.name, row=row.row, column=reading.header(later), value=shown)


def _funnel_gap(analysis: Analysis) -> Iterator[Seen]:
    """See periods in which sales of the funnel leave an outcome that they otherwise equal."""
    for reading in analysis.of("funnel"):
        if not reading.numbers:
            continue
        last = reading.numbers[-1]
        counted = reading.rows.dropna(subset=["date"]).set_index("date")[last]
        for name, outcome in analysis.params.outcomes.items():
            if outcome.unit != "count":
                continue
            actual = analysis.readings[outcome.source].rows.dropna(subset=["date"]).set_index("date")[name]
            if not (counted.index.is_unique and actual.index.is_unique):
                continue
            both = pd.concat({"funnel": counted, "outcome": actual}, axis=1, join="inner").dropna()
            gap = (both["funnel"] - both["outcome"]).abs() > _AGREE * both["outcome"].abs()
            if len(both) < 2 or gap.mean() > 1 - _USUALLY:
                continue
            for day in both.index[gap]:
                row = reading.rows.loc[reading.rows["date"] == day, "row"].iloc[0]
                shown = f"{both.loc[day, 'funnel']:,.0f} / {both.loc[day, 'outcome']:,.0f} ({name})"
                yield Seen(source=reading.name, row=int(row), column=reading.header(last), value=shown)


def _duplicate_touch(analysis: Analysis) -> Iterator[Seen]:
    """See the same touch of a journey twice."""
    for reading in analysis.of("journeys"):
        if "journey" not in reading.columns:
            continue
        repeated = reading.table.select(
            "journey, date, channel, max(row) AS row",
            f"GROUP BY ALL HAVING count(*) > 1 ORDER BY 4 LIMIT {_MAX_TOUCHES}",
        )
        for row in each(repeated):
            yield Seen(
                source=reading.name,
                row=int(row.row),
                column=reading.header("journey"),
                value=f"{row.journey}, {row.date}, {row.channel}",
            )


COHERENCE_RULES: tuple[Rule, ...] = (
    Rule(name="total_gap", severity=Severity.WARNING, find=_total_gap),
    Rule(name="funnel_order", severity=Severity.WARNING, find=_funnel_order),
    Rule(name="funnel_gap", severity=Severity.WARNING, find=_funnel_gap),
    Rule(name="duplicate_touch", severity=Severity.WARNING, find=_duplicate_touch),
)
