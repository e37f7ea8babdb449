"""Publication: each page drawn once, through Voilà's own exporter, with the digest that is checked."""

import asyncio
import gzip
import json
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import nbformat
from voila.exporter import VoilaExporter
from voila.paths import collect_template_paths

from mmm.dashboards.notebooks import notebooks_folder, shown_notebook
from mmm.lazy import import_json_schema
from mmm.reporting import PUBLISHED, Report, read_report, write_report
from mmm.reporting.document import document_title
from mmm.reporting.header import page_header
from mmm.reporting.templates import render, style
from mmm.texts import LANGUAGES, Language

TEMPLATES = Path(__file__).parent / "templates"
FOLDER = "pages"

type WriteReport = Callable[[Report], list[Path]]


def publish_report(run_folder: str | Path, notebooks: str | Path | None = None) -> list[str]:
    """Write what readers will see: pages, review packs and one report, in both languages; name the files."""
    return [path.name for path in _published(Path(run_folder), notebooks, write_report)]


def render_pages(run_folder: str | Path, notebooks: str | Path | None = None) -> list[Path]:
    """Write `pages/<page>.<language>.html`, the same gzipped, and their digests into a run folder.

    Parameters
    ----------
    notebooks : path, optional
        Folder of the pages' notebooks; found by itself when left out.
    """
    return _published(Path(run_folder), notebooks, _no_report)


def _published(run_folder: Path, notebooks: str | Path | None, report: WriteReport) -> list[Path]:
    """Draw the languages side by side, each in a process of its own: Altair keeps state per process."""
    folder = read_report(run_folder).folder / FOLDER
    folder.mkdir(exist_ok=True)
    place = Path(notebooks) if notebooks else notebooks_folder()
    here, *elsewhere = LANGUAGES
    spawn = get_context("spawn")
    with ProcessPoolExecutor(len(elsewhere), spawn, import_json_schema) as others:
        waiting = [others.submit(_in_one_language, run_folder, each, place, report) for each in elsewhere]
        done = [_in_one_language(run_folder, here, place, report), *(each.result() for each in waiting)]
    digests = {name: digest for each in done for name, digest in each.digests.items()}
    replacement = folder / "manifest.json.new"
    replacement.write_text(json.dumps(digests, indent=1) + "\n", "utf-8")
    os.replace(replacement, folder / "manifest.json")
    return [*(folder / name for name in digests), *(path for each in done for path in each.reports)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """What one language left in the run folder."""

    digests: dict[str, str]
    """Page: SHA-256 of its bytes."""
    reports: list[Path]


def _in_one_language(run_folder: Path, language: Language, notebooks: Path, write: WriteReport) -> _Written:
    report = read_report(run_folder, language)
    pages = {f"{page}.{language}.html": _page_html(report, page, notebooks) for page in PUBLISHED}
    if report.has_simulator:
        pages[f"simulator.{language}.html"] = _simulator_notice(report)
    digests = {name: _write(report.folder / FOLDER / name, html) for name, html in pages.items()}
    return _Written(digests=digests, reports=write(report))


def _no_report(_report: Report) -> list[Path]:
    return []


def _write(path: Path, html: str) -> str:
    content = html.encode()
    path.write_bytes(content)
    path.with_suffix(".html.gz").write_bytes(gzip.compress(content, mtime=0))
    return sha256(content).hexdigest()


def _page_html(report: Report, page: str, notebooks: Path) -> str:
    notebook = shown_notebook(
        notebooks / f"{page}.ipynb", {"run_folder": str(report.folder), "language": report.language}
    )
    notebook.metadata["mmm"] = {
        "language": report.language,
        "title": document_title(report, page),
        "style": str(style()),
    }
    with ThreadPoolExecutor(1) as apart:  # a notebook's kernel has an event loop of its own
        return apart.submit(asyncio.run, _exported(notebook)).result()


def _simulator_notice(report: Report) -> str:
    """Say, where the file is opened without a server, how to get the simulator."""
    return str(
        render(
            "document",
            language=report.language,
            title=document_title(report, "simulator"),
            style=style(),
            header=page_header(report, "simulator"),
            parts=[
                (
                    "simulator",
                    "",
                    [render("message", sentence=report.say("simulator.needs_server"), detail="mmm serve")],
                )
            ],
            footer="",
        )
    )


class _NoKernel:
    """Stands in for the kernel: the cells already hold what they show."""

    @staticmethod
    async def start(notebook: nbformat.NotebookNode) -> str:
        return ""

    @staticmethod
    async def cells(notebook: nbformat.NotebookNode, kernel: str) -> AsyncIterator[Any]:
        for cell in notebook.cells:
            yield cell


async def _exported(notebook: nbformat.NotebookNode) -> str:
    paths = [str(TEMPLATES / "pages"), *collect_template_paths(["voila", "nbconvert"], "base", prune=True)]
    exporter = VoilaExporter(template_paths=paths, template_name="base", base_url="/")
    context = {
        "kernel_start": _NoKernel.start,
        "cell_generator": _NoKernel.cells,
        "frontend": "voila",
        "main_js": "",
        "progressive_rendering": False,
    }
    pieces = exporter.generate_from_notebook_node(notebook, resources={}, extra_context=context)
    return "".join([html async for html, _ in pieces])
