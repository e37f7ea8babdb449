"""Twenty simulated worlds, fitted: are the truths inside the intervals, and how far is an oracle?

Run `python benchmarks/recovery.py [--outcome revenue] [--worlds 20]`. The oracle knows every true
retention, half-saturation and slope, and estimates only the strengths, with the same beliefs in
money: what it misses, no model can find in such data.
"""

import argparse
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.stats import binom

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from recovery_worlds import Recovery, recover


def main() -> None:
    """Print the table of one outcome."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--outcome", default="revenue")
    options.add_argument("--worlds", type=int, default=20)
    chosen = options.parse_args()
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(f"{chosen.outcome}: error = sum of absolute errors of contributions / true media total")
    print(
        f"{'world':>5} {'error':>7} {'oracle':>7} {'total':>7} {'oracle':>7} {'inside':>7} {'oracle':>7}"
        f" {'width':>6} {'R-hat':>6} {'ESS':>6} {'runs':>4} {'s':>5}"
    )
    models: list[Recovery] = []
    oracles: list[Recovery] = []
    for seed in range(1, chosen.worlds + 1):
        start = time.perf_counter()
        model, oracle = recover(seed, chosen.outcome)
        seconds = time.perf_counter() - start
        models.append(model)
        oracles.append(oracle)
        print(
            f"{seed:5d} {model.error:7.1%} {oracle.error:7.1%} {model.total_error:+7.1%} "
            f"{oracle.total_error:+7.1%} {model.covered:3d}/{model.n_channels:<3d} "
            f"{oracle.covered:3d}/{oracle.n_channels:<3d} {model.width:6.2f} {model.r_hat:6.3f} "
            f"{model.ess:6.0f} {model.attempts:4d} {seconds:5.1f}",
            flush=True,
        )
    for name, found in (("model", models), ("oracle", oracles)):
        print(summary(name, found))


def summary(name: str, found: Sequence[Recovery]) -> str:
    """One line: median errors, coverage with its 99 % binomial band."""
    n_intervals = sum(one.n_channels for one in found)
    inside = sum(one.covered for one in found)
    low, high = binom.ppf([0.005, 0.995], n_intervals, 0.9) / n_intervals
    return (
        f"{name}: median error {np.median([one.error for one in found]):.1%}, "
        f"media total off by {np.median([abs(one.total_error) for one in found]):.1%} in median "
        f"(mean {np.mean([one.total_error for one in found]):+.1%}), "
        f"coverage of 90 % intervals {inside / n_intervals:.1%} of {n_intervals} "
        f"(99 % band {low:.1%} to {high:.1%}), of totals "
        f"{np.mean([one.total_covered for one in found]):.0%}, "
        f"mean width {np.mean([one.width for one in found]):.2f}"
    )


if __name__ == "__main__":
    main()
