"""Sources of every kind on one connection, and everything that is wrong said at once.

Evidence: files written here.
"""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from mmm.errors import UserInputError
from mmm.sources import read_sources


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


def test_every_problem_of_every_source_is_said_at_once(make_params, tmp_path):
    write(
        tmp_path,
        display="semaine;depenses\n2026-09-07;1,5\n",
        ads="date;campaign;spend\n2026-09-07;FR_SEA_1;1\n2026-09-07;PROMO ETE;2\n2026-09-14;PROMO ETE;2\n",
    )
    sources = {
        "display": {
            "content": "media",
            "path": "display.csv",
            "channel": "tv",
            "columns": {"date": "semaine", "spend": "depense", "click": "clics"},
        },
        "ads": {"content": "media", "path": "ads.csv", "campaigns": {"FR_SEA_*": "search"}},
        "social": {"content": "media", "path": "adds.csv", "channel": "social"},
        "google": {"content": "media", "path": "display.csv", "channel": "search", "format": "google_ads"},
    }
    with pytest.raises(UserInputError) as refused:
        read_sources(make_params(sources))
    assert str(refused.value) == (
        f"{tmp_path / 'params.yaml'}: 5 problems\n"
        "  - sources.display (display.csv): column depense (spend) not found, the file has semaine, "
        "depenses: did you mean depenses?\n"
        "  - sources.display (display.csv): columns.click: a source of content media has no such column, "
        "did you mean clicks?\n"
        "  - sources.ads (ads.csv): 1 campaign without a channel: PROMO ETE (row 3); known patterns: "
        "FR_SEA_*: add a line to `campaigns`\n"
        "  - sources.social (adds.csv): no such file, did you mean ads.csv?: check the name\n"
        "  - sources.google (display.csv): not recognised as Google Ads, found the columns semaine, depenses, "
        "expected at least Day, Campaign, Cost, Impr. (EN) or Jour, Campagne, Coût, Impr. (FR): "
        "check the export, or set `format: csv` and `columns`"
    )


def test_campaign_patterns_give_channels_and_the_first_match_wins(make_params, tmp_path):
    write(
        tmp_path,
        ads="date,campaign,spend\n2026-09-07,FR_SEA_BRAND,1\n2026-09-07,fr_tv_a,2\n2026-09-07,FR_SEA_X,3\n",
    )
    patterns = {"*_SEA_BRAND": "tv", "FR_SEA_?": "search", "FR_TV_*": "social"}
    table = read_sources(
        make_params({"ads": {"content": "media", "path": "ads.csv", "campaigns": patterns}})
    )["ads"]
    assert table.to_pandas()["channel"].tolist() == ["tv", "social", "search"]


def test_a_wide_file_gives_one_row_per_channel(make_params, tmp_path):
    write(tmp_path, wide="DATE,tv_S,search_S\n2026-09-07,1,2\n2026-09-14,3,4\n")
    source = {
        "content": "media",
        "path": "wide.csv",
        "columns": {"date": "DATE"},
        "channel_columns": {"tv": "tv_S", "search": "search_S"},
    }
    rows = read_sources(make_params({"wide": source}))["wide"].to_pandas()
    found = rows.sort_values(["row", "channel"])[["row", "channel", "spend"]].to_numpy().tolist()
    assert found == [[2, "search", 2.0], [2, "tv", 1.0], [3, "search", 4.0], [3, "tv", 3.0]]


def test_outcome_columns_come_under_the_names_of_the_outcomes(make_params, tmp_path):
    write(tmp_path, sales="semaine;ca;clients\n2026-09-07;1 000,5;12\n")
    outcomes = {
        name: {"label": {"fr": name, "en": name}, "source": "sales", "column": column}
        for name, column in {"revenue": "ca", "customers": "clients"}.items()
    }
    source = {"content": "outcome", "path": "sales.csv", "columns": {"date": "semaine"}}
    table = read_sources(make_params({"sales": source}, outcomes=outcomes))["sales"]
    assert table.to_pandas()[["revenue", "customers"]].to_numpy().tolist() == [[1000.5, 12.0]]
    assert table.header("revenue") == "ca"


def test_a_funnel_keeps_the_order_of_its_stages(make_params, tmp_path):
    write(tmp_path, funnel="date,ventes,visites,leads\n2026-09-07,1,100,10\n")
    source = {
        "content": "funnel",
        "path": "funnel.csv",
        "columns": {"visits": "visites", "leads": "leads", "sales": "ventes"},
    }
    table = read_sources(make_params({"funnel": source}))["funnel"]
    assert table.to_pandas().columns.tolist() == ["row", "date", "visits", "leads", "sales"]


def test_an_excel_sheet_with_titles_is_read_with_its_own_row_numbers(make_params, tmp_path):
    rows = [
        ["Frais 2026", None, None, None],
        [None, None, None, None],
        ["mois", "canal", "type", "montant"],
        [pd.Timestamp("2026-09-01"), "tv", "agency", 1200.5],
        [pd.Timestamp("2026-09-01"), "all", "tool", 300],
        ["Total", None, None, 1500.5],
    ]
    pd.DataFrame(rows).to_excel(tmp_path / "fees.xlsx", header=False, index=False, sheet_name="Frais")
    columns = {"date": "mois", "channel": "canal", "kind": "type", "amount": "montant"}
    source = {"content": "fees", "path": "fees.xlsx", "columns": columns}
    table = read_sources(make_params({"fees": source}))["fees"]
    assert table.dialect == "Excel, sheet Frais, 2 title lines, 1 total row left out"
    assert table.to_pandas()[["row", "channel", "amount"]].to_numpy().tolist() == [
        [4, "tv", 1200.5],
        [5, "all", 300.0],
    ]
    source["sheet"] = "Fraix"
    with pytest.raises(UserInputError, match="sheet Fraix not found: did you mean Frais?"):
        read_sources(make_params({"fees": source}))


def test_serial_dates_of_a_sheet_are_faults(make_params, tmp_path):
    frame = pd.DataFrame({"date": [46266, 46273], "channel": ["tv", "tv"], "amount": [1, 2]})
    frame.to_excel(tmp_path / "fees.xlsx", index=False)
    table = read_sources(make_params({"fees": {"content": "fees", "path": "fees.xlsx"}}))["fees"]
    assert table.faults[["row", "kind", "value"]].to_numpy().tolist() == [
        [2, "excel_serial_date", "46266.0"],
        [3, "excel_serial_date", "46273.0"],
    ]


def test_parquet_and_duckdb_give_the_same_table_and_stay_where_they_are(make_params, tmp_path):
    frame = pd.DataFrame(
        {
            "client": ["a", "b"],
            "jour": pd.to_datetime(["2026-09-07 10:00", "2026-09-08 23:59"]),
            "montant": [12.5, 30.0],
        }
    )
    frame.to_parquet(tmp_path / "t.parquet")
    with duckdb.connect(tmp_path / "base.duckdb") as base:
        base.register("frame", frame)
        base.execute("CREATE SCHEMA crm")
        base.execute("CREATE TABLE crm.achats AS SELECT * FROM frame")
    declared = {
        "content": "transactions",
        "columns": {"customer": "client", "date": "jour", "amount": "montant"},
    }
    params = make_params(
        {
            "file": {**declared, "path": "t.parquet"},
            "base": {**declared, "database": "duckdb:///base.duckdb", "table": "crm.achats"},
        }
    )
    tables = read_sources(params)
    rows = tables["file"].to_pandas()
    assert rows[["row", "customer", "amount"]].to_numpy().tolist() == [[1, "a", 12.5], [2, "b", 30.0]]
    assert [str(day) for day in rows["date"]] == ["2026-09-07 00:00:00", "2026-09-08 00:00:00"]
    pd.testing.assert_frame_equal(rows, tables["base"].to_pandas())
    assert tables["file"].dialect == "Parquet"
    assert tables["base"].dialect == "DuckDB table crm.achats"
    assert tables["base"].location == "duckdb:///base.duckdb, table crm.achats"
    frame.assign(montant=1.0).to_parquet(tmp_path / "t.parquet")
    assert tables["file"].table.amount.sum().execute() == 2.0, "a Parquet file is read at each question"


def test_a_missing_table_is_refused_with_the_nearest_name(make_params, tmp_path):
    with duckdb.connect(tmp_path / "base.duckdb") as base:
        base.execute("CREATE TABLE achats (client TEXT, date DATE, amount DOUBLE)")
    source = {"content": "transactions", "database": "duckdb:///base.duckdb", "table": "achat"}
    with pytest.raises(UserInputError, match="table achat not found: did you mean achats?"):
        read_sources(make_params({"t": source}))


def test_a_password_is_never_shown(make_params, monkeypatch):
    monkeypatch.setenv("SECRET", "hunter2")
    source = {
        "content": "transactions",
        "database": "postgresql://anna:${SECRET}@127.0.0.1:1/sales",
        "table": "orders",
    }
    with pytest.raises(UserInputError) as refused:
        read_sources(make_params({"t": source}))
    assert "hunter2" not in str(refused.value)
    assert "sources.t (table orders): " in str(refused.value)


def test_text_columns_of_a_parquet_file_are_interpreted_like_those_of_a_text_file(make_params, tmp_path):
    pd.DataFrame(
        {"customer": [1, 2], "date": ["07/09/2026", "14/09/2026"], "amount": ["1,5", "x"]}
    ).to_parquet(tmp_path / "t.parquet")
    table = read_sources(make_params({"t": {"content": "transactions", "path": "t.parquet"}}))["t"]
    rows = table.to_pandas()
    assert rows["customer"].tolist() == ["1", "2"]
    assert [str(day.date()) for day in rows["date"]] == ["2026-09-07", "2026-09-14"]
    assert rows["amount"].iloc[0] == 1.5
    assert np.isnan(rows["amount"].iloc[1])
    assert table.faults[["row", "kind", "value"]].to_numpy().tolist() == [[2, "not_a_number", "x"]]


def test_journeys_keep_the_time_of_each_touch(make_params, tmp_path):
    write(
        tmp_path,
        j="journey,date,channel,converted\n1,2026-09-07 10:00:00,tv,0\n1,2026-09-07 11:30:00,direct,1\n",
    )
    rows = read_sources(make_params({"j": {"content": "journeys", "path": "j.csv"}}))["j"].to_pandas()
    assert [str(moment) for moment in rows["date"]] == ["2026-09-07 10:00:00", "2026-09-07 11:30:00"]


def test_aggregated_paths_are_journeys_too(make_params, tmp_path):
    write(tmp_path, p="path,total_conversions,total_null\na > b,2,3\n")
    columns = {"path": "path", "conversions": "total_conversions", "nulls": "total_null"}
    source = {"content": "journeys", "path": "p.csv", "columns": columns}
    rows = read_sources(make_params({"p": source}))["p"].to_pandas()
    assert rows.to_numpy().tolist() == [[2, "a > b", 2.0, 3.0]]


def test_years_are_dates_of_annual_periods_only(make_params, tmp_path):
    write(tmp_path, sales="date,ca\n1907,1016\n1908,921\n")
    annual = {"frequency": "annual", "start": "1907-01-01", "end": "1908-12-31"}
    source = {"sales": {"content": "outcome", "path": "sales.csv"}}
    table = read_sources(make_params(source, calendar=annual))["sales"]
    assert [str(day.date()) for day in table.to_pandas()["date"]] == ["1907-01-01", "1908-01-01"]
    assert read_sources(make_params(source))["sales"].faults["kind"].tolist() == ["not_a_date"] * 2


def test_currency_of_a_row_comes_from_the_row_then_the_source_then_the_analysis(make_params, tmp_path):
    write(
        tmp_path,
        rows="date,spend,currency\n2026-09-07,1,usd\n2026-09-08,1,\n",
        plain="date,spend\n2026-09-07,1\n",
    )
    media = {"content": "media", "channel": "tv"}
    tables = read_sources(
        make_params(
            {
                "rows": {**media, "path": "rows.csv", "currency": "GBP"},
                "source": {**media, "path": "plain.csv", "currency": "GBP"},
                "analysis": {**media, "path": "plain.csv"},
            }
        )
    )
    assert tables["rows"].to_pandas()["currency"].tolist() == ["USD", "GBP"]
    assert tables["source"].to_pandas()["currency"].tolist() == ["GBP"]
    assert tables["analysis"].to_pandas()["currency"].tolist() == ["EUR"]


def test_counting_rows_leaves_the_connection_free_for_ibis(make_params, tmp_path):
    write(tmp_path, p="path,conversions\na > b,2\nb,1\n")
    table = read_sources(make_params({"p": {"content": "journeys", "path": "p.csv"}}))["p"]
    assert table.n_rows == 2
    assert table.table.conversions.sum().execute() == 3
    assert table.select("max(conversions) AS most")["most"].tolist() == [2]
    assert table.table.count().execute() == 2
