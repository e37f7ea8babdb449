"""Analyses over files written in the test."""

from pathlib import Path
from typing import Any

import pytest

from four_weeks import label
from mmm.params import RunParams


@pytest.fixture
def make_params(tmp_path: Path):
    """Write files and declare them; each key of `files` is a source."""

    def make(files: dict[str, tuple[dict[str, Any], str]], **more: Any) -> RunParams:
        sources = {}
        for name, (declared, text) in files.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
            sources[name] = {"path": f"{name}.csv", **declared}
        values = {
            "analysis": "test",
            "title": {"fr": "Essai", "en": "Test"},
            "market": "France",
            "currency": "EUR",
            "calendar": {"start": "2026-08-31", "end": "2026-09-20"},
            "channels": {
                "search": {**label("search"), "fee_rate": 0.05},
                "tv": {**label("tv"), "fee_rate": 0.1},
            },
            "outcomes": {"revenue": {**label("revenue"), "source": "sales", "column": "ca"}},
            "file": tmp_path / "params.yaml",
            "sources": sources,
            **more,
        }
        return RunParams.model_validate(values, strict=False)

    return make
