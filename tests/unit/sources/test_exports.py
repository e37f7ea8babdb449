"""Exports as the tools write them give the figures that `expected.json` states.

Evidence: the files and their sums were made by hand, outside this project.
"""

import json
from pathlib import Path

import pytest

from mmm.sources import read_sources

pytestmark = pytest.mark.reference

GOOGLE = [
    "google_ads_campaign_report_en.csv",
    "google_ads_campaign_report_en_excel_utf16.csv",
    "google_ads_campagnes_fr_excel_utf16.csv",
    "google_ads_campagnes_fr_reenregistre_excel_cp1252.csv",
]
META = [
    "meta_ads_en.csv",
    "meta_ads_fr.csv",
    "meta_ads_fr_mojibake.csv",
    "meta_ads_fr_reenregistre_excel.csv",
]
SENTENCES = {
    GOOGLE[0]: "Google Ads EN, UTF-8, comma, 2 title lines, 3 total rows left out",
    GOOGLE[1]: "Google Ads EN, UTF-16, tab, 2 title lines, 3 total rows left out",
    GOOGLE[2]: "Google Ads FR, UTF-16, tab, 2 title lines, decimal comma, 2 total rows left out",
    GOOGLE[3]: "Google Ads FR, Windows-1252, semicolon, 2 title lines, decimal comma, 2 total rows left out",
    META[0]: "Meta Ads EN, UTF-8 with BOM, comma",
    META[1]: "Meta Ads FR, UTF-8 with BOM, comma",
    META[2]: "Meta Ads FR, UTF-8, comma, headers with broken accents (UTF-8 read as Windows-1252)",
    META[3]: "Meta Ads FR, Windows-1252, semicolon, decimal comma",
}


def read(make_params, path: Path):
    source = {"content": "media", "path": str(path), "channel": "search"}
    return read_sources(make_params({"ads": source}))["ads"]


def expected(folder: Path, key: str) -> dict:
    return json.loads((folder / "exports" / "expected.json").read_text())[key]


@pytest.mark.parametrize("file", GOOGLE)
def test_google_ads_gives_the_stated_figures(file, make_params, reference_data):
    stated = expected(reference_data, "google_ads_*")
    table = read(make_params, reference_data / "exports" / file)
    rows = table.to_pandas()
    assert len(rows) == stated["data_rows"]
    assert rows["spend"].sum() == pytest.approx(stated["spend_total"], abs=1e-9)
    assert rows["impressions"].sum() == stated["impressions"]
    assert rows["clicks"].sum() == stated["clicks"]
    assert rows["conversions"].sum() == stated["conversions"]
    assert set(rows["currency"]) == {stated["currency"]}
    assert sorted({str(day.date()) for day in rows["date"]}) == stated["dates"]
    assert rows["row"].tolist() == [4, 5, 6, 7]
    assert table.faults.empty


@pytest.mark.parametrize("file", META)
def test_meta_ads_gives_the_stated_figures(file, make_params, reference_data):
    stated = expected(reference_data, "meta_ads_*")
    table = read(make_params, reference_data / "exports" / file)
    rows = table.to_pandas()
    assert len(rows) == stated["data_rows"]
    assert rows["spend"].sum() == pytest.approx(stated["spend_total"], abs=1e-9)
    assert rows["impressions"].sum() == stated["impressions"]
    assert rows["clicks"].sum() == stated["link_clicks"]
    assert rows["conversions"].sum() == stated["results"]
    assert rows["conversion_value"].sum() == pytest.approx(stated["conversion_value"], abs=1e-9)
    assert set(rows["currency"]) == {"EUR"}
    assert rows["conversions"].isna().sum() == 1
    assert sorted({str(day.date()) for day in rows["date"]}) == ["2026-09-01", "2026-09-02"]
    assert table.faults.empty


@pytest.mark.parametrize("file", [*GOOGLE, *META])
def test_a_sentence_says_what_was_recognised(file, make_params, reference_data):
    assert read(make_params, reference_data / "exports" / file).dialect == SENTENCES[file]
