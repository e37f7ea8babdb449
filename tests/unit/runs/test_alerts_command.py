"""`mmm alerts`: listing, taking in charge, closing, and what is refused. Evidence: a run folder made here."""

from datetime import date

import pandas as pd
import pytest

from mmm.errors import UserInputError
from mmm.records import TABLES
from mmm.runs.layout import publish
from mmm.terminal.alerts import AlertWords, show_alerts

RUN = "20260928-001"
NONE = {"acknowledged": None, "solved": None, "new": None}


@pytest.fixture
def workspace(root, tmp_path):
    """Give params and a published run whose only table is of two alerts."""
    params = root / "params" / "demo.yaml"
    tables = tmp_path / "reports" / "demo" / RUN / "tables"
    tables.mkdir(parents=True)
    row = {"kind": "abnormal", "level": "tactical", "state": "new", "shape": "drop", "owner": "data"}
    rows = [
        {**row, "alert": f"abnormal/{name}/2026-09-21", "money_at_stake": 10.0} for name in ("ctr", "cpc")
    ]
    pd.DataFrame(rows, columns=list(TABLES["alerts"])).to_parquet(tables / "alerts.parquet")
    publish(tables.parents[1], RUN)
    return params, tmp_path / "reports"


def words(by="Ana", every=False, **changes):
    return AlertWords(changes={**NONE, **changes}, by=by, note="seen", every=every, on=date(2026, 9, 29))


def test_an_alert_is_taken_in_charge_closed_and_listed(workspace, capsys):
    show_alerts(*workspace, words(acknowledged="abnormal/ctr/2026-09-21"))
    show_alerts(*workspace, words())
    listed = capsys.readouterr().out
    shown = "".join(listed.split())
    assert "acknowledged" in shown
    assert "Ana" in shown
    assert {"abnormal/ctr/2026-09-21", "abnormal/cpc/2026-09-21"} <= set(listed.split("\n"))
    for name in ("ctr", "cpc"):
        show_alerts(*workspace, words(solved=f"abnormal/{name}/2026-09-21"))
    capsys.readouterr()
    show_alerts(*workspace, words())
    assert capsys.readouterr().out == "No alert is open.\n"


def test_what_cannot_be_recorded_is_said_at_once(workspace):
    with pytest.raises(UserInputError) as refused:
        show_alerts(
            *workspace, words(by=" ", acknowledged="abnormal/ctr/2026-09-2", solved="abnormal/cpc/2026-09-21")
        )
    assert str(refused.value) == (
        "mmm alerts: 3 problems\n"
        "  - abnormal/ctr/2026-09-2: no such alert, did you mean abnormal/ctr/2026-09-21?\n"
        "  - --acknowledge, --solve and --reopen: one at a time\n"
        "  - --by is missing: say who does it"
    )
