"""The main job: every stage into a new run folder, published only when it is good."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Protocol

from mmm.errors import DataRefusedError, MmmError, NotConvergedError, Terminated, UserInputError
from mmm.params import RunParams, read_params
from mmm.records import VerdictLevel
from mmm.runs import workspace
from mmm.runs.context import Context
from mmm.runs.execution import KernelDiedError, execute_notebook
from mmm.runs.layout import DRAFT, analysis_folder, latest_run, publish, run_ids
from mmm.runs.lock import analysis_lock
from mmm.runs.manifest import Manifest, StageRecord, Status, read_manifest, write_manifest
from mmm.runs.stage_keys import stage_keys
from mmm.runs.stages import NAMES, STAGES, Stage, reason_to_skip
from mmm.runs.verdict import all_verdicts, run_verdict


class Progress(Protocol):
    """What a run tells while it works."""

    def started(self, stage: str, expected_seconds: float | None) -> None:
        """A stage begins; `expected_seconds` is what it took last time."""

    def ended(self, stage: str, seconds: float, note: str) -> None:
        """A stage is over; the note says so when it was not executed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What is asked of a run."""

    params_file: Path
    reports: Path
    notebooks: Path
    context: Context
    resume: bool = False
    fresh: bool = False
    from_stage: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedRun:
    """A complete run, and whether readers now see it."""

    folder: Path
    is_published: bool
    why_not_published: str | None = None


def run_analysis(request: RunRequest, progress: Progress) -> FinishedRun:
    """Run all stages; a run that fails keeps its reason and never replaces a good one.

    Raises
    ------
    UserInputError
        Params, data, disk or budget: something the user can mend.
    NotConvergedError
        The model did not converge, its rerun included.
    """
    params = read_params(request.params_file)
    folder = analysis_folder(request.reports, params.analysis)
    workspace.prepare(folder)
    with analysis_lock(folder):
        partial = _open(folder, params, request)
        with _failing_keeps_its_reason(partial):
            _run_stages(partial, params, request, progress)
            final = workspace.complete(partial)
    return _publish_if_good(folder, final, params)


def _open(folder: Path, params: RunParams, request: RunRequest) -> Path:
    if request.resume:
        partial = workspace.resumable(folder)
        if partial is None:
            raise UserInputError(str(folder), ["no interrupted run to resume: leave --resume out"])
        workspace.mark(partial, "running")
        return partial
    workspace.recover_stale(folder)
    return workspace.start(folder, params, request.context)


def _run_stages(partial: Path, params: RunParams, request: RunRequest, progress: Progress) -> None:
    run_id = partial.stem
    keys = stage_keys(params, request.context, request.notebooks, run_id)
    donor = _donor(partial.parent, request)
    for stage in STAGES:
        manifest = read_manifest(partial)
        done = manifest["stages"].get(stage.name)
        if done is not None and done["key"] == keys[stage.name]:
            progress.ended(stage.name, 0.0, "done before the interruption")
            continue
        progress.started(stage.name, _last_time(donor, stage))
        record = (
            _skipped(stage, params, partial, keys)
            or _taken(stage, partial, keys, donor, request)
            or _executed(stage, params, partial, keys, request)
        )
        manifest["stages"][stage.name] = record
        _add_verdicts(manifest, partial)
        write_manifest(partial, manifest)
        progress.ended(stage.name, record["seconds"], _note(record))


def _donor(folder: Path, request: RunRequest) -> Path | None:
    """Give the last complete run: stages with equal keys are taken from it."""
    complete = run_ids(folder)
    return folder / complete[-1] if complete and not request.fresh else None


def _last_time(donor: Path | None, stage: Stage) -> float | None:
    record = read_manifest(donor)["stages"].get(stage.name) if donor else None
    return record["seconds"] if record else None


def _skipped(stage: Stage, params: RunParams, partial: Path, keys: dict[str, str]) -> StageRecord | None:
    reason = reason_to_skip(stage, params, partial)
    if reason is None:
        return None
    return StageRecord(
        status=f"skipped: {reason}",
        seconds=0.0,
        peak_memory_mb=0.0,
        key=keys[stage.name],
        taken_from=None,
        files=[],
    )


def _taken(
    stage: Stage, partial: Path, keys: dict[str, str], donor: Path | None, request: RunRequest
) -> StageRecord | None:
    """Copy the stage's files from the last run when nothing it depends on has changed."""
    if donor is None or (request.from_stage and NAMES.index(stage.name) >= NAMES.index(request.from_stage)):
        return None
    record = read_manifest(donor)["stages"].get(stage.name)
    if record is None or record["key"] != keys[stage.name] or stage.name == "publish":
        return None
    for name in record["files"]:
        (partial / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(donor / name, partial / name)
    return StageRecord(**{**record, "taken_from": record["taken_from"] or donor.name})


def _executed(
    stage: Stage, params: RunParams, partial: Path, keys: dict[str, str], request: RunRequest
) -> StageRecord:
    before = _files(partial)
    target = partial / "notebooks" / stage.notebook
    target.parent.mkdir(exist_ok=True)
    parameters = {"params_file": str(params.file), "run_folder": str(partial)}
    expected = tuple(partial / name for name in stage.expected(params))
    executed = execute_notebook(request.notebooks / stage.notebook, target, parameters, expected)
    return StageRecord(
        status="ok",
        seconds=round(executed.seconds, 2),
        peak_memory_mb=round(executed.peak_memory_mb, 1),
        key=keys[stage.name],
        taken_from=None,
        files=sorted(_files(partial) - before),
    )


def _files(partial: Path) -> set[str]:
    return {str(path.relative_to(partial)) for path in partial.rglob("*") if path.is_file()}


def _add_verdicts(manifest: Manifest, partial: Path) -> None:
    """Put the verdicts in the manifest as soon as they are known: the publish stage quotes them."""
    verdicts = all_verdicts(partial)
    if verdicts:
        manifest["verdicts"] = verdicts
        manifest["verdict"] = run_verdict(partial)


def _note(record: StageRecord) -> str:
    if record["taken_from"]:
        return f"unchanged, taken from {record['taken_from']}"
    return record["status"] if record["status"] != "ok" else ""


@contextmanager
def _failing_keeps_its_reason(partial: Path) -> Iterator[None]:
    """Rename a run that fails and write why; SIGTERM counts, and leaves no kernel behind."""
    previous = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except KeyboardInterrupt:
        workspace.mark(partial, "interrupted")
        raise
    except BaseException as error:
        if partial.exists():
            failed = workspace.fail(partial, _status(error), str(error) or type(error).__name__)
            error.add_note(f"The run is kept, with its executed notebooks: {failed}")
        raise
    finally:
        signal.signal(signal.SIGTERM, previous)


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise Terminated("stopped by the system (SIGTERM)")


def _status(error: BaseException) -> Status:
    if isinstance(error, DataRefusedError | NotConvergedError):
        return "refused"
    if isinstance(error, KernelDiedError | Terminated):
        return "killed"
    return "refused" if isinstance(error, MmmError) and error.exit_code == 2 else "failed"


def _publish_if_good(folder: Path, final: Path, params: RunParams) -> FinishedRun:
    """Move `latest`, unless a person must approve or a better run stands there."""
    if params.approval == "required":
        return FinishedRun(
            folder=final, is_published=False, why_not_published=f"approval is required: mmm publish {final}"
        )
    standing = latest_run(folder)
    is_unusable = run_verdict(final)["level"] == VerdictLevel.NOT_USABLE
    if is_unusable and standing is not None and run_verdict(standing)["level"] != VerdictLevel.NOT_USABLE:
        return FinishedRun(
            folder=final,
            is_published=False,
            why_not_published=f"the better run {standing.name} stays published",
        )
    publish(folder, final.name)
    return FinishedRun(folder=final, is_published=True)


def run_stage_in_draft(request: RunRequest, name: str) -> Path:
    """Run one stage by hand: into the draft, from the published run's artefacts; nothing is published."""
    params = read_params(request.params_file)
    draft = analysis_folder(request.reports, params.analysis) / DRAFT
    workspace.prepare(draft)
    stage = next(stage for stage in STAGES if stage.name == name)
    target = draft / "notebooks" / stage.notebook
    target.parent.mkdir(exist_ok=True)
    execute_notebook(
        request.notebooks / stage.notebook, target, {"params_file": str(params.file), "run_folder": ""}, ()
    )
    return draft
