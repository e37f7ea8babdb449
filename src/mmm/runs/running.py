"""The main job: every stage into a new run folder, published only when it is good."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from mmm.errors import UserInputError
from mmm.params import RunParams, read_params
from mmm.records import VerdictLevel
from mmm.runs import workspace
from mmm.runs.context import Context, read_context, write_context
from mmm.runs.execution import execute_notebook
from mmm.runs.interruption import reason_is_kept
from mmm.runs.kernels import Coming, KernelsAhead, kernels_ahead
from mmm.runs.layout import DRAFT, analysis_folder, latest_run, publish
from mmm.runs.lock import analysis_lock
from mmm.runs.manifest import Manifest, StageRecord, read_manifest, write_manifest
from mmm.runs.reuse import clear_leftovers, files_of, last_complete, taken
from mmm.runs.stage_keys import stage_keys
from mmm.runs.stages import NAMES, STAGES, Stage, reason_to_skip
from mmm.runs.verdict import all_verdicts, run_verdict
from mmm.steering import refuse_wrong_references


class Progress(Protocol):
    """What a run tells while it works."""

    def started(self, stage: str, expected_seconds: float | None) -> None:
        """A stage begins; `expected_seconds` is what it took last time."""

    def said(self, sentence: str) -> None:
        """Something a person should know, before the stages."""

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


def resumed(request: RunRequest) -> RunRequest:
    """Give the request with the day and the checks of the run that it resumes, if it resumes one."""
    if not request.resume:
        return request
    params = read_params(request.params_file)
    partial = workspace.resumable(analysis_folder(request.reports, params.analysis))
    return replace(request, context=read_context(partial)) if partial else request


def run_analysis(request: RunRequest, progress: Progress) -> FinishedRun:
    """Run all stages; a run that fails keeps its reason and never replaces a good one.

    Raises
    ------
    UserInputError
        Params, data, disk or budget: something the user can mend.
    NotConvergedError
        The model did not converge, its rerun included.
    """
    live = read_params(request.params_file)
    refuse_wrong_references(live)
    folder = analysis_folder(request.reports, live.analysis)
    workspace.prepare(folder)
    with analysis_lock(folder):
        partial = _open(folder, live, request, progress)
        with reason_is_kept(partial):
            params = read_params(partial / workspace.PARAMS)
            with kernels_ahead() as kernels:
                _run_stages(partial, params, resumed(request), progress, kernels)
            final = workspace.complete(partial)
        return _publish_if_good(folder, final, params)


def _open(folder: Path, live: RunParams, request: RunRequest, progress: Progress) -> Path:
    if not request.resume:
        for name in workspace.recover_stale(folder):
            progress.said(
                f"{name} was interrupted and is set aside as failed; --resume would have gone on with it."
            )
        return workspace.start(folder, live, request.context)
    partial = workspace.resumable(folder)
    if partial is None:
        raise UserInputError(str(folder), ["no interrupted run to resume: leave --resume out"])
    if workspace.resolved(read_params(partial / workspace.PARAMS)) != workspace.resolved(live):
        raise UserInputError(
            str(request.params_file), [f"changed since {partial.name} was interrupted: leave --resume out"]
        )
    workspace.mark(partial, "running")
    return partial


def _run_stages(
    partial: Path, params: RunParams, request: RunRequest, progress: Progress, kernels: KernelsAhead
) -> None:
    keys = stage_keys(params, request.context, request.notebooks, partial.stem)
    donor = None if request.fresh else last_complete(partial.parent)
    manifest = read_manifest(partial)
    manifest["stages"] = {
        name: done for name, done in manifest["stages"].items() if done["key"] == keys[name]
    }
    for position, stage in enumerate(STAGES):
        if stage.name in manifest["stages"]:
            progress.ended(stage.name, 0.0, "done before the interruption")
            continue
        progress.started(stage.name, _last_time(donor, stage))
        clear_leftovers(partial, manifest["stages"].values())
        may_take = request.from_stage is None or position < NAMES.index(request.from_stage)
        record = (
            _skipped(stage, params, partial, keys)
            or (taken(stage.name, keys[stage.name], donor, partial) if may_take else None)
            or _executed(stage, params, partial, keys, request, kernels=kernels)
        )
        manifest["stages"][stage.name] = record
        _add_verdicts(manifest, partial)
        write_manifest(partial, manifest)
        progress.ended(stage.name, record["seconds"], _note(record))
    _refuse_if_moved(params, request, partial, keys)


def _refuse_if_moved(params: RunParams, request: RunRequest, partial: Path, keys: dict[str, str]) -> None:
    """Refuse a run whose data or code changed while it was computed: its tables may not agree."""
    if stage_keys(params, request.context, request.notebooks, partial.stem) != keys:
        raise UserInputError(
            params.analysis, ["a source, a notebook or the code changed during the run: run it again"]
        )


def _last_time(donor: tuple[Path, Manifest] | None, stage: Stage) -> float | None:
    record = donor[1]["stages"].get(stage.name) if donor else None
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


def _executed(
    stage: Stage,
    params: RunParams,
    partial: Path,
    keys: dict[str, str],
    request: RunRequest,
    *,
    kernels: KernelsAhead,
) -> StageRecord:
    before = files_of(partial)
    target = partial / "notebooks" / stage.notebook
    target.parent.mkdir(exist_ok=True)
    parameters = {"params_file": str(partial / workspace.PARAMS), "run_folder": str(partial)}
    expected = tuple(partial / name for name in stage.expected(params))
    executed = execute_notebook(
        request.notebooks / stage.notebook,
        target,
        parameters,
        expected,
        kernels=kernels,
        following=_following(stage, params, partial, request.notebooks),
    )
    return StageRecord(
        status="ok",
        seconds=round(executed.seconds, 2),
        peak_memory_mb=round(executed.peak_memory_mb, 1),
        key=keys[stage.name],
        taken_from=None,
        files=sorted(files_of(partial) - before),
    )


def _following(stage: Stage, params: RunParams, partial: Path, notebooks: Path) -> Coming | None:
    """Give what will be executed after this stage; what follows a change is never taken over."""
    later = STAGES[NAMES.index(stage.name) + 1 :]
    for other in later:
        if reason_to_skip(other, params, partial) is None:
            return Coming(notebook=notebooks / other.notebook, modules=other.imports_late)
    return None


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
    folder = analysis_folder(request.reports, params.analysis)
    draft = folder / DRAFT
    workspace.prepare(draft)
    stage = next(stage for stage in STAGES if stage.name == name)
    target = draft / "notebooks" / stage.notebook
    target.parent.mkdir(exist_ok=True)
    with analysis_lock(folder):
        write_context(draft, request.context)
        parameters = {"params_file": str(params.file), "run_folder": str(draft)}
        with kernels_ahead() as kernels:
            execute_notebook(request.notebooks / stage.notebook, target, parameters, (), kernels=kernels)
    return draft
