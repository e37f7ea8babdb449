"""What each stage depends on, as one fingerprint: equal keys mean equal artefacts.

A stage depends on the code, the data, its notebook and the sections of the
params that it or an earlier stage reads; so a new bound on the budget does not refit the model.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from mmm.params import RunParams
from mmm.runs.context import Context
from mmm.runs.digests import file_digest, tree_digest, value_digest
from mmm.runs.stages import STAGES, Stage

_MODEL = (
    "analysis", "country", "currency", "vat", "seed", "calendar", "exchange_rates", "sources", "channels",
    "outcomes", "model", "allocation",
)  # fmt: skip
_SECTIONS = {
    "data": (*_MODEL, "naming"),
    "model": _MODEL,
    "effects": _MODEL,
    "customers": (*_MODEL, "customers", "attribution"),
    "allocation": _MODEL,
}
"""Sections each stage reads; a stage that is not named reads all of them."""
_KNOWS_TODAY = {"data", "steering", "publish"}


def data_digests(params: RunParams) -> dict[str, str]:
    """Fingerprint every source; a database table counts as new at each run."""
    found = {}
    for name, source in params.sources.items():
        path = params.beside(source.path) if source.path else None
        found[name] = file_digest(path) if path and path.is_file() else ""
    return found


def stage_keys(params: RunParams, context: Context, notebooks: Path, run_id: str) -> dict[str, str]:
    """Give the key of each stage of this run."""
    shared = {
        "code": code_digest(),
        "data": data_digests(params),
        "database": run_id if any(source.database for source in params.sources.values()) else None,
        "checks": context.checks,
    }
    return {stage.name: _key(stage, params, context.as_of, notebooks, shared) for stage in STAGES}


def code_digest() -> str:
    """Fingerprint the package: code, texts and templates."""
    package = Path(__file__).resolve().parents[1]
    return value_digest(
        [tree_digest(package, pattern) for pattern in ("*.py", "*.yml", "*.j2", "*.css", "*.yaml")]
    )


def _key(stage: Stage, params: RunParams, as_of: date, notebooks: Path, shared: Mapping[str, object]) -> str:
    sections = _SECTIONS.get(stage.name, tuple(type(params).model_fields))
    values = params.model_dump(mode="json", exclude={"file"})
    named = [params.steering.kpis, params.steering.actions] if params.steering else []
    beside = [params.beside(name) for name in named if name] if stage.name not in _SECTIONS else []
    return value_digest(
        {
            "stage": stage.name,
            "params": {section: values[section] for section in sections if section in values},
            "files": [file_digest(path) for path in beside if path.is_file()],
            "notebook": file_digest(notebooks / stage.notebook),
            "as_of": as_of.isoformat() if stage.name in _KNOWS_TODAY else None,
            **shared,
        }
    )
