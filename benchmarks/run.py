"""Measure what a user waits for, and print a table with the machine and the versions.

`make bench`. Times are wall seconds of whole processes, the median of several unless a line says
cold; memory is the highest sum over a process and its children. Runs on two cores whatever the
machine has, because that is what we design for.
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from page_server import FLAGS, TOKEN, running_server

ROOT = Path(__file__).resolve().parents[1]
MMM = str(Path(sys.executable).with_name("mmm"))
AS_OF = ("--as-of", "2026-10-05")
CORES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    name: str
    seconds: float
    target: float
    memory_mb: float


def timed(command: list[str], **environment: str) -> tuple[float, float]:
    """Give the wall seconds and the peak memory in MB of a command that must succeed."""
    started = time.perf_counter()
    process = psutil.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    peak, stop = [0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(process, peak, stop))
    watcher.start()
    code = process.wait()
    stop.set()
    watcher.join()
    if code != 0:
        raise SystemExit(f"{' '.join(command)} ended with {code}")
    return time.perf_counter() - started, peak[0] / 2**20


def _watch(process: psutil.Popen, peak: list[int], stop: threading.Event) -> None:
    while not stop.wait(0.1):
        try:
            family = [process, *process.children(recursive=True)]
            peak[0] = max(peak[0], sum(member.memory_info().rss for member in family))
        except psutil.Error:
            continue


def median_of(count: int, command: list[str]) -> tuple[float, float]:
    runs = [timed(command) for _ in range(count)]
    return statistics.median(seconds for seconds, _ in runs), max(memory for _, memory in runs)


def measure(name: str, target: float, work: Callable[[], tuple[float, float]]) -> Measure:
    print(f"measuring {name} ...", file=sys.stderr, flush=True)
    seconds, memory = work()
    return Measure(name=name, seconds=seconds, target=target, memory_mb=memory)


def cold_run(reports: Path) -> tuple[float, float]:
    """Run the demo with every compilation cache empty."""
    with tempfile.TemporaryDirectory() as cache:
        home = {"NUMBA_CACHE_DIR": f"{cache}/numba", "PYTENSOR_FLAGS": f"base_compiledir={cache}/pytensor"}
        return timed([MMM, "run", "params/demo.yaml", "--fresh", *AS_OF, "--reports", str(reports)], **home)


def page_seconds(reports: Path, page: str, visits: int = 5) -> tuple[float, float]:
    """Time a page's first content in Chromium on a warm server, empty browser profile each time."""
    seconds = []
    with running_server(reports) as server, sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for _ in range(visits + 1):
            context = browser.new_context()
            tab = context.new_page()
            started = time.perf_counter()
            tab.goto(f"{server.address}/demo/{page}.fr.html?token={TOKEN}", wait_until="commit")
            tab.wait_for_selector("h1")
            seconds.append(time.perf_counter() - started)
            context.close()
        browser.close()
    return statistics.median(seconds[1:]), 0.0


def machine() -> str:
    names = ("numpy", "numba", "nutpie", "pymc", "pandas", "duckdb", "voila")
    versions = ", ".join(f"{name} {version(name)}" for name in names)
    return f"{CORES} cores of {platform.machine()}, Python {platform.python_version()}, {versions}"


def main() -> None:
    psutil.Process().cpu_affinity(list(range(min(CORES, os.cpu_count() or 1))))
    with tempfile.TemporaryDirectory() as folder:
        reports = Path(folder)
        run = [MMM, "run", "params/demo.yaml", "--fresh", *AS_OF, "--reports", str(reports)]
        rows = [
            measure("mmm --help", 0.5, lambda: median_of(5, [MMM, "--help"])),
            measure("import mmm", 0.3, lambda: median_of(5, [sys.executable, "-c", "import mmm"])),
            measure("mmm check (demo)", 3, lambda: median_of(3, [MMM, "check", "params/demo.yaml", *AS_OF])),
            measure("mmm run (demo), cold caches", 90, lambda: cold_run(reports)),
            measure("mmm run (demo), warm", 60, lambda: median_of(3, run)),
            measure("strategic page, first content", 1, lambda: page_seconds(reports, "strategic")),
            measure("steering page, first content", 1, lambda: page_seconds(reports, "steering")),
        ]
    print(f"{machine()}\n\n| what | seconds | target | peak memory, MB |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row.name} | {row.seconds:.2f} | {row.target} | {row.memory_mb or float('nan'):.0f} |")


if __name__ == "__main__":
    main()
