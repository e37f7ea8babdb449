"""`mmm alerts`: what is open in the published run, who took it in charge, what was done about it."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding

from mmm.errors import UserInputError
from mmm.params import RunParams, nearest, read_params
from mmm.registry import AlertChange, AlertState, alert_states, record_alert_state, with_states
from mmm.runs.decisions import open_analysis_registry
from mmm.runs.layout import analysis_folder, latest_run
from mmm.texts import money

if TYPE_CHECKING:
    import pandas as pd

    from mmm.registry import Registry

SOLVED = "solved"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertWords:
    """What was typed; without a change, alerts are listed."""

    changes: Mapping[str, str | None]
    """State: the alert that is put in it."""
    by: str
    note: str
    every: bool
    on: date


def show_alerts(params_file: Path, reports: Path, words: AlertWords) -> None:
    """List the alerts of an analysis, or record what was done about one.

    Raises
    ------
    UserInputError
        No published run, several changes at once, an alert that the run does not hold, nobody named.
    """
    params = read_params(params_file)
    console, registry = Console(), open_analysis_registry(reports)
    table = with_states(_published(params, reports), registry, params.analysis)
    asked = {state: alert for state, alert in words.changes.items() if alert is not None}
    if not asked:
        _list(console, params, table, registry, words)
        return
    for state, alert in _checked(asked, table, words).items():
        change = AlertChange(
            analysis=params.analysis,
            alert=alert,
            state=AlertState(state),
            by=words.by,
            on=words.on,
            note=words.note,
        )
        record_alert_state(registry, change)
        console.print(f"{alert} is {state}.", highlight=False)


def _published(params: RunParams, reports: Path) -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415

    run = latest_run(analysis_folder(reports, params.analysis))
    path = run / "tables" / "alerts.parquet" if run else None
    if path is None or not path.exists():
        raise UserInputError(
            "mmm alerts", [f"{params.analysis} has no published run with alerts: `mmm run` first"]
        )
    return pd.read_parquet(path)


def _checked(asked: Mapping[str, str], table: "pd.DataFrame", words: AlertWords) -> Mapping[str, str]:
    known = [str(alert) for alert in table["alert"]]
    problems = [
        f"{alert}: no such alert, {nearest(alert, known)}" for alert in asked.values() if alert not in known
    ]
    if len(asked) > 1:
        problems.append("--acknowledge, --solve and --reopen: one at a time")
    if not words.by.strip():
        problems.append("--by is missing: say who does it")
    if problems:
        raise UserInputError("mmm alerts", problems)
    return asked


def _list(
    console: Console, params: RunParams, table: "pd.DataFrame", registry: "Registry", words: AlertWords
) -> None:
    shown = table if words.every else table[table["state"] != SOLVED]
    if shown.empty:
        console.print("No alert is open.")
        return
    changes = alert_states(registry, params.analysis)
    for row in shown.to_dict("records"):
        _print_alert(console, params, row, changes.get(str(row["alert"])))


def _print_alert(
    console: Console, params: RunParams, row: Mapping[Hashable, Any], change: AlertChange | None
) -> None:
    """Print the name that `--acknowledge` takes on a line of its own, whole however narrow the screen."""
    stake = float(row["money_at_stake"])
    facts = (
        "" if isnan(stake) else f"{money(stake, 'en', params.currency)} at stake",
        f"since {str(row['since'])[:10]}",
        str(row.get("shape") or "").replace("_", " "),
        str(row["owner"]),
        f"{row['state']} ({change.by}, {change.on})" if change else str(row["state"]),
    )
    console.print(str(row["alert"]), style="bold", highlight=False, soft_wrap=True)
    console.print(Padding(", ".join(fact for fact in facts if fact), (0, 0, 0, 2)), highlight=False)
    console.print(Padding(str(row["action"]), (0, 0, 0, 2)), highlight=False)
