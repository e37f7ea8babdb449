"""The whole job, unchanged code, on data that we did not make."""

import json
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from mmm import cli

ROOT = Path(__file__).resolve().parents[2]

ROBYN = """\
analysis: robyn
title: {{fr: "Données Robyn", en: "Robyn data"}}
market: Germany
country: DE
currency: EUR
calendar: {{frequency: weekly, start: 2015-11-23, end: 2019-11-17}}
sources:
  weekly_media:
    content: media
    path: {data}/peers/robyn_dt_simulated_weekly.csv
    columns: {{date: DATE}}
    channel_columns: {{tv: tv_S, ooh: ooh_S, print: print_S, facebook: facebook_S, search: search_S}}
    refresh: once
  weekly_sales:
    content: outcome
    path: {data}/peers/robyn_dt_simulated_weekly.csv
    columns: {{date: DATE}}
    refresh: once
  competitors:
    content: control
    path: {data}/peers/robyn_dt_simulated_weekly.csv
    columns: {{date: DATE, competitor_sales: competitor_sales_B}}
    refresh: once
  purchases:
    content: transactions
    path: {data}/real/cdnow_sample_transactions.csv
    columns: {{customer: customer_id, date: date, amount: value_usd}}
    refresh: once
  paths:
    content: journeys
    path: {data}/attribution/channelattribution_paths.csv
    columns: {{path: path, conversions: total_conversions, value: total_conversion_value, nulls: total_null}}
    refresh: once
channels:
  tv: {{label: {{fr: Télévision, en: TV}}}}
  ooh: {{label: {{fr: Affichage, en: Out of home}}}}
  print: {{label: {{fr: Presse, en: Print}}}}
  facebook: {{label: {{fr: Facebook, en: Facebook}}}}
  search: {{label: {{fr: Search, en: Search}}}}
outcomes:
  revenue: {{label: {{fr: "Chiffre d'affaires", en: Revenue}}, source: weekly_sales, column: revenue, margin_rate: 0.4}}
model: {{controls: [competitor_sales]}}
customers: {{source: purchases, margin_rate: 0.3}}
attribution: {{source: paths}}
"""

LYDIA = """\
analysis: lydia
title: {{fr: "Lydia Pinkham", en: "Lydia Pinkham"}}
market: United States
currency: USD
calendar: {{frequency: annual, start: 1907-01-01, end: 1960-12-31}}
sources:
  advertising:
    content: media
    path: {data}/real/lydia_pinkham_annual.csv
    columns: {{date: year}}
    channel_columns: {{advertising: advertising_kusd}}
    refresh: once
  sales:
    content: outcome
    path: {data}/real/lydia_pinkham_annual.csv
    columns: {{date: year}}
    refresh: once
channels:
  advertising: {{label: {{fr: Publicité, en: Advertising}}}}
outcomes:
  revenue: {{label: {{fr: Ventes, en: Sales}}, source: sales, column: sales_kusd}}
"""


@pytest.fixture
def run(tmp_path, reference_data, capsys, monkeypatch):
    """Run an analysis written in YAML; give its run folder and what the screen said."""

    def complete(text: str) -> tuple[Path, str]:
        (tmp_path / "params").mkdir()
        shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
        file = tmp_path / "params" / "a.yaml"
        file.write_text(text.format(data=reference_data), encoding="utf-8")
        monkeypatch.setattr(sys, "argv", ["mmm", "run", str(file), "--as-of", "2026-10-05"])
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        assert left.value.code == 0, printed.out + printed.err
        (pointer,) = (tmp_path / "reports").glob("*/latest")
        return pointer.parent / pointer.read_text().strip(), printed.out

    return complete


@pytest.mark.reference
def test_robyn_cdnow_and_the_public_paths_end_with_a_verdict_and_no_joined_cac(run):
    folder, screen = run(ROBYN)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["verdict"]["level"] in {"usable", "with_caution", "not_usable"}
    assert "Verdict: " in screen
    summary = pd.read_parquet(folder / "tables" / "channel_summary.parquet")
    assert {"tv", "ooh", "print", "facebook", "search"} <= set(summary["channel"])
    customers = pd.read_parquet(folder / "tables" / "customers.parquet")
    assert (customers["ltv_mean"] > 0).all()
    cac = folder / "tables" / "cac.parquet"
    assert not cac.exists() or pd.read_parquet(cac).empty
    report = (folder / "report_en.html").read_text(encoding="utf-8")
    assert "The file of customers and media share no period" in report
    assert "CAC and LTV/CAC are refused" in report
    markov = pd.read_parquet(folder / "tables" / "attribution.parquet").query("method == 'markov'")
    # Exact figures of research on the same file: alpha 5344.948, theta 1971.913.
    credited = markov.set_index("channel")["conversions"]
    assert credited["alpha"] == pytest.approx(5344.948, abs=5e-4)
    assert credited["theta"] == pytest.approx(1971.913, abs=5e-4)


@pytest.mark.reference
def test_fifty_four_annual_points_end_with_a_verdict_that_says_how_little_they_prove(run):
    folder, _ = run(LYDIA)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["verdict"]["level"] in {"with_caution", "not_usable"}
    report = (folder / "report_en.html").read_text(encoding="utf-8")
    assert "annual" in report
    assert "54" in report
    assert not (folder / "simulator.npz").exists()
