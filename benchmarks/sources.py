"""How long a large export takes to be read, checked and mapped, and many rules on many rows.

    python benchmarks/sources.py

Files are written by this script from a seed. Seconds are the best of the repeats.
"""

import argparse
import platform
import resource
import sys
import tempfile
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

import duckdb
import numpy as np
import pandas as pd

from mmm.params import RunParams
from mmm.quality import check_sources
from mmm.quality.row_tests import row_findings
from mmm.quality.rule import Analysis, Reading, RowRule
from mmm.records import Severity
from mmm.sources import read_sources

CODECS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")


def main() -> None:
    """Print one table for exports by encoding, and one for rules by rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--megabytes", type=float, default=50.0)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--rules", type=int, default=200)
    parser.add_argument("--rows", type=int, default=1_000_000)
    asked = parser.parse_args()
    versions = f"Python {platform.python_version()}, DuckDB {duckdb.__version__}, pandas {pd.__version__}"
    print(f"{platform.machine()}, {versions}\n")
    print("| export | MB | rows | read and mapped, s | checked, s | both, s | CPU, s |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for codec in CODECS:
            path = Path(folder) / f"{codec}.csv"
            rows = write_export(path, codec, asked.megabytes)
            best = min((_read_and_check(path) for _ in range(asked.repeats)), key=lambda times: times[2])
            figures = " | ".join(f"{seconds:.2f}" for seconds in best)
            print(f"| Google Ads FR, {codec} | {path.stat().st_size / 1e6:.0f} | {rows:,} | {figures} |")
            path.unlink()
        seconds = min(_many_rules(Path(folder), asked.rules, asked.rows) for _ in range(asked.repeats))
        print(f"\n{asked.rules} rules x {asked.rows:,} rows: {seconds:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    print(f"Peak memory of all the above: {peak:,.0f} MB")


def write_export(path: Path, codec: str, megabytes: float) -> int:
    """Write a French campaign report of about this size; give its number of rows."""
    rng = np.random.default_rng(1)
    days = pd.date_range("2025-01-01", "2025-12-31")
    mark, space = {"cp1252": (";", "\u00a0"), "utf-16": ("\t", "\u202f")}.get(codec, (",", "\u202f"))
    header = mark.join(
        [
            "État de la campagne",
            "Campagne",
            "ID de la campagne",
            "Type de campagne",
            "Jour",
            "Code de la devise",
            "Coût",
            "Impr.",
            "Clics",
            "Conversions",
            "Coût/conv.",
        ]
    )
    rows, size = 0, int(megabytes * 1e6)
    with path.open("w", encoding=codec, newline="") as out:
        out.write("Rapport sur les campagnes\n1 janvier 2025 - 31 décembre 2025\n" + header + "\n")
        while path.stat().st_size < size:
            block = (_cells(rng, days, rows + at, space) for at in range(2_000))
            out.writelines(_line(cells, codec, mark) for cells in block)
            out.flush()
            rows += 2_000
    return rows


def _cells(rng: np.random.Generator, days: pd.DatetimeIndex, at: int, space: str) -> list[str]:
    spend = f"{rng.uniform(1, 9_000):,.2f}".replace(",", space).replace(".", ",")
    seen = int(rng.integers(10_000, 90_000))
    return [
        *("Activée", f"FR_GADS_SEA_{at // len(days):04d}_2026Q3", "20111222333", "Search"),
        *(f"{days[at % len(days)]:%Y-%m-%d}", "EUR", spend, f"{seen:,}".replace(",", space)),
        *(str(seen // 50), "12", "--"),
    ]


def _line(cells: list[str], codec: str, mark: str) -> str:
    if codec == "cp1252":
        cells[4] = "/".join(reversed(cells[4].split("-")))
    return mark.join(f'"{cell}"' if mark in cell else cell for cell in cells) + "\n"


def _params(path: Path) -> RunParams:
    name = {"fr": "Essai", "en": "Test"}
    (path.parent / "sales.csv").write_text(
        "date;ca\n"
        + "".join(f"{day.date()};100\n" for day in pd.date_range("2025-01-06", "2025-12-22", freq="7D"))
    )
    values = {
        "analysis": "speed",
        "title": name,
        "market": "France",
        "currency": "EUR",
        "calendar": {"start": "2025-01-06", "end": "2025-12-28"},
        "channels": {"search": {"label": name}},
        "outcomes": {"revenue": {"label": name, "source": "sales", "column": "ca"}},
        "naming": {"pattern": "FR_[A-Z]+_[A-Z]+_[0-9]{4}_2026Q3", "example": "FR_GADS_SEA_0001_2026Q3"},
        "file": path.parent / "params.yaml",
        "sources": {
            "ads": {"content": "media", "path": path.name, "channel": "search", "refresh": "once"},
            "sales": {"content": "outcome", "path": "sales.csv", "refresh": "once"},
        },
    }
    return RunParams.model_validate(values, strict=False)


def _read_and_check(path: Path) -> tuple[float, float, float, float]:
    params = _params(path)
    cpu, started = process_time(), perf_counter()
    tables = read_sources(params)
    read = perf_counter() - started
    check_sources(params, tables, date(2026, 1, 1))
    both = perf_counter() - started
    return read, both - read, both, process_time() - cpu


def _many_rules(folder: Path, rules: int, rows: int) -> float:
    """Run distinct row rules on one table of transactions in the database."""
    path = folder / "transactions.parquet"
    if not path.exists():
        query = (
            f"SELECT 'c' || (i % 9999) AS customer, DATE '2025-01-06' + (i % 350)::INT AS date, "
            f"(hash(i) % 100000) / 100.0 AS amount, 'search' AS channel FROM range({rows}) t(i)"
        )
        duckdb.sql(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    (folder / "ads.csv").write_text("date;spend\n2025-01-06;1\n")
    params = _params(folder / "ads.csv")
    sources = dict(params.sources)
    transactions = type(sources["ads"])(content="transactions", path=path.name)
    params = params.model_copy(update={"sources": {**sources, "transactions": transactions}})
    tables = read_sources(params)
    declared = [
        RowRule(
            name="negative_amount",
            severity=Severity.WARNING,
            contents=("transactions",),
            columns=("amount",),
            wrong=f"amount BETWEEN {at} + 0.001 AND {at} + 0.0015 OR length(customer) > {40 + at}",
        )
        for at in range(rules)
    ]
    reading = Reading(params, tables["transactions"])
    analysis = Analysis(params=params, readings={"transactions": reading}, as_of=date(2026, 1, 1))
    started = perf_counter()
    found = list(row_findings(reading, analysis, declared, 200))
    seconds = perf_counter() - started
    assert not found, found[:1]
    return seconds


if __name__ == "__main__":
    main()
