"""Time and memory of customers at size: `python benchmarks/customers.py [n_customers]`.

Each step runs in a process of its own, pinned to two cores, on data that it makes; seconds are the
best of the repeats (processor seconds add the threads up), memory the peak of the process.
Compiled code is cached by a first call.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path

import duckdb
import ibis
import numpy as np
import pandas as pd

from mmm.customers import (
    LtvTerms,
    SpendPatterns,
    fit_bgnbd,
    fit_gamma_gamma,
    ltv_by_channel,
    purchase_patterns,
    purchases_without_refunds,
    read_history,
    rfm,
)

CDNOW = "ltv/cdnow_customers_summary_with_transactions.csv"
HAND_WRITTEN = """
SELECT customer, count(*) - 1 AS frequency, date_diff('day', min(day), max(day)) AS recency,
       date_diff('day', min(day), DATE '2026-12-31') AS age, arg_min(cents, day) AS first_cents,
       sum(cents) - arg_min(cents, day) AS repeat_cents, arg_min(channel, day) AS channel
FROM (SELECT customer, CAST(date AS DATE) AS day, sum(CAST(round(amount * 100) AS BIGINT)) AS cents,
             min(channel) AS channel FROM read_parquet('{file}') GROUP BY ALL) GROUP BY customer
"""


def write_lines(file: Path, n_lines: int, n_customers: int) -> None:
    """Write shuffled transactions to Parquet: customer, date, amount, channel."""

    n_channels = 8
    duckdb.execute("SET threads = 2").execute("SELECT setseed(0.4)").execute(
        f"""COPY (
            SELECT c AS customer, round(-30 * ln(random() + 1e-9) * size, 2) AS amount,
                   DATE '2024-01-01' + CAST(floor(300 * born + span * random() * (1090 - 300 * born)) AS INT)
                   AS date, 'channel_' || (c % {n_channels}) AS channel
            FROM (SELECT c, random() AS born, random() AS span, 0.5 + random() AS size,
                         1 + floor(-{n_lines / n_customers - 1} * ln(random() + 1e-9)) AS n
                  FROM range({n_customers}) t(c)),
                 LATERAL (SELECT unnest(range(CAST(n AS BIGINT))))
            ORDER BY random()) TO '{file}' (FORMAT parquet)"""
    )


def simulated(n_customers: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Buy as BG/NBD says (1.2, 40 days, 0.8, 6.0): frequency, recency and age in days."""
    rng = np.random.default_rng(1)
    age = rng.integers(30, 730, n_customers).astype(float)
    rate, chance = rng.gamma(1.2, 1 / 40.0, n_customers), rng.beta(0.8, 6.0, n_customers)
    bought, last, alive = np.zeros(n_customers), np.zeros(n_customers), np.ones(n_customers, dtype=bool)
    now = np.zeros(n_customers)
    while alive.any():
        now[alive] += rng.exponential(1.0 / rate[alive])
        alive &= now < age
        bought[alive] += 1
        last[alive] = np.floor(now[alive])
        alive &= rng.random(n_customers) > chance
    return bought, last, age


def cdnow() -> dict[str, float]:
    """Fit BG/NBD on CDNOW."""

    rows = pd.read_csv(Path(os.environ["MMM_REFERENCE_DATA"]) / CDNOW)
    patterns = purchase_patterns(rows["x"], rows["t_x"], rows["T"])
    return best(lambda: fit_bgnbd(patterns), 20)


def exact_fit(n_customers: int) -> dict[str, float]:
    """Fit BG/NBD and Gamma-Gamma from one row per customer."""

    bought, last, age = simulated(n_customers)
    rng = np.random.default_rng(2)
    again = bought[bought > 0]
    spent = np.round(rng.gamma(6.0 * again, 1.0 / rng.gamma(3.7, 1 / 15.0, len(again))), 2) + 0.01

    def work() -> None:
        fit_bgnbd(purchase_patterns(bought, last, age, "days"))
        fit_gamma_gamma(SpendPatterns(frequency=again, mean_spend=spent / again, count=np.ones(len(again))))

    return best(work, 3)


def rfm_lines(file: str, *, ours: bool) -> dict[str, float]:
    """RFM from Parquet, by our expressions or by a query written by hand."""

    connection = ibis.duckdb.connect(threads=2)
    until = date(2026, 12, 31)
    if ours:
        table = rfm(purchases_without_refunds(connection.read_parquet(file), until), until)
        query = ibis.to_sql(table, dialect="duckdb")
    else:
        query = HAND_WRITTEN.format(file=file)
    check = f"SELECT sum(frequency), sum(recency), sum(repeat_cents) FROM ({query})"
    return best(lambda: connection.raw_sql(check).fetchall(), 3)


def value_with_intervals(file: str) -> dict[str, float]:
    """From transactions to LTV by channel with 90 % intervals."""

    connection = ibis.duckdb.connect(threads=2)
    terms = LtvTerms(margin_rate=0.5, discount_rate=0.1, horizon_months=36)
    lines = connection.read_parquet(file)
    started, cpu = time.perf_counter(), time.process_time()
    history = read_history(lines, "lines")
    ltv_by_channel(history.cohorts, terms, 1)
    return {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}


def best(work: Callable[[], object], repeats: int) -> dict[str, float]:
    """Give the shortest of several wall and processor times, after one call that warms caches."""
    work()
    found = []
    for _ in range(repeats):
        started, cpu = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - started, time.process_time() - cpu))
    return {"seconds": min(wall for wall, _ in found), "cpu": min(cpu for _, cpu in found)}


def apart(*command: str) -> dict[str, float]:
    """Run one measure in a process of its own; with its peak memory in MB."""
    done = subprocess.run([sys.executable, __file__, *command], check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Measure and print the table."""
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:2]))
    words = sys.argv[1:]
    if words and not words[0].isdigit():
        name, *given = words
        work = {
            "cdnow": cdnow,
            "fit": lambda: exact_fit(int(given[0])),
            "ours": lambda: rfm_lines(given[0], ours=True),
            "hand": lambda: rfm_lines(given[0], ours=False),
            "value": lambda: value_with_intervals(given[0]),
        }[name]()
        status = Path("/proc/self/status").read_text().splitlines()
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
        print(json.dumps({**work, "peak": peak}))
        return
    n_customers = int(words[0]) if words else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lines.parquet"
        write_lines(file, 10 * n_customers, n_customers)
        rows = [
            ("BG/NBD, CDNOW", "0.015 s", apart("cdnow")),
            (
                f"BG/NBD + Gamma-Gamma, {n_customers:,} customers, exact",
                "1.5 s, 1 GB",
                apart("fit", str(n_customers)),
            ),
            (f"RFM of {10 * n_customers:,} lines, ours", "1.2 x next", apart("ours", str(file))),
            ("the same, written by hand", "", apart("hand", str(file))),
            ("from these lines to LTV with intervals", "10 s, 2 GB", apart("value", str(file))),
        ]
    names = ("numpy", "scipy", "numba", "duckdb", "ibis-framework")
    print(f"2 cores of {platform.machine()}, " + ", ".join(f"{name} {version(name)}" for name in names))
    print("\n| work | seconds | processor seconds | peak MB | target |\n|---|---|---|---|---|")
    for name, target, found in rows:
        print(f"| {name} | {found['seconds']:.3f} | {found['cpu']:.3f} | {found['peak']:.0f} | {target} |")


if __name__ == "__main__":
    main()
