"""An analysis of four weeks whose files each test may spoil."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from four_weeks import AS_OF, FILES, SOURCES, label
from mmm.params import RunParams
from mmm.quality import check_sources
from mmm.sources import read_sources


@pytest.fixture
def make_params(tmp_path: Path):
    """Write the files, some of them replaced, and declare them, some differently."""

    def make(
        files: dict[str, str] | None = None, sources: dict[str, Any] | None = None, **more: Any
    ) -> RunParams:
        declared = {name: {**SOURCES[name], "path": f"{name}.csv"} for name in SOURCES}
        for name, text in {**FILES, **(files or {})}.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        for name, changed in (sources or {}).items():
            declared[name] = {**declared.get(name, {}), **changed}
        values = {
            "analysis": "test",
            "title": {"fr": "Essai", "en": "Test"},
            "market": "France",
            "currency": "EUR",
            "calendar": {"start": "2026-08-31", "end": "2026-09-27"},
            "channels": {"search": label("search"), "tv": label("tv")},
            "outcomes": {
                "revenue": {**label("revenue"), "source": "sales", "column": "ca"},
                "customers": {**label("customers"), "source": "sales", "column": "clients", "unit": "count"},
            },
            "model": {"controls": ["price"]},
            "naming": {
                "pattern": "(?P<country>[A-Z]{2})_(?P<tool>[A-Z]+)_(?P<objective>ACQ|BRAND)_(?P<quarter>20[0-9]{2}Q[1-4])",
                "example": "FR_SEA_ACQ_2026Q3",
            },
            "file": tmp_path / "params.yaml",
            "sources": declared,
            **more,
        }
        return RunParams.model_validate(values, strict=False)

    return make


@pytest.fixture
def check(make_params):
    """Give the findings of the analysis once spoilt."""

    def run(
        files: dict[str, str] | None = None, sources: dict[str, Any] | None = None, **more: Any
    ) -> pd.DataFrame:
        params = make_params(files, sources, **more)
        return check_sources(params, read_sources(params), AS_OF)

    return run
