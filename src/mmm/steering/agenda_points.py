"""The points of an agenda: each a fact read in the tables of a run, and the decision it calls for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from mmm.params import RunParams
from mmm.params.record import Text
from mmm.records import TABLES
from mmm.steering.funnel import costliest_stage
from mmm.steering.reference import KpiReference
from mmm.steering.wording import Amount, TextKey
from mmm.texts import keys

HARDLY = 0.01
"""A probability below it is written in words: a share of draws is never zero."""
Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaItem:
    """One point of an agenda, not yet worded."""

    topic: str
    """Key of its sentences: `agenda.<topic>`, `.fact`, `.decision`."""
    fact: str
    """Key of the sentence that states the fact."""
    figures: dict[str, Any] = field(default_factory=dict)


def _item(topic: str, **figures: Any) -> AgendaItem:
    return AgendaItem(topic=topic, fact=f"agenda.{topic}.fact", figures=figures)


def _rows(tables: Tables, name: str) -> pd.DataFrame:
    found = tables.get(name)
    return pd.DataFrame(columns=list(TABLES[name])) if found is None else found


def _file(tables: Tables, source: str) -> str:
    """Give the name of a source's file, as the operational page does; its own name without one."""
    rows = _rows(tables, "source_map")
    found = rows.loc[rows["source"] == source, "location"]
    return PurePath(str(found.iloc[0])).name if len(found) else source


def _kpi(tables: Tables, name: str) -> "pd.Series[Any] | None":
    rows = _rows(tables, "kpis")
    rows = rows[(rows["kpi"] == name) & rows["value"].notna()]
    return None if rows.empty else rows.iloc[0]


def _amounts(row: "pd.Series[Any]", *names: str) -> dict[str, Amount]:
    return {name: Amount(value=float(row[name]), unit=row["unit"]) for name in names}


def _outcome(params: RunParams) -> str:
    return params.allocation.outcome if params.allocation else next(iter(params.outcomes))


def _label(params: RunParams, name: str) -> Text | str:
    channel = params.channels.get(name)
    return name if channel is None else channel.label


def results(tables: Tables, reference: KpiReference, params: RunParams) -> Iterator[AgendaItem]:
    """Say what was sold over the last quarter, against a year earlier."""
    row = _kpi(tables, _outcome(params))
    if row is None:
        return
    figures = {
        "kpi": reference.kpis[str(row["kpi"])].label,
        "end": row["period_end"],
        **_amounts(row, "value"),
    }
    if np.isfinite(row["previous_year"]):
        yield _item("results", **figures, change=float(row["value"] / row["previous_year"] - 1))
    else:
        yield AgendaItem(topic="results", fact="agenda.results.fact.no_year", figures=figures)


def gap(tables: Tables, reference: KpiReference, params: RunParams) -> Iterator[AgendaItem]:
    """Say how far the quarter was from its plan, and the first cause."""
    rows = _rows(tables, "variance")
    rows = rows[(rows["window"] == "last_quarter") & (rows["subject"] == _outcome(params))]
    if rows.empty:
        return
    direction = 1.0 if rows["actual"].iloc[0] >= rows["plan"].iloc[0] else -1.0
    largest = rows.iloc[int((direction * rows["amount"].astype(float)).argmax())]
    amount, unit = float(largest["actual"] - largest["plan"]), params.outcomes[_outcome(params)].unit
    yield _item(
        "gap",
        outcome=params.outcomes[_outcome(params)].label,
        amount=Amount(value=amount, unit=unit, is_signed=True),
        share=amount / float(largest["plan"]),
        driver=TextKey(key=f"driver.{largest['driver']}"),
        part=Amount(value=float(largest["amount"]), unit=unit, is_signed=True),
    )


def returns(tables: Tables, reference: KpiReference, params: RunParams) -> Iterator[AgendaItem]:
    """Say what the budget brings, and which channels bring most and least for their next euro."""
    row = _kpi(tables, "romi_incremental")
    channels = _rows(tables, "channel_summary")
    channels = channels[
        (channels["outcome"] == _outcome(params))
        & channels["channel"].isin(list(params.channels))
        & channels["mromi_mean"].notna()
    ]
    if row is None or channels.empty:
        return
    known = channels[channels["verdict"] != "not_usable"]
    channels = known if len(known) else channels
    marginal = channels["mromi_mean"].astype(float)
    best, worst = (channels["channel"].iloc[int(place)] for place in (marginal.argmax(), marginal.argmin()))
    yield _item(
        "returns",
        romi=Amount(value=float(row["value"]), unit=row["unit"]),
        **_amounts(row, "lower", "upper"),
        best=_label(params, str(best)),
        worst=_label(params, str(worst)),
    )


def allocation(tables: Tables, reference: KpiReference, params: RunParams) -> Iterator[AgendaItem]:
    """Say what the recommended plan moves, and what it gains."""
    moves = _rows(tables, "allocation")
    moves = moves[moves["channel"].isin(list(params.channels))]
    gain = _gain(tables)
    if moves.empty or gain is None:
        return
    delta = moves.groupby("channel")["delta"].sum().astype(float)
    if delta.abs().max() <= 0:
        return
    yield _item(
        "allocation",
        up_channel=_label(params, str(delta.idxmax())),
        up=float(delta.max()),
        down_channel=_label(params, str(delta.idxmin())),
        down=float(delta.min()),
        gain=float(gain["value"]),
        low=float(gain["lower"]),
        high=float(gain["upper"]),
    )


def _gain(tables: Tables) -> "pd.Series[Any] | None":
    rows = _rows(tables, "allocation_summary")
    rows = rows[rows["quantity"] == "gain"]
    return None if rows.empty else rows.iloc[0]


def acquisition(tables: Tables, reference: KpiReference, params: RunParams) -> Iterator[AgendaItem]:
    """Say what a customer costs and is worth."""
    ratio, cac = _kpi(tables, "ltv_cac"), _kpi(tables, "cac")
    if ratio is None or cac is None or not np.isfinite(ratio["target"]):
        return
    yield _item(
        "acquisition",
        ratio=Amount(value=float(ratio["value"]), unit="ratio"),
        cac=Amount(value=float(cac["value"]), unit="money"),
        **_amounts(ratio, "lower", "upper", "target"),
    )


def funnel(tables: Tables, reference: KpiReference, params: RunParams) -> Iterator[AgendaItem]:
    """Say which stage of the funnel costs most."""
    value = _kpi(tables, "ltv")
    found = None if value is None else costliest_stage(_rows(tables, "funnel"), float(value["value"]))
    if found is None:
        return
    stage, money = found
    key = f"stage.{stage}"
    yield _item("funnel", stage=TextKey(key=key) if key in keys("en") else stage, money=money)


def objectives(tables: Tables, reference: KpiReference, params: RunParams) -> Iterator[AgendaItem]:
    """Say how many objectives are on track, and the least likely one."""
    rows = _rows(tables, "objectives")
    rows = rows[rows["probability"].notna()]
    if rows.empty or params.steering is None:
        return
    worst = rows.iloc[int(rows["probability"].astype(float).argmin())]
    reached = int(rows["status"].isin(["on_track", "reached"]).sum())
    label = params.steering.objectives[str(worst["objective"])].label
    hardly = float(worst["probability"]) < HARDLY
    figures = {} if hardly else {"probability": float(worst["probability"])}
    yield AgendaItem(
        topic="objectives",
        fact="agenda.objectives.fact.hardly" if hardly else "agenda.objectives.fact",
        figures={**figures, "reached": reached, "total": len(rows), "objective": label},
    )


def alerts(tables: Tables, reference: KpiReference, params: RunParams) -> Iterator[AgendaItem]:
    """Say how many alerts are open, and the heaviest."""
    rows = _rows(tables, "alerts")
    rows = rows[(rows["state"] != "solved") & (rows["kind"] != "good_surprise")]
    valued = rows[rows["money_at_stake"].notna()]
    if valued.empty:
        return
    largest = valued.iloc[int(valued["money_at_stake"].astype(float).argmax())]
    kpi = reference.kpis.get(str(largest["subject"]))
    yield _item(
        "alerts",
        count=len(rows),
        subject=_label(params, str(largest["subject"])) if kpi is None else kpi.label,
        money=float(largest["money_at_stake"]),
    )


def actions(tables: Tables, reference: KpiReference, params: RunParams) -> Iterator[AgendaItem]:
    """Say how many actions are on track, and how many drift."""
    rows = _rows(tables, "actions")
    if rows.empty:
        return
    yield _item(
        "actions",
        on_track=int(rows["status"].isin(["on_track", "reached"]).sum()),
        late=int(rows["status"].isin(["off", "at_risk"]).sum()),
        total=len(rows),
    )


def pace(tables: Tables, reference: KpiReference, params: RunParams) -> Iterator[AgendaItem]:
    """Say where the year's media spend will land against its plan, and the channel farthest from its own."""
    rows = _rows(tables, "pacing")
    rows = rows[rows["channel"].isin(list(params.channels)) & (rows["plan_total"] > 0)]
    if rows.empty:
        return
    landed, wanted = rows["projected_total"].astype(float), rows["plan_total"].astype(float)
    farthest = int((landed - wanted).abs().to_numpy().argmax())
    yield _item(
        "pace",
        change=float(landed.sum() / wanted.sum() - 1),
        channel=_label(params, str(rows["channel"].iloc[farthest])),
        amount=float((landed - wanted).iloc[farthest]),
    )


def data_quality(tables: Tables, reference: KpiReference, params: RunParams) -> Iterator[AgendaItem]:
    """Say how many findings wait for a correction, and the source that has most of them."""
    rows = _rows(tables, "quality_score")
    rows = rows.assign(open=rows["n_fatal"].astype(int) + rows["n_warning"].astype(int))
    if rows.empty or not rows["open"].sum():
        return
    worst = rows.iloc[int(rows["open"].to_numpy().argmax())]
    yield _item(
        "quality",
        count=int(rows["open"].sum()),
        sources=int((rows["open"] > 0).sum()),
        source=_file(tables, str(worst["source"])),
        most=int(worst["open"]),
    )


def late_actions(tables: Tables, reference: KpiReference, params: RunParams) -> Iterator[AgendaItem]:
    """Name the actions that drift, when some do."""
    rows = _rows(tables, "actions")
    if rows["status"].isin(["off", "at_risk"]).any():
        yield from actions(tables, reference, params)
