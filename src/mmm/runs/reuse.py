"""Stages taken from the last complete run, when nothing they depend on has changed."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from mmm.errors import UserInputError
from mmm.runs.digests import file_digest
from mmm.runs.layout import run_ids
from mmm.runs.manifest import MANIFEST, Manifest, StageRecord, read_manifest

_OF_THE_RUN = {MANIFEST, "context.json", "params.yaml"}


def last_complete(folder: Path) -> tuple[Path, Manifest] | None:
    """Give the newest complete run whose manifest can be read."""
    for run_id in reversed(run_ids(folder)):
        try:
            return folder / run_id, read_manifest(folder / run_id)
        except UserInputError:
            continue
    return None


def taken(stage: str, key: str, donor: tuple[Path, Manifest] | None, partial: Path) -> StageRecord | None:
    """Copy a stage's files from the donor when its key is ours and every file is what was sealed."""
    if donor is None:
        return None
    folder, manifest = donor
    record = manifest["stages"].get(stage)
    if record is None or record["key"] != key or record["status"] != "ok":
        return None
    if not all(_is_as_sealed(folder, name, manifest) for name in record["files"]):
        return None
    for name in record["files"]:
        (partial / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, partial / name)
    return StageRecord(**{**record, "taken_from": record["taken_from"] or folder.name})


def _is_as_sealed(folder: Path, name: str, manifest: Manifest) -> bool:
    path = folder / name
    return path.is_file() and file_digest(path) == manifest["artefacts"].get(name)


def files_of(partial: Path) -> set[str]:
    """Name every file of a run folder."""
    return {str(path.relative_to(partial)) for path in partial.rglob("*") if path.is_file()}


def clear_leftovers(partial: Path, finished: Iterable[StageRecord]) -> None:
    """Delete what an interrupted stage left: files that no finished stage owns."""
    owned = _OF_THE_RUN.union(*(record["files"] for record in finished))
    for name in files_of(partial) - owned:
        (partial / name).unlink()
