"""Where the runs of an analysis live under reports/, and which one is published."""

import os
import re
from pathlib import Path

RUN_ID = re.compile(r"[0-9]{8}-[0-9]{3}")
LATEST = "latest"
HISTORY = "published"
"""Runs that were published, one a line, the newest last."""
DRAFT = "draft"


def analysis_folder(reports: Path, analysis: str) -> Path:
    """Give the folder that holds every run of one analysis."""
    return reports / analysis


def run_ids(folder: Path) -> list[str]:
    """List the complete runs of an analysis, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in folder.iterdir() if RUN_ID.fullmatch(entry.name))


def latest_run(folder: Path) -> Path | None:
    """Give the published run of an analysis, or None when nothing is published."""
    pointer = folder / LATEST
    if not pointer.is_file():
        return None
    run_id = pointer.read_text(encoding="utf-8", errors="replace").strip()
    run = folder / run_id
    return run if RUN_ID.fullmatch(run_id) and run.is_dir() else None


def publish(folder: Path, run_id: str) -> None:
    """Make a run the one that readers see; readers see the old one or the new one, never neither."""
    _point(folder, run_id)
    with (folder / HISTORY).open("a", encoding="utf-8") as stream:
        stream.write(f"{run_id}\n")


def withdraw(folder: Path, run_id: str) -> str | None:
    """Take a run away from readers; give the run that they see now, if any.

    They go back to the run that was published before it; a run that they do not
    see is only struck from that history.
    """
    history = folder / HISTORY
    lines = history.read_text(encoding="utf-8").split() if history.exists() else []
    left = [other for other in lines if other != run_id and (folder / other).is_dir()]
    history.write_text("".join(f"{other}\n" for other in left), encoding="utf-8")
    seen = latest_run(folder)
    if seen is not None and seen.name != run_id:
        return seen.name
    if left:
        _point(folder, left[-1])
        return left[-1]
    (folder / LATEST).unlink(missing_ok=True)
    return None


def _point(folder: Path, run_id: str) -> None:
    replacement = folder / f"{LATEST}.new"
    replacement.write_text(f"{run_id}\n", encoding="utf-8")
    os.replace(replacement, folder / LATEST)


def next_run_id(folder: Path, day: str) -> str:
    """Number the runs of a day (`YYYYMMDD`): 20261005-001, -002, failed ones counted."""
    taken = [0]
    if folder.is_dir():
        names = (entry.name.split(".")[0] for entry in folder.iterdir())
        taken += [int(name[9:]) for name in names if RUN_ID.fullmatch(name) and name.startswith(day)]
    return f"{day}-{max(taken) + 1:03d}"
