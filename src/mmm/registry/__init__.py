"""What people decided and did, kept in a database: append-only, chained, safe with many writers."""

from mmm.registry.alert_states import AlertChange, AlertState, alert_states, record_alert_state, with_states
from mmm.registry.decisions import (
    Decision,
    DecisionKind,
    due_decisions,
    list_decisions,
    record_decision,
    search_decisions,
)
from mmm.registry.ledger import Registry, head, open_registry, verify_chain

__all__ = [
    "AlertChange",
    "AlertState",
    "Decision",
    "DecisionKind",
    "Registry",
    "alert_states",
    "due_decisions",
    "head",
    "list_decisions",
    "open_registry",
    "record_alert_state",
    "record_decision",
    "search_decisions",
    "verify_chain",
    "with_states",
]
