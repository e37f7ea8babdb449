"""`mmm run`: progress with the time left, then the verdict, three figures and where to look."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from mmm.params import read_params
from mmm.runs.manifest import read_manifest
from mmm.runs.running import FinishedRun, RunRequest, resumed, run_analysis, run_stage_in_draft
from mmm.runs.stages import NAMES
from mmm.texts import say


class StageProgress:
    """One line per stage; the bar counts seconds when an earlier run tells how many."""

    def __init__(self, console: Console) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), TimeElapsedColumn())
        self._bar = Progress(*columns, TextColumn("{task.fields[left]}"), console=console)
        self._console = console
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "StageProgress":
        self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()

    def started(self, stage: str, expected_seconds: float | None) -> None:
        """Show the stage that begins."""
        position = f"{NAMES.index(stage) + 1}/{len(NAMES)} {stage}"
        left = f"about {expected_seconds:.0f} s" if expected_seconds else ""
        self._tasks[stage] = self._bar.add_task(f"{position:16}", total=None, left=left)

    def said(self, sentence: str) -> None:
        """Show a sentence above the stages."""
        self._console.print(sentence, highlight=False, soft_wrap=True)

    def ended(self, stage: str, seconds: float, note: str) -> None:
        """Show how the stage ended."""
        task = self._tasks.pop(stage, None)
        if task is not None:
            self._bar.remove_task(task)
        position = f"{NAMES.index(stage) + 1}/{len(NAMES)} {stage}"
        self._console.print(f"  {position:16} {note or f'{seconds:.1f} s'}", highlight=False, soft_wrap=True)


def show_run(request: RunRequest) -> None:
    """Run an analysis and print what came out of it."""
    console = Console()
    request = resumed(request)
    params = read_params(request.params_file)
    console.print(
        f"{params.title.en}: {params.analysis}, as of {request.context.as_of}",
        highlight=False,
        soft_wrap=True,
    )
    with StageProgress(console) as progress:
        finished = run_analysis(request, progress)
    _print_result(console, finished, request)


def show_draft_stage(request: RunRequest, stage: str) -> None:
    """Run one stage into the draft."""
    draft = run_stage_in_draft(request, stage)
    Console().print(f"Stage {stage} is in the draft: {draft}. Nothing was published.")


def _print_result(console: Console, finished: FinishedRun, request: RunRequest) -> None:
    manifest = read_manifest(finished.folder)
    verdict, currency = manifest["verdict"], manifest["currency"]
    reasons = (say(f"reason.{why['key']}", "en", currency, **why["figures"]) for why in verdict["reasons"])
    pages = f"Pages: mmm serve --reports {_shortest(request.reports)}"
    lines = [
        f"\nVerdict: {say('verdict.' + verdict['level'], 'en')}",
        *(f"  - {reason}" for reason in reasons),
        "",
        *three_figures(finished.folder, currency),
        f"\nRun: {finished.folder}",
        pages if finished.is_published else f"Not published: {finished.why_not_published}",
    ]
    console.print("\n".join(lines), highlight=False, soft_wrap=True, markup=False)


def three_figures(run: Path, currency: str) -> list[str]:
    """Give the figures that matter, as sentences: media's return, customer value, the next move."""
    import pandas as pd  # noqa: PLC0415

    def rows(name: str) -> list[dict[str, Any]]:
        path = run / f"tables/{name}.parquet"
        return pd.read_parquet(path).to_dict("records") if path.exists() else []  # type: ignore[return-value]

    found = []
    for row in rows("channel_summary"):
        if row["channel"] == "all" and row["return_mean"] == row["return_mean"]:
            figures = {key: row[f"return_{key}"] for key in ("mean", "p05", "p95")}
            found.append(say("run.media_return", "en", currency, outcome=row["outcome"], **figures))
    found += [
        say("run.ltv_cac", "en", currency, value=row["value"], lower=row["lower"], upper=row["upper"])
        for row in rows("kpis")
        if row["kpi"] == "ltv_cac"
    ]
    summary = {row["quantity"]: row for row in rows("allocation_summary") if row["subject"] == "plan"}
    if {"gain", "p_gain"} <= summary.keys():
        gain = summary["gain"]
        figures = {"gain": gain["value"], "lower": gain["lower"], "upper": gain["upper"]}
        chance = summary["p_gain"]["value"]
        found.append(say("run.reallocation", "en", currency, p_gain=chance, **figures))
    return found


def _shortest(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
