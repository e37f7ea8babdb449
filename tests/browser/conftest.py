"""A published sample, a server on a free port with a token, and Chromium that can reach nothing else."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from mmm.dashboards import publish_report
from sample_run import build_sample_run

TOKEN = "a-token-for-tests"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@dataclass
class Server:
    """A running `serve` and what it serves."""

    address: str
    reports: Path
    process: subprocess.Popen
    token: str = TOKEN


@dataclass
class Visit:
    """A page and what went wrong on it."""

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


def start_server(reports: Path) -> Server:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = (
        f"from mmm.dashboards import serve; serve({str(reports)!r}, port={port}, lang='fr', token={TOKEN!r})"
    )
    with (reports / "server.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-c", code], stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/login", timeout=2).close()
            return Server(address, reports, process)
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.2)
    process.terminate()
    pytest.fail((reports / "server.log").read_text())


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    reports = tmp_path_factory.mktemp("served")
    publish_report(build_sample_run(reports))
    running = start_server(reports)
    yield running
    running.process.terminate()
    running.process.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def context(browser, server) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1440, "height": 900})
    opened.request.get(f"{server.address}/index.fr.html?token={TOKEN}")
    yield opened
    opened.close()


@pytest.fixture
def visit(context) -> Visit:
    """A page whose every request to another host is refused and noted."""
    seen = Visit(page=context.new_page())

    def guard(route):
        if urlsplit(route.request.url).hostname in {"127.0.0.1", None}:
            route.continue_()
        else:
            seen.foreign.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
    seen.page.on("console", lambda m: seen.errors.append(m.text) if m.type == "error" else None)
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    return seen


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory) -> Path:
    """Where screenshots go: the folder that MMM_SCREENSHOTS names, else a temporary one."""
    folder = Path(os.environ.get("MMM_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
