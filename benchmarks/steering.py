"""How well and how fast abnormal variations are found: a curve over sizes, and seconds for many series.

    python benchmarks/steering.py

Series are simulated from a seed; two of each group of twenty hold an anomaly.
"""

import argparse
import platform
import sys
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from mmm.steering.abnormal import departures_of_many
from planted_anomalies import WAIT, calendar, measure, quiet

SIZES = {"spike": (3.0, 4.0, 5.0, 7.0), "trend_break": (0.5, 1.0, 1.5), "outage": (0.0,)}


def main() -> None:
    """Print the curve by shape and size, then the seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--groups", type=int, default=40)
    parser.add_argument("--series", type=int, default=2_000)
    asked = parser.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}\n")
    print(
        "| every | shape | size, noise sd | within | found | named right | false discoveries | false alarms "
        "| false alarms in peaks |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for frequency in ("weekly", "daily"):
        for shape, wait in WAIT.items():
            for size in SIZES.get(shape, SIZES["spike"]):
                seen = measure(shape, size, frequency, asked.groups, 3)
                shares = (seen.found, seen.named, seen.false_discoveries, seen.false_alarms)
                figures = " | ".join(f"{100 * share:.1f} %" for share in shares)
                figures += f" | {100 * seen.on_peaks:.2f} %"
                print(f"| {frequency} | {shape} | {size:g} | {wait} | {figures} |")
    values = np.exp(quiet(np.random.default_rng(1), "weekly", asked.series))
    cpu, started = process_time(), perf_counter()
    departures_of_many(values, calendar("weekly"), "weekly", 4)  # type: ignore[arg-type]
    wall = perf_counter() - started
    print(f"\n{asked.series:,} series of 156 weeks: {wall:.1f} s ({process_time() - cpu:.1f} s of processor)")


if __name__ == "__main__":
    main()
