"""Exports as the tools write them give the figures that `expected.json` states.

Evidence: the files and their sums were made by hand, outside this project.
"""

import json
from fnmatch import fnmatch
from pathlib import Path

import pytest

from mmm.sources import explain_file, read_sources

pytestmark = pytest.mark.reference

SENTENCES = {
    "google_ads_campaign_report_en.csv": "Google Ads EN, UTF-8, comma, 2 title lines, 3 total rows left out",
    "google_ads_campaign_report_en_excel_utf16.csv": (
        "Google Ads EN, UTF-16, tab, 2 title lines, 3 total rows left out"
    ),
    "google_ads_campagnes_fr_excel_utf16.csv": (
        "Google Ads FR, UTF-16, tab, 2 title lines, decimal comma, 2 total rows left out"
    ),
    "google_ads_campagnes_fr_reenregistre_excel_cp1252.csv": (
        "Google Ads FR, Windows-1252, semicolon, 2 title lines, decimal comma, dates day/month "
        '(title line "1 septembre 2026 - 2 septembre 2026"), 2 total rows left out'
    ),
    "meta_ads_en.csv": "Meta Ads EN, UTF-8 with BOM, comma",
    "meta_ads_fr.csv": "Meta Ads FR, UTF-8 with BOM, comma",
    "meta_ads_fr_mojibake.csv": (
        "Meta Ads FR, UTF-8, comma, headers with broken accents (UTF-8 read as Windows-1252)"
    ),
    "meta_ads_fr_reenregistre_excel.csv": (
        "Meta Ads FR, Windows-1252, semicolon, decimal comma, dates day/month (as Meta Ads FR writes them)"
    ),
    "linkedin_campaign_performance.csv": (
        'LinkedIn Ads EN, UTF-8, comma, 5 title lines, dates month/day (title line "Report Start: '
        'September 1, 2026, 12:00 AM, Report End: September 2, 2026, 11:59 PM"), 1 total row left out'
    ),
    "linkedin_campaign_performance_utf16.csv": (
        'LinkedIn Ads EN, UTF-16, tab, 5 title lines, dates month/day (title line "Report Start: '
        'September 1, 2026, 12:00 AM, Report End: September 2, 2026, 11:59 PM")'
    ),
    "ga4_traffic_acquisition_en.csv": (
        "GA4 EN, UTF-8, comma, 8 title lines, a second table from line 14 left out, each row covers "
        '2026-09-01 to 2026-09-30 (title line "Start date: 20260901, End date: 20260930"), '
        "1 total row left out"
    ),
    "ga4_acquisition_fr.csv": (
        "GA4 FR, UTF-8 with BOM, comma, 7 title lines, each row covers 2026-09-01 to 2026-09-30 "
        '(title line "Date de début : 20260901, Date de fin : 20260930")'
    ),
    "ga4_acquisition_fr_reenregistre_excel.csv": (
        "GA4 FR, UTF-8 with BOM, semicolon, 7 title lines, first two cells joined by a comma, taken apart, "
        "decimal comma, each row covers 2026-09-01 to 2026-09-30 "
        '(title line "Date de début : 20260901, Date de fin : 20260930")'
    ),
    "ga4_bigquery_events_20260901.ndjson": "GA4 BigQuery, UTF-8, one object per line",
    "matomo_referrers_utf16.csv": "Matomo, UTF-16, comma",
    "matomo_referrers_utf8.csv": "Matomo, UTF-8, comma",
    "hubspot_deals_en.csv": "HubSpot EN, UTF-8, comma",
    "hubspot_transactions_fr.csv": "HubSpot FR, UTF-8 with BOM, comma",
    "salesforce_opportunities_en.csv": (
        "Salesforce EN, UTF-8, comma, dates month/day (as column Close Date proves), "
        "1 total row left out, 2 footer lines left out"
    ),
    "salesforce_opportunites_fr.csv": (
        "Salesforce FR, Windows-1252, semicolon, decimal comma, dates day/month "
        "(as column Date de clôture proves), 1 footer line left out"
    ),
    "microsoft_ads_en.csv": "Microsoft Ads EN, UTF-8 with BOM, comma, 6 title lines, 1 footer line left out",
}
CHANNEL = {"media": {"channel": "search"}}
COLUMN = {
    "spend_total": "spend",
    "impressions": "impressions",
    "clicks": "clicks",
    "link_clicks": "clicks",
    "results": "conversions",
    "conversions": "conversions",
    "key_events": "conversions",
    "conversion_value": "conversion_value",
    "sessions": "visits",
    "visits": "visits",
    "revenue": "revenue",
    "amount_total": "amount",
}


def stated(folder: Path, file: str) -> dict:
    every = json.loads((folder / "exports" / "expected.json").read_text())
    return next(values for key, values in every.items() if fnmatch(Path(file).stem, key))


def read(make_params, path: Path):
    explained = explain_file(path)
    source = {"content": explained.content, "path": str(path), **CHANNEL.get(explained.content, {})}
    return read_sources(make_params({"file": source}))["file"]


@pytest.mark.parametrize("file", SENTENCES)
def test_each_export_gives_the_stated_figures(file, make_params, reference_data):
    expected = stated(reference_data, file)
    table = read(make_params, reference_data / "exports" / file)
    rows = table.to_pandas()
    for name, value in expected.items():
        if name in {"data_rows", "events"}:
            assert len(rows) == value, name
        elif name == "currency":
            assert set(rows["currency"]) == {value}
        elif name == "dates":
            assert sorted({str(day.date()) for day in rows["date"]}) == value
        elif name == "missing_amount":
            assert rows["amount"].isna().sum() == value
        elif name == "purchases":
            assert (rows["event"] == "purchase").sum() == value
        else:
            assert rows[COLUMN[name]].sum() == pytest.approx(value, abs=1e-9), name
    assert table.faults.empty


@pytest.mark.parametrize("file", SENTENCES)
def test_a_sentence_says_what_was_recognised(file, make_params, reference_data):
    explained = explain_file(reference_data / "exports" / file)
    assert explained.said == SENTENCES[file]
    assert not explained.problems
    assert explained.said == read(make_params, reference_data / "exports" / file).dialect


def test_every_file_of_the_folder_is_covered(reference_data):
    found = {file.name for file in (reference_data / "exports").iterdir()}
    assert found - {"README.md", "expected.json"} == set(SENTENCES)


def test_rows_keep_the_line_of_the_file(make_params, reference_data):
    table = read(make_params, reference_data / "exports" / "google_ads_campagnes_fr_excel_utf16.csv")
    assert table.to_pandas()["row"].tolist() == [4, 5, 6, 7]
    salesforce = read(make_params, reference_data / "exports" / "salesforce_opportunities_en.csv")
    assert salesforce.to_pandas()["row"].tolist() == [2, 3]
