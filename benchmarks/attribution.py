"""Time and memory of attribution at size: `python benchmarks/attribution.py [n_journeys]`.

Touches are written to Parquet first; the measured process is pinned to two cores, reads them,
and credits. Processor seconds add the threads up; memory is the peak of the process.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

import duckdb
import ibis

from mmm.attribution import JourneyRules, credits, read_paths, share_intervals, shares_of

N_CHANNELS = 15


def write_touches(file: Path, n_journeys: int) -> None:
    """Write touches: journeys of 2.4 touches on average over 15 channels, one in six converts."""
    duckdb.execute("SET threads = 2").execute("SELECT setseed(0.4)").execute(
        f"""COPY (
            SELECT j AS journey,
                   'channel_' || CAST(floor({N_CHANNELS} * random() * random()) AS INT) AS channel,
                   TIMESTAMP '2026-01-01' + to_minutes(CAST(floor(t * 900 + 800 * random()) AS INT)) AS date,
                   CAST(t = n - 1 AND won AS INT) AS converted,
                   CASE WHEN t = n - 1 AND won THEN 80 END AS value
            FROM (SELECT j, CAST(least(1 + floor(-1.9 * ln(random() + 1e-9)), 15) AS INT) AS n,
                         random() < 0.17 AS won FROM range({n_journeys}) s(j)),
                 LATERAL (SELECT unnest(range(n)) AS t)) TO '{file}' (FORMAT parquet)"""
    )


def measured(file: str) -> dict[str, float]:
    """Read, credit, and bootstrap; seconds of each."""
    connection = ibis.duckdb.connect(threads=2)
    touches = connection.read_parquet(file)
    started = time.process_time()
    paths = read_paths(touches, "touches", JourneyRules(lookback_days=90))
    grouped = time.process_time()
    credits(paths)
    credited = time.process_time()
    share_intervals(paths, shares_of(paths), 1, 500)
    return {
        "grouping": grouped - started,
        "credit": credited - grouped,
        "bootstrap": time.process_time() - credited,
        "n_paths": paths.n_paths,
    }


def main() -> None:
    """Measure and print the table."""
    os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[:2]))
    words = sys.argv[1:]
    if words and not words[0].isdigit():
        found = measured(words[0])
        status = Path("/proc/self/status").read_text().splitlines()
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
        print(json.dumps({**found, "peak": peak}))
        return
    n_journeys = int(words[0]) if words else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "touches.parquet"
        write_touches(file, n_journeys)
        done = subprocess.run(
            [sys.executable, __file__, str(file)], check=True, capture_output=True, text=True
        )
    found = json.loads(done.stdout.splitlines()[-1])
    names = ("numpy", "scipy", "duckdb", "ibis-framework")
    print(f"2 cores of {platform.machine()}, " + ", ".join(f"{name} {version(name)}" for name in names))
    print(f"{n_journeys:,} journeys, {N_CHANNELS} channels, {found['n_paths']:,.0f} distinct paths")
    print("\n| work | processor seconds | target, seconds |\n|---|---|---|")
    print(f"| grouping from Parquet | {found['grouping']:.2f} | |")
    print(f"| rules, Markov of order 1, Shapley | {found['credit']:.2f} | 2, with grouping |")
    print(f"| 500 resamples of every method | {found['bootstrap']:.2f} | 10 |")
    print(f"\nPeak memory {found['peak']:.0f} MB (target 500)")


if __name__ == "__main__":
    main()
