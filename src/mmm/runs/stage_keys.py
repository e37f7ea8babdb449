"""What each stage depends on, as one fingerprint: equal keys mean equal artefacts.

A stage depends on the code, the data, the notebooks and the sections of the params that it
or an earlier stage reads; so a new bound on the budget does not refit the model.
"""

from pathlib import Path

from mmm.params import RunParams
from mmm.runs.context import Context
from mmm.runs.digests import file_digest, tree_digest, value_digest
from mmm.runs.stages import STAGES

_DATA = (
    "analysis", "country", "currency", "vat", "seed", "calendar", "exchange_rates", "sources", "channels",
    "outcomes", "model", "naming",
)  # fmt: skip
_SECTIONS: dict[str, tuple[str, ...]] = {
    "data": _DATA,
    "model": (),
    "effects": (),
    "customers": ("customers", "attribution"),
    "allocation": ("allocation",),
}
"""Sections that each stage adds to what earlier ones read."""
_NEVER_TAKEN = {"steering", "publish"}
"""They read what people recorded since: decisions, states of alerts."""
_KNOWS_TODAY = {"data"}


def data_digests(params: RunParams) -> dict[str, str]:
    """Fingerprint every source; a database table counts as new at each run."""
    found = {}
    for name, source in params.sources.items():
        path = params.beside(source.path) if source.path else None
        found[name] = file_digest(path) if path and path.is_file() else ""
    return found


def stage_keys(params: RunParams, context: Context, notebooks: Path, run_id: str) -> dict[str, str]:
    """Give the key of each stage of this run; a stage's key holds those of the stages before it."""
    chain: object = {
        "code": code_digest(),
        "data": data_digests(params),
        "database": run_id if any(source.database for source in params.sources.values()) else None,
        "checks": context.checks,
        "horizon": params.allocation.horizon_periods if params.allocation else None,
    }
    values = params.model_dump(mode="json", exclude={"file"})
    keys = {}
    for stage in STAGES:
        sections = {name: values[name] for name in _SECTIONS.get(stage.name, ())}
        chain = value_digest([chain, stage.name, file_digest(notebooks / stage.notebook), sections])
        own = run_id if stage.name in _NEVER_TAKEN else None
        today = context.as_of.isoformat() if stage.name in _KNOWS_TODAY else None
        keys[stage.name] = value_digest([chain, own, today])
    return keys


def code_digest() -> str:
    """Fingerprint the package: code, texts and templates."""
    package = Path(__file__).resolve().parents[1]
    return value_digest(
        [tree_digest(package, pattern) for pattern in ("*.py", "*.yml", "*.j2", "*.css", "*.yaml")]
    )
