"""Finding what is published, and refusing what changed since."""

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

ANALYSIS = r"[A-Za-z0-9][A-Za-z0-9_-]*"
FILE = r"(?:strategic|steering|operational|roles|weekly|monthly|quarterly)\.(?:fr|en)\.html"
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


class NotPublishedError(Exception):
    """No such page, analysis, or published run."""


class TamperedError(Exception):
    """A page that is not the one that was published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page ready to be sent."""

    content: bytes
    compressed: bytes
    tag: str


def published_run(reports: Path, analysis: str) -> Path:
    """Give the folder of the run that `latest` names, read anew at each call.

    Raises
    ------
    NotPublishedError
        The analysis is unknown, or what `latest` holds is not the name of a run beside it.
    """
    if not re.fullmatch(ANALYSIS, analysis):
        raise NotPublishedError(analysis)
    try:
        run_id = (reports / analysis / "latest").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise NotPublishedError(analysis) from None
    if not _RUN_ID.fullmatch(run_id) or not (folder := reports / analysis / run_id).is_dir():
        raise NotPublishedError(analysis)
    return folder


def read_page(run: Path, name: str) -> Page:
    """Read a page of a run and check it against the digest written at publication.

    Raises
    ------
    NotPublishedError
        The run has no such page.
    TamperedError
        Its content is not the one that was published.
    """
    folder = run / "pages"
    try:
        digests: dict[str, str] = json.loads((folder / "manifest.json").read_text("utf-8"))
        expected = digests[name]
        content = (folder / name).read_bytes()
        compressed = (folder / f"{name}.gz").read_bytes()
    except (OSError, KeyError, ValueError):
        raise NotPublishedError(name) from None
    if sha256(content).hexdigest() != expected:
        raise TamperedError(name)
    return Page(content=content, compressed=compressed, tag=expected[:32])


def published_analyses(reports: Path) -> dict[str, dict[str, Any]]:
    """Give the manifest of the published run of every analysis, by name."""
    found = {}
    for folder in sorted(reports.iterdir()) if reports.is_dir() else ():
        try:
            run = published_run(reports, folder.name)
            found[folder.name] = json.loads((run / "manifest.json").read_text("utf-8"))
        except (NotPublishedError, OSError, ValueError):
            continue
    return found
