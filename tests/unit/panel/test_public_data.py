"""Public files give panels whose sums are those of the files, read by another program.

Evidence: pandas reads the same files on its own; the counts are those of the files' own notes.
"""

from typing import Any

import pandas as pd
import pytest

from four_weeks import label
from mmm.panel import build_panel
from mmm.params import RunParams
from mmm.quality import check_sources
from mmm.sources import read_sources

pytestmark = pytest.mark.reference
ROBYN = {"tv": "tv_S", "ooh": "ooh_S", "print": "print_S", "search": "search_S", "facebook": "facebook_S"}


def params_of(
    calendar: dict[str, Any], channels: list[str], outcome: str, sources: dict[str, Any], **more: Any
):
    values = {
        "analysis": "test",
        "title": {"fr": "Essai", "en": "Test"},
        "market": "-",
        "currency": "USD",
        "calendar": calendar,
        "channels": {name: label(name) for name in channels},
        "outcomes": {"revenue": {**label("revenue"), "source": "sales", "column": outcome}},
        "sources": {name: {"refresh": "once", **source} for name, source in sources.items()},
        **more,
    }
    return RunParams.model_validate(values, strict=False)


def test_the_weekly_file_of_robyn_is_media_sales_and_control_at_once(reference_data):
    path = reference_data / "peers" / "robyn_dt_simulated_weekly.csv"
    file = {"path": str(path), "columns": {"date": "DATE"}}
    control = {"date": "DATE", "competitor_sales": "competitor_sales_B"}
    params = params_of(
        {"start": "2015-11-23", "end": "2019-11-17"},
        list(ROBYN),
        "revenue",
        {
            "media": {**file, "content": "media", "channel_columns": ROBYN},
            "sales": {**file, "content": "outcome"},
            "competitors": {**file, "content": "control", "columns": control},
        },
        model={"controls": ["competitor_sales"]},
    )
    tables = read_sources(params)
    assert check_sources(params, tables, pd.Timestamp("2026-09-28").date()).empty
    panel, alone = build_panel(params, tables), pd.read_csv(path)
    assert panel.sizes["period"] == len(alone) == 208
    for channel, column in ROBYN.items():
        assert panel["spend"].sel(channel=channel).sum().item() == pytest.approx(
            alone[column].sum(), rel=1e-12
        )
    assert panel["kpi"].isel(geo=0, outcome=0).to_numpy().tolist() == alone["revenue"].tolist()
    assert (
        panel["control_value"].isel(geo=0, control=0).to_numpy().tolist()
        == alone["competitor_sales_B"].tolist()
    )


def test_annual_figures_come_from_a_column_of_years(reference_data):
    path = reference_data / "real" / "lydia_pinkham_annual.csv"
    file = {"path": str(path), "columns": {"date": "year"}}
    params = params_of(
        {"frequency": "annual", "start": "1907-01-01", "end": "1960-12-31"},
        ["advertising"],
        "sales_kusd",
        {
            "media": {**file, "content": "media", "channel_columns": {"advertising": "advertising_kusd"}},
            "sales": {**file, "content": "outcome"},
        },
    )
    tables = read_sources(params)
    assert check_sources(params, tables, pd.Timestamp("2026-09-28").date()).empty
    panel, alone = build_panel(params, tables), pd.read_csv(path)
    assert panel["spend"].to_numpy().ravel().tolist() == alone["advertising_kusd"].tolist()
    assert panel["kpi"].to_numpy().ravel().tolist() == alone["sales_kusd"].tolist()
    assert panel["period"].dt.year.to_numpy().tolist() == alone["year"].tolist()


def test_public_transactions_and_paths_stay_in_the_database(reference_data):
    sample = reference_data / "real" / "cdnow_sample_transactions.csv"
    master = reference_data / "ltv" / "cdnow_master.csv.gz"
    paths = reference_data / "attribution" / "channelattribution_paths.csv"
    columns = {"conversions": "total_conversions", "value": "total_conversion_value", "nulls": "total_null"}
    params = params_of(
        {"start": "1997-01-06", "end": "1998-06-28"},
        ["tv"],
        "ca",
        {
            "sample": {
                "content": "transactions",
                "path": str(sample),
                "columns": {"customer": "customer_id", "amount": "value_usd"},
            },
            "master": {
                "content": "transactions",
                "path": str(master),
                "columns": {"customer": "customer_id"},
            },
            "paths": {"content": "journeys", "path": str(paths), "columns": columns},
        },
    )
    tables = read_sources(params)
    assert (tables["sample"].n_rows, tables["master"].n_rows) == (6919, 69659)
    assert tables["sample"].table.customer.nunique().execute() == 2357
    assert tables["master"].table.customer.nunique().execute() == 23570
    found = tables["paths"].select("sum(conversions) AS c, sum(value) AS v, sum(nulls) AS n").iloc[0]
    assert (found["c"], found["n"]) == (19785, 68602)
    assert found["v"] == pytest.approx(74802.97, abs=0.005)
