"""KPI reference, objectives, alerts, plan against actual, action plan, agenda.

Names are looked up when they are used: whoever reads a reference does not pay for the forecasts.
"""

from typing import TYPE_CHECKING

from mmm.lazy import exporter

if TYPE_CHECKING:
    from mmm.steering.action_plan import Action, read_action_plan
    from mmm.steering.actions import worded_actions
    from mmm.steering.agenda import agenda_items, agenda_table
    from mmm.steering.agenda_points import AgendaItem
    from mmm.steering.declared import refuse_wrong_references
    from mmm.steering.gathered import SteeringFacts, steering_facts
    from mmm.steering.reference import Kpi, KpiReference, read_kpi_reference
    from mmm.steering.tables import steering_tables

__all__ = [
    "Action",
    "AgendaItem",
    "Kpi",
    "KpiReference",
    "SteeringFacts",
    "agenda_items",
    "agenda_table",
    "read_action_plan",
    "read_kpi_reference",
    "refuse_wrong_references",
    "steering_facts",
    "steering_tables",
    "worded_actions",
]

__getattr__ = exporter(
    __name__,
    {
        "Action": "action_plan",
        "AgendaItem": "agenda_points",
        "Kpi": "reference",
        "KpiReference": "reference",
        "SteeringFacts": "gathered",
        "agenda_items": "agenda",
        "agenda_table": "agenda",
        "read_action_plan": "action_plan",
        "read_kpi_reference": "reference",
        "refuse_wrong_references": "declared",
        "steering_facts": "gathered",
        "steering_tables": "tables",
        "worded_actions": "actions",
    },
)
