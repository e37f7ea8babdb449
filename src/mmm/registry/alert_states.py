"""What people did with alerts: acknowledged, solved, or opened again; kept in the registry."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pandas as pd

from mmm.errors import UserInputError
from mmm.registry.ledger import Registry, append, entries

KIND = "alert_state"


class AlertState(StrEnum):
    """Where an alert stands."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    SOLVED = "solved"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChange:
    """Who put an alert in which state, when and why."""

    analysis: str
    alert: str
    """Identifier in the alerts' table."""
    state: AlertState
    by: str
    on: date
    note: str = ""


def record_alert_state(registry: Registry, change: AlertChange) -> None:
    """Add a change of state.

    Raises
    ------
    UserInputError
        The change names no analysis, no alert or nobody.
    """
    problems = [
        f"{name}: empty, a value is required"
        for name in ("analysis", "alert", "by")
        if not getattr(change, name).strip()
    ]
    if problems:
        raise UserInputError("alert", problems)
    content = {name: str(getattr(change, name)) for name in change.__slots__}
    append(registry, KIND, content)


def alert_states(registry: Registry, analysis: str) -> dict[str, AlertChange]:
    """Give the last change of every alert of an analysis."""
    found = {}
    for entry in entries(registry, KIND):
        content = dict(entry.content)
        if content["analysis"] == analysis:
            content.update(state=AlertState(content["state"]), on=date.fromisoformat(content["on"]))
            found[content["alert"]] = AlertChange(**content)
    return found


def with_states(alerts: pd.DataFrame, registry: Registry, analysis: str) -> pd.DataFrame:
    """Give a run's alerts with the state that people gave them since; the table is left alone."""
    known = alert_states(registry, analysis)
    states = [
        str(known[alert].state) if alert in known else state
        for alert, state in zip(alerts["alert"], alerts["state"], strict=True)
    ]
    return alerts.assign(state=states)
