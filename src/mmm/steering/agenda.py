"""The agendas of the rituals: weekly review, monthly committee, quarterly allocation."""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import pandas as pd

from mmm.params import RunParams
from mmm.records import TABLES
from mmm.steering import agenda_points as points
from mmm.steering.agenda_points import AgendaItem, Tables
from mmm.steering.reference import KpiReference
from mmm.steering.wording import sentence
from mmm.texts import LANGUAGES, Language

Ritual = Literal["weekly", "monthly", "quarterly"]
_Point = Callable[[Tables, KpiReference, RunParams], Iterator[AgendaItem]]

RITUALS: Mapping[Ritual, tuple[_Point, ...]] = {
    "weekly": (points.alerts, points.pace, points.data_quality, points.late_actions),
    "monthly": (
        points.results,
        points.gap,
        points.acquisition,
        points.funnel,
        points.objectives,
        points.alerts,
        points.actions,
    ),
    "quarterly": (
        points.results,
        points.gap,
        points.returns,
        points.allocation,
        points.acquisition,
        points.funnel,
        points.objectives,
        points.alerts,
        points.actions,
    ),
}
"""What each ritual looks at, in order; a point without figures is left out."""


def agenda_items(
    tables: Tables, reference: KpiReference, params: RunParams, ritual: Ritual = "quarterly"
) -> tuple[AgendaItem, ...]:
    """Choose the points of a ritual from the tables that this run has."""
    return tuple(item for point in RITUALS[ritual] for item in point(tables, reference, params))


def agenda_table(
    items: tuple[AgendaItem, ...], language: Language, currency: str, ritual: Ritual = "quarterly"
) -> pd.DataFrame:
    """Word an agenda in a language."""
    rows = [
        (
            language,
            ritual,
            position,
            sentence(f"agenda.{item.topic}", language, currency),
            sentence(item.fact, language, currency, **item.figures),
            sentence(f"agenda.{item.topic}.decision", language, currency),
        )
        for position, item in enumerate(items, start=1)
    ]
    return pd.DataFrame(rows, columns=list(TABLES["agenda"]))


def agendas_table(tables: Tables, reference: KpiReference, params: RunParams) -> pd.DataFrame:
    """Word the agendas of every ritual, in both languages."""
    found = {ritual: agenda_items(tables, reference, params, ritual) for ritual in RITUALS}
    worded = [
        agenda_table(items, language, params.currency, ritual)
        for language in LANGUAGES
        for ritual, items in found.items()
    ]
    return pd.concat(worded, ignore_index=True)
