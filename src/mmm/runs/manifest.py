"""What a run was: inputs, stages, verdict, artefacts. Read by pages, people and the next run."""

import json
import os
from pathlib import Path
from typing import Any, Literal, TypedDict

from mmm.errors import UserInputError

Status = Literal["running", "ok", "failed", "killed", "interrupted", "refused"]
MANIFEST = "manifest.json"
FORMAT = 1


class StageRecord(TypedDict):
    """How one stage ended."""

    status: str
    seconds: float
    peak_memory_mb: float
    key: str
    taken_from: str | None
    files: list[str]


class Manifest(TypedDict, total=False):
    """The content of manifest.json."""

    format: int
    analysis: str
    run_id: str
    title: dict[str, str]
    market: str
    currency: str
    vat: str
    language: str
    as_of: str
    checks: str
    period_start: str
    period_end: str
    started: str
    ended: str
    status: Status
    reason: str | None
    verdict: dict[str, Any]
    verdicts: list[dict[str, Any]]
    labels: dict[str, dict[str, dict[str, str]]]
    next_run: str | None
    seeds: dict[str, int]
    digests: dict[str, Any]
    versions: dict[str, str]
    stages: dict[str, StageRecord]
    artefacts: dict[str, str]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a run folder, whole or not at all."""
    partial = folder / f"{MANIFEST}.new"
    partial.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(partial, folder / MANIFEST)


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a run folder.

    Raises
    ------
    UserInputError
        The folder has none, or one that is not readable.
    """
    path = folder / MANIFEST
    try:
        manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise UserInputError(
            str(path), [f"not a readable manifest ({error}): is this a run folder?"]
        ) from None
    return manifest
