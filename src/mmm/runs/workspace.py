"""A run folder from its first file to its last: made partial, renamed once complete or failed."""

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from mmm.errors import UserInputError
from mmm.params import RunParams, read_params
from mmm.runs.context import Context, write_context
from mmm.runs.digests import artefact_digests, library_versions
from mmm.runs.layout import next_run_id
from mmm.runs.manifest import FORMAT, Manifest, Status, read_manifest, write_manifest
from mmm.runs.stage_keys import code_digest, data_digests

PARTIAL, FAILED = ".partial", ".failed"
PARAMS = "params.yaml"


def prepare(folder: Path) -> None:
    """Make the folder of an analysis and prove that it can be written.

    Raises
    ------
    UserInputError
        The disk is full, read-only, or not ours.
    """
    probe = folder / ".writable"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"0" * 4096)
        probe.unlink()
    except OSError as error:
        raise UserInputError(
            str(folder), [f"cannot be written ({error.strerror}): free or unlock the disk, then run again"]
        ) from None


def start(folder: Path, params: RunParams, context: Context) -> Path:
    """Make a new partial run folder with its context, params and first manifest."""
    run_id = next_run_id(folder, f"{context.as_of:%Y%m%d}")
    partial = folder / f"{run_id}{PARTIAL}"
    partial.mkdir()
    write_context(partial, context)
    with (partial / PARAMS).open("w", encoding="utf-8") as stream:
        _ordered_yaml().dump(resolved(params), stream)
    write_manifest(partial, _first_manifest(run_id, params, context))
    return partial


def _ordered_yaml() -> Any:
    """Give a writer that keeps the order of keys: stages of the funnel, patterns of which the first wins."""
    writer: Any = YAML(typ="safe", pure=True)
    writer.sort_base_mapping_type_on_output = False
    return writer


def resolved(params: RunParams) -> dict[str, Any]:
    """Give the values of a params file with every path absolute: what a run keeps and works from."""
    values = params.model_dump(exclude={"file"}, exclude_none=True)
    for source in values["sources"].values():
        if "path" in source:
            source["path"] = str(params.beside(source["path"]))
    steering = values.get("steering", {})
    for name in ("kpis", "actions"):
        if name in steering:
            steering[name] = str(params.beside(steering[name]))
    return values


def _first_manifest(run_id: str, params: RunParams, context: Context) -> Manifest:
    return Manifest(
        format=FORMAT,
        analysis=params.analysis,
        run_id=run_id,
        title=params.title.model_dump(),
        market=params.market,
        currency=params.currency,
        vat=params.vat,
        language=params.language,
        as_of=context.as_of.isoformat(),
        checks=context.checks,
        period_start=params.calendar.start.isoformat(),
        period_end=params.calendar.end.isoformat(),
        started=_now(),
        status="running",
        reason=None,
        labels={
            "channels": {name: channel.label.model_dump() for name, channel in params.channels.items()},
            "geos": {name: geo.label.model_dump() for name, geo in params.geos.items()},
            "outcomes": {name: outcome.label.model_dump() for name, outcome in params.outcomes.items()},
        },
        next_run=_next_run(params),
        seeds={"run": params.seed},
        digests={"data": data_digests(params), "code": code_digest()},
        versions=library_versions(),
        stages={},
    )


def _next_run(params: RunParams) -> str | None:
    """Give the day on which the plan that this run judges has run out: time for the next one."""
    if params.allocation is None:
        return None
    days = {"daily": 1, "weekly": 7, "monthly": 30.4375, "annual": 365.25}[params.calendar.frequency]
    return (params.calendar.end + timedelta(days=days * params.allocation.horizon_periods + 1)).isoformat()


def complete(partial: Path) -> Path:
    """Seal a run: digests of every artefact, status ok, then its final name."""
    manifest = read_manifest(partial)
    manifest["artefacts"] = artefact_digests(partial)
    manifest["digests"] = {"data": data_digests(read_params(partial / PARAMS)), "code": code_digest()}
    manifest["status"], manifest["ended"] = "ok", _now()
    write_manifest(partial, manifest)
    final = partial.with_suffix("")
    os.rename(partial, final)
    return final


def fail(partial: Path, status: Status, reason: str) -> Path:
    """Keep a run that failed, with its reason, under a name that no reader opens.

    On a full disk the reason may be lost; the run is set aside all the same.
    """
    failed = partial.with_suffix(FAILED)
    with suppress(OSError, UserInputError):
        manifest = read_manifest(partial)
        manifest["status"], manifest["reason"], manifest["ended"] = status, reason, _now()
        write_manifest(partial, manifest)
    with suppress(OSError):
        os.rename(partial, failed)
    return failed


def mark(partial: Path, status: Status) -> None:
    """Write the status of a run that stays partial, if the disk lets us."""
    with suppress(OSError, UserInputError):
        manifest = read_manifest(partial)
        manifest["status"] = status
        write_manifest(partial, manifest)


def recover_stale(folder: Path) -> list[str]:
    """Mark as failed what an earlier process left behind when it was killed; give the names.

    Call it with the analysis' lock held: then no living process owns a partial folder.
    """
    found = []
    for partial in sorted(folder.glob(f"*{PARTIAL}")):
        if (partial / "manifest.json").exists():
            fail(partial, "killed", "its process ended without a word")
        else:
            shutil.rmtree(partial)
        found.append(partial.name)
    return found


def resumable(folder: Path) -> Path | None:
    """Give the partial run to continue, the most recent one."""
    partial = sorted(path for path in folder.glob(f"*{PARTIAL}") if (path / "manifest.json").exists())
    return partial[-1] if partial else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
