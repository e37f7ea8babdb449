"""Fingerprints of what a run read and what it was computed with."""

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

LIBRARIES = (
    "mmm",
    "numpy",
    "pandas",
    "scipy",
    "numba",
    "nutpie",
    "pymc",
    "xarray",
    "ibis-framework",
    "duckdb",
)


def file_digest(path: Path) -> str:
    """Give the SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def value_digest(value: Any) -> str:
    """Give the SHA-256 of a value made of plain types, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def tree_digest(folder: Path, pattern: str) -> str:
    """Give one SHA-256 for all files of a folder that match, names included."""
    return value_digest(
        {str(path.relative_to(folder)): file_digest(path) for path in _files(folder, pattern)}
    )


def artefact_digests(folder: Path) -> dict[str, str]:
    """Give the SHA-256 of every file of a run but its manifest."""
    return {
        str(path.relative_to(folder)): file_digest(path)
        for path in _files(folder, "*")
        if path.name != "manifest.json" or path.parent != folder
    }


def library_versions() -> dict[str, str]:
    """Give the version of each library that figures depend on."""
    return {name: version(name) for name in LIBRARIES}


def _files(folder: Path, pattern: str) -> Iterable[Path]:
    return sorted(path for path in folder.rglob(pattern) if path.is_file())
