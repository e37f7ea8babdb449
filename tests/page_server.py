"""The pages' server on a free port, with a token, for browser tests and benchmarks."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TOKEN = "a-token-for-tests"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Server:
    """A running `serve` and what it serves."""

    address: str
    reports: Path
    process: subprocess.Popen
    token: str = TOKEN


@contextmanager
def running_server(reports: Path) -> Iterator[Server]:
    """Serve the published runs of a folder; the server ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = (
        f"from mmm.dashboards import serve; serve({str(reports)!r}, port={port}, lang='fr', token={TOKEN!r})"
    )
    with (reports / "server.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-c", code], stdout=log, stderr=subprocess.STDOUT)
    try:
        yield _answering(f"http://127.0.0.1:{port}", reports, process)
    finally:
        process.terminate()
        process.wait(20)


def _answering(address: str, reports: Path, process: subprocess.Popen) -> Server:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/login", timeout=2).close()
            return Server(address, reports, process)
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.2)
    raise RuntimeError((reports / "server.log").read_text())
