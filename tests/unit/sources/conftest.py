"""A small analysis whose sources each test declares."""

from pathlib import Path
from typing import Any

import pytest

from mmm.params import RunParams


@pytest.fixture
def make_params(tmp_path: Path):
    """Build `RunParams` beside `tmp_path` from its sources alone."""

    def make(sources: dict[str, Any], **more: Any) -> RunParams:
        values = {
            "analysis": "test",
            "title": {"fr": "Essai", "en": "Test"},
            "market": "France",
            "currency": "EUR",
            "calendar": {"start": "2026-08-31", "end": "2026-09-27"},
            "channels": {name: {"label": {"fr": name, "en": name}} for name in ("search", "social", "tv")},
            "outcomes": {
                "revenue": {"label": {"fr": "CA", "en": "Revenue"}, "source": "sales", "column": "ca"}
            },
            "file": tmp_path / "params.yaml",
            "sources": sources,
            **more,
        }
        return RunParams.model_validate(values, strict=False)

    return make
