"""Every kind of fault planted in exports of all four encodings is seen on its row, and nothing else.

Evidence: a year of generated daily exports whose faults are planted by this file. Recall must be 1 with
the right row; false findings at most 1 in 1,000 rows, and none at all on clean files.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from mmm.params import RunParams
from mmm.quality import check_sources
from mmm.sources import read_sources

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
DAYS = pd.date_range("2025-09-29", "2026-09-27")
CAMPAIGNS = ("FR_GADS_SEA_ACQ_2026Q3", "FR_GADS_VIDEO_BRAND_2026Q3", "FR_GADS_SEA_RET_2026Q3")
HEADER = ["Jour", "Campagne", "Code de la devise", "Coût", "Impr.", "Clics", "Conversions"]
DATE, NAME, CURRENCY, COST, SEEN, CLICKED, CONVERTED = range(7)
TITLE = ["Rapport sur les campagnes", "29 septembre 2025 - 27 septembre 2026"]
FIRST = len(TITLE) + 2
"""Line of the first data row."""
Rows = list[list[str]]
Planted = set[tuple[str, int]]


def clean_rows(seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    rows = []
    for day in DAYS:
        for name in CAMPAIGNS:
            seen = int(rng.normal(50_000, 6_000))
            clicks = int(seen * rng.normal(0.02, 0.001))
            cost = f"{seen * rng.normal(0.01, 0.0006):.2f}".replace(".", ",")
            conversions = str(int(clicks * 0.03))
            rows.append([f"{day:%Y-%m-%d}", name, "EUR", cost, str(seen), str(clicks), conversions])
    return rows


def put(column: int, value: str, rule: str) -> Callable[[Rows, int], Planted]:
    def plant(rows: Rows, at: int) -> Planted:
        rows[at][column] = value
        return {(rule, FIRST + at)}

    return plant


def no_delivery(rows: Rows, at: int) -> Planted:
    rows[at][SEEN] = rows[at][CLICKED] = rows[at][CONVERTED] = "0"
    return {("spend_without_delivery", FIRST + at)}


def many_clicks(rows: Rows, at: int) -> Planted:
    rows[at][CLICKED] = str(int(rows[at][SEEN]) + 1)
    return {("clicks_above_impressions", FIRST + at)}


def many_conversions(rows: Rows, at: int) -> Planted:
    rows[at][CONVERTED] = str(int(rows[at][CLICKED]) + 1)
    return {("conversions_above_clicks", FIRST + at)}


def twice(rows: Rows, at: int) -> Planted:
    rows.append(list(rows[at]))
    return {("duplicate_row", FIRST + len(rows) - 1)}


def million(rows: Rows, at: int) -> Planted:
    rows[at][COST] = "1000000000,00"
    return {("extreme_amount", FIRST + at)}


def misspelt(name: str) -> Callable[[Rows, int], Planted]:
    """A name is a finding on its first row only."""
    return put(NAME, name, "naming")


FAULTS: dict[str, Callable[[Rows, int], Planted]] = {
    "a word for a number": put(COST, "n.c.", "not_a_number"),
    "a word for a count": put(SEEN, "beaucoup", "unreadable_count"),
    "a word for a date": put(DATE, "hier", "not_a_date"),
    "a day that does not exist": put(DATE, "2026-02-30", "not_a_date"),
    "a date of Excel": put(DATE, "46272", "excel_serial_date"),
    "no date": put(DATE, "", "missing_date"),
    "no amount": put(COST, "--", "missing_amount"),
    "no campaign": put(NAME, "", "missing_campaign"),
    "a negative amount": put(COST, "-12,50", "negative_amount"),
    "a negative count": put(CONVERTED, "-2", "negative_count"),
    "no cost for impressions": put(COST, "0,00", "delivery_without_spend"),
    "impressions without clicks enough": many_clicks,
    "clicks without conversions enough": many_conversions,
    "no delivery": no_delivery,
    "twice the same": twice,
    "an amount of a billion": million,
    "another currency": put(CURRENCY, "USD", "currency_without_rate"),
    "a dash for an underscore": misspelt("FR-GADS-SEA-ACQ-2026Q3"),
    "a copy": misspelt("FR_GADS_SEA_ACQ_2026Q3 (copie)"),
    "accents read wrongly": put(NAME, "FR_GADS_VIDÃ‰O_BRAND_2026Q3", "broken_accents"),
    "the future": put(DATE, "2026-12-24", "future_date"),
}


def write(folder: Path, encoding: str, rows: Rows) -> RunParams:
    mark = {"utf-16": "\t", "cp1252": ";"}.get(encoding, ",")
    lines = [TITLE[0], TITLE[1]]
    for row in [HEADER, *rows]:
        cells = [f"{cell[8:]}/{cell[5:7]}/{cell[:4]}" if is_day(cell, encoding) else cell for cell in row]
        lines.append(mark.join(f'"{cell}"' if mark in cell else cell for cell in cells))
    (folder / "ads.csv").write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    weeks = DAYS[::7]
    sales = "date,ca\n" + "".join(f"{week.date()},{50_000 + 10 * at}\n" for at, week in enumerate(weeks))
    (folder / "sales.csv").write_text(sales)
    label = {"fr": "Essai", "en": "Test"}
    values = {
        "analysis": "faults",
        "title": label,
        "market": "France",
        "currency": "EUR",
        "calendar": {"start": "2025-09-29", "end": "2026-09-27"},
        "channels": {"search": {"label": label}},
        "outcomes": {"revenue": {"label": label, "source": "sales", "column": "ca"}},
        "naming": {
            "pattern": "FR_[A-Z]+_[A-Z]+_(ACQ|BRAND|RET)_20[0-9]{2}Q[1-4]",
            "example": "FR_GADS_SEA_ACQ_2026Q3",
        },
        "file": folder / "params.yaml",
        "sources": {
            "ads": {"content": "media", "path": "ads.csv", "channel": "search"},
            "sales": {"content": "outcome", "path": "sales.csv"},
        },
    }
    return RunParams.model_validate(values, strict=False)


def is_day(cell: str, encoding: str) -> bool:
    """A spreadsheet that saves the file again writes days as jj/mm/aaaa."""
    return encoding == "cp1252" and len(cell) == 10 and cell[4] == cell[7] == "-"


def found_in(folder: Path, encoding: str, rows: Rows) -> Planted:
    params = write(folder, encoding, rows)
    findings = check_sources(params, read_sources(params), date(2026, 9, 28))
    assert not (findings["rule"] == "more").any()
    return {
        (str(rule), -1 if pd.isna(row) else int(row))
        for rule, row in findings[["rule", "row"]].itertuples(index=False)
    }


CONSEQUENCES = {
    # What a fault also is, on the same row: a name with broken accents breaks the convention too.
    ("broken_accents", "naming"),
    ("not_a_number", "delivery_without_spend"),
    ("missing_amount", "delivery_without_spend"),
    ("unreadable_count", "spend_without_delivery"),
    ("negative_amount", "delivery_without_spend"),
    ("future_date", "outside_calendar"),
    ("extreme_amount", "unit_break"),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_clean_exports_give_no_finding(encoding, tmp_path):
    for seed in range(3):
        assert found_in(tmp_path, encoding, clean_rows(seed)) == set()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_all_faults_at_once_are_seen_on_their_rows(encoding, tmp_path):
    rng = np.random.default_rng(7)
    rows = clean_rows(9)
    places = 40 + np.sort(rng.choice(len(rows) - 80, len(FAULTS), replace=False))
    planted: Planted = set()
    for at, plant in zip(rng.permutation(places).tolist(), FAULTS.values(), strict=True):
        planted |= plant(rows, at)
    found = found_in(tmp_path, encoding, rows)
    assert planted <= found, f"not seen: {sorted(planted - found)}"
    at_rows = {(cause, row) for cause, row in planted}
    explained = {
        (rule, row)
        for rule, row in found - planted
        if any(second == rule and ((first, row) in at_rows or row == -1) for first, second in CONSEQUENCES)
    }
    false = found - planted - explained
    assert len(false) <= 0.001 * len(rows), f"false findings: {sorted(false)}"


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_is_seen_on_its_row_and_nothing_else(fault, encoding, tmp_path):
    rows = clean_rows(11)
    planted = FAULTS[fault](rows, 500)
    found = found_in(tmp_path, encoding, rows)
    allowed = {second for first, second in CONSEQUENCES if any(rule == first for rule, _ in planted)}
    assert planted <= found
    assert {rule for rule, _ in found - planted} <= allowed
