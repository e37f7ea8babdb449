"""KPI reference, objectives, alerts, plan against actual, action plan, agenda."""

from mmm.steering.actions import Action, read_action_plan, worded_actions
from mmm.steering.agenda import AgendaItem, agenda_items, agenda_table
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
    "steering_facts",
    "steering_tables",
    "worded_actions",
]
