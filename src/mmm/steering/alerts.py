"""Alerts: few, ranked by the money at stake, each with its action, its owner and since when."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from mmm.params.data import Frequency
from mmm.records import TABLES
from mmm.steering.database import FactsDatabase
from mmm.steering.kpi_values import CRITICAL, WARNING, KpiReading, kpi_status, money_per_unit
from mmm.steering.periods import QUARTER, Window
from mmm.steering.reference import KpiReference
from mmm.texts import say

THRESHOLD, ABNORMAL, GOOD_SURPRISE, PACING, OBJECTIVE, LATE, PYRAMID = (
    "threshold",
    "abnormal",
    "good_surprise",
    "pacing",
    "objective",
    "late",
    "pyramid",
)
NEW = "new"
PACING_TOLERANCE = 0.1
"""Share of a channel's yearly plan that its landing may miss without an alert."""
Row = dict[str, Any]


def alerts_table(
    rows: Iterable[Row], as_of: pd.Timestamp, previous: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Put alerts in order of money at stake; those already known keep their date and state.

    An alert that was solved and comes back is new again.
    """
    known = {} if previous is None else {str(row["alert"]): row for _, row in previous.iterrows()}
    found = []
    for row in rows:
        before = known.get(row["alert"])
        since, state = row.get("since", as_of), NEW
        if before is not None and before["state"] != "solved":
            since, state = min(pd.Timestamp(before["since"]), since), str(before["state"])
        found.append({"lower": np.nan, "upper": np.nan, "shape": "", **row, "since": since, "state": state})
    table = pd.DataFrame(found, columns=list(TABLES["alerts"]))
    return table.sort_values(
        ["money_at_stake", "alert"], ascending=[False, True], na_position="last"
    ).reset_index(drop=True)


def threshold_alerts(
    found: Mapping[str, KpiReading], database: FactsDatabase, frequency: Frequency
) -> list[Row]:
    """Alert on KPIs beyond a threshold over the quarter, since the first quarter-long window that was."""
    rows = []
    for name, reading in found.items():
        kpi, value = reading.kpi, reading.value()
        if reading.latest is None or kpi_status(kpi, value, reading.target) not in {WARNING, CRITICAL}:
            continue
        window, shown = reading.windows[reading.latest], reading.history.iloc[reading.latest]
        limits = (reading.target, kpi.thresholds.warning, kpi.thresholds.critical)
        wanted = next(limit for limit in limits if limit is not None and np.isfinite(limit))
        rows.append(
            {
                "alert": f"{THRESHOLD}/{name}",
                "kind": THRESHOLD,
                "level": kpi.level,
                "subject": name,
                "period": window.last,
                "value": value,
                "expected": wanted,
                "lower": shown["lower"],
                "upper": shown["upper"],
                "money_at_stake": kpi.gap(value, wanted) * money_per_unit(kpi, database, window),
                "action": kpi.action.en,
                "owner": kpi.owner,
                "since": _first_bad(reading).last,
            }
        )
    return rows


def without_echoes(thresholds: list[Row], odd: list[Row]) -> list[Row]:
    """Leave out thresholds that only an abnormal variation made a KPI pass: one cause, one alert."""
    started = {row["subject"]: row["since"] for row in odd if row["kind"] == ABNORMAL}
    return [row for row in thresholds if row["since"] < started.get(row["subject"], pd.Timestamp.max)]


def _first_bad(reading: KpiReading) -> Window:
    """Give the oldest window of the unbroken run of windows beyond a threshold."""
    first = reading.latest or 0
    for place, value in enumerate(reading.history["value"].to_numpy(dtype=float)[first:], start=first):
        if kpi_status(reading.kpi, float(value), reading.target) not in {WARNING, CRITICAL}:
            break
        first = place
    return reading.windows[first]


def pacing_alerts(pacing: pd.DataFrame, last: pd.Timestamp) -> list[Row]:
    """Alert on channels that will land away from the year's plan; a channel without plan is a finding."""
    drift = (pacing["projected_total"] - pacing["plan_total"]).abs()
    drifting = pacing[(drift > PACING_TOLERANCE * pacing["plan_total"]) & ~pacing["channel"].isin(["all"])]
    return [
        {
            "alert": f"{PACING}/{row['channel']}",
            "kind": PACING,
            "level": "operational",
            "subject": row["channel"],
            "period": last,
            "value": row["projected_total"],
            "expected": row["plan_total"],
            "money_at_stake": abs(row["projected_total"] - row["plan_total"]),
            "action": say("alert.pacing.action", "en"),
            "owner": "agency",
            "since": last,
        }
        for _, row in drifting.iterrows()
    ]


def objective_alerts(
    objectives: pd.DataFrame, found: Mapping[str, KpiReading], database: FactsDatabase, last: pd.Timestamp
) -> list[Row]:
    """Alert on objectives that will probably be missed."""
    rows = []
    for _, row in objectives[objectives["status"].isin(["at_risk", "off"])].iterrows():
        reading = found.get(row["kpi"])
        if reading is None or reading.latest is None:
            continue
        worth = money_per_unit(reading.kpi, database, reading.windows[reading.latest])
        rows.append(
            {
                "alert": f"{OBJECTIVE}/{row['objective']}",
                "kind": OBJECTIVE,
                "level": row["level"],
                "subject": row["kpi"],
                "period": last,
                "value": row["expected"],
                "expected": row["target"],
                "lower": row["lower"],
                "upper": row["upper"],
                "money_at_stake": max(0.0, reading.kpi.gap(row["expected"], row["target"])) * worth,
                "action": reading.kpi.action.en,
                "owner": row["owner"],
                "since": last,
            }
        )
    return rows


def definition_alerts(
    reference: KpiReference, found: Mapping[str, KpiReading], periods: pd.DatetimeIndex, frequency: Frequency
) -> list[Row]:
    """Alert on KPIs that serve no financial objective, and on those whose source is late."""
    rows = []
    for name, kpi in reference.kpis.items():
        reading = found.get(name)
        if not reference.leads_to_finance(name):
            rows.append(_plain(PYRAMID, name, kpi.level, periods[-1], np.nan))
        late = None if reading is None else reading.latest
        if late:
            last = float(min(late, len(periods)))
            rows.append(_plain(LATE, name, kpi.level, periods[-1 - late], last))
    return rows if len(periods) >= QUARTER[frequency] else []


def _plain(kind: str, name: str, level: str, period: pd.Timestamp, value: float) -> Row:
    return {
        "alert": f"{kind}/{name}",
        "kind": kind,
        "level": level,
        "subject": name,
        "period": period,
        "value": value,
        "expected": np.nan,
        "money_at_stake": np.nan,
        "action": say(f"alert.{kind}.action", "en"),
        "owner": "data",
        "since": period,
    }
