"""Pages and their sections: what a notebook cell shows, what a page and the single file hold."""

from collections.abc import Callable
from functools import lru_cache

import pandas as pd
from markupsafe import Markup

from mmm.reporting import (
    alerts,
    campaigns,
    channels,
    customer_evidence,
    decisions,
    funnel,
    model_health,
    operational,
    plan_proof,
    steering,
    strategic,
    strategic_plan,
)
from mmm.reporting.header import PAGES, PUBLISHED, page_footer, page_header
from mmm.reporting.report import Report
from mmm.reporting.reviews import REVIEW_SECTIONS, agenda
from mmm.reporting.roles import ROLE_SECTIONS
from mmm.texts import Language

Section = Callable[[Report], Markup | None]

SECTIONS: dict[str, dict[str, Section]] = {
    "strategic": {
        "message": strategic.message,
        "figures": strategic.tiles,
        "decisions": decisions.decisions,
        "budget": strategic_plan.budget,
        "waterfall": strategic.sales_waterfall,
        "frontier": strategic_plan.budgets,
        "proof": plan_proof.proof,
        "optimum": plan_proof.optimum,
        "geography": plan_proof.geography,
        "limits": strategic_plan.limits,
    },
    "steering": {
        "message": steering.message,
        "alerts": alerts.alerts,
        "kpis": steering.kpi_tree,
        "sales": steering.sales,
        "gap": steering.plan_gap,
        "funnel": funnel.stages,
        "returns": channels.channel_returns,
        "customers": channels.customers,
        "buying": customer_evidence.buying,
        "attribution": channels.attribution,
        "curves": channels.curves,
        "reconciliation": customer_evidence.reconciliation,
        "campaign_romi": customer_evidence.campaign_returns,
        "matrix": strategic_plan.matrix,
        "actions": steering.actions,
        "objectives": steering.objectives,
        "agenda": agenda,
        "decision_log": decisions.decision_log,
    },
    "operational": {
        "message": operational.message,
        "quality": operational.quality,
        "findings": operational.findings,
        "campaigns": campaigns.campaigns,
        "pace": campaigns.pace,
        "composition": model_health.composition,
        "carry_over": model_health.carry_over,
        "health": model_health.health,
        "sources": operational.sources,
    },
    "roles": ROLE_SECTIONS,
    **REVIEW_SECTIONS,
}


class Fragment(str):
    """A piece of a page; a notebook shows it as HTML."""

    __slots__ = ("part",)
    part: str
    """`header`, `footer` or `section`: where the page's template puts it."""

    def __new__(cls, html: str, part: str = "section") -> "Fragment":
        """Keep the text and say which part of the page it is."""
        fragment = super().__new__(cls, html)
        fragment.part = part
        return fragment

    def _repr_html_(self) -> str:
        return str(self)


def calibration_chart(
    calibration: pd.DataFrame | None, models: pd.DataFrame | None, language: Language = "en"
) -> Fragment:
    """Show purchases held out against the forecast of the model that LTV rests on, in a notebook."""
    return Fragment(customer_evidence.calibration_figure(calibration, models, language))


def page_section(report: Report, page: str, section: str) -> Fragment:
    """Write one section of a page; nothing when the run has no figures for it.

    `section` is one of `SECTIONS[page]`, `header` or `footer`.
    """
    if section == "header":
        return Fragment(page_header(report, page), "header")
    if section == "footer":
        return Fragment(page_footer(report), "footer")
    return Fragment(_written(report, SECTIONS[page][section]))


@lru_cache(maxsize=256)
def _written(report: Report, section: Section) -> str:
    """Draw a section once, however many pages show it."""
    return section(report) or ""


def page_sections(report: Report, page: str) -> list[Fragment]:
    """Write every section of a page that the run has figures for, in order."""
    return [written for name in SECTIONS[page] if (written := page_section(report, page, name))]


__all__ = ["PAGES", "PUBLISHED", "SECTIONS", "Fragment", "calibration_chart", "page_section", "page_sections"]
