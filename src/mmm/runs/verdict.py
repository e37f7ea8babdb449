"""The verdict of a run, as its folder holds it."""

import json
from pathlib import Path
from typing import Any

VERDICTS = "verdicts.json"


def all_verdicts(folder: Path) -> list[dict[str, Any]]:
    """Read every verdict of a run; none before the model stage."""
    path = folder / VERDICTS
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return found


def run_verdict(folder: Path) -> dict[str, Any]:
    """Give the verdict on the whole run: subject, level, reasons."""
    return next(verdict for verdict in all_verdicts(folder) if verdict["subject"] == "run")
