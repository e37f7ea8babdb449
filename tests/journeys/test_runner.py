"""A run is whole or absent: what is reused, resumed, refused. Stages are tiny notebooks.

They run in this process, but for one test with real kernels: what a kernel can do wrong is held by
tests/unit/runs/test_execution.py.
"""

import json
import shutil
from datetime import date
from pathlib import Path

import nbformat
import pytest

from mmm.errors import UserInputError
from mmm.runs import STAGES, Context, RunRequest, latest_run, read_manifest, run_analysis, run_stage_in_draft
from mmm.runs import running as running_module
from mmm.runs.execution import Executed
from mmm.runs.running import resumed

PARAMS = """\
analysis: small
title: {fr: Petit, en: Small}
market: France
currency: EUR
calendar: {frequency: weekly, start: 2024-01-01, end: 2024-12-29}
sources:
  sales: {content: outcome, path: sales.csv}
  media: {content: media, path: media.csv, channel: tv}
  buys: {content: transactions, path: buys.csv}
channels:
  tv: {label: {fr: TV, en: TV}}
outcomes:
  revenue: {label: {fr: CA, en: Revenue}, source: sales, column: revenue}
customers: {source: buys}
allocation: {outcome: revenue, max_increase: 0.3}
"""
VERDICT = json.dumps([{"subject": "run", "level": "usable", "reasons": []}])
WRITES = {
    "data": ["panel.nc", "tables/findings.parquet"],
    "model": ["posterior_revenue.nc", "verdicts.json"],
    "effects": ["tables/channel_summary.parquet"],
    "customers": ["tables/cac.parquet"],
    "allocation": ["allocation.xlsx", "simulator.npz"],
    "publish": ["report_fr.html", "report_en.html"],
}


class Heard:
    """Progress that remembers, and may do something when a stage begins."""

    def __init__(self, **at):
        self.at, self.notes, self.words = at, {}, []

    def said(self, sentence):
        self.words.append(sentence)

    def started(self, stage, expected_seconds):
        if stage in self.at:
            self.at[stage]()

    def ended(self, stage, seconds, note):
        self.notes[stage] = note

    @property
    def executed(self):
        return [stage for stage, note in self.notes.items() if note == ""]


@pytest.fixture
def place(tmp_path):
    (tmp_path / "params").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "params" / "a.yaml").write_text(PARAMS)
    for name in ("sales", "media", "buys"):
        (tmp_path / "params" / f"{name}.csv").write_text("x\n1\n")
    for stage in STAGES:
        cells = [
            "params_file = ''\nrun_folder = ''",
            "from pathlib import Path",
            f"names = {WRITES.get(stage.name, [])}",
        ]
        body = [
            "import os; os.makedirs(Path(run_folder) / 'tables', exist_ok=True)",
            f"[(Path(run_folder) / n).write_text({VERDICT!r} if n == 'verdicts.json' else params_file) for n in names]",
        ]
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells + body])
        notebook.cells[0].metadata["tags"] = ["parameters"]
        nbformat.write(notebook, tmp_path / "notebooks" / stage.notebook)
    return tmp_path


def execute_here(source, target, parameters, expected, **_kernels):
    names: dict = {}
    for cell in nbformat.read(source, as_version=4).cells:
        exec(cell.source, names)
        names.update(parameters)
    shutil.copyfile(source, target)
    assert all(path.exists() for path in expected)
    return Executed(seconds=0.0, peak_memory_mb=0.0)


@pytest.fixture(autouse=True)
def in_this_process(request, monkeypatch):
    if "real_kernels" not in request.keywords:
        monkeypatch.setattr(running_module, "execute_notebook", execute_here)


@pytest.fixture
def run(place):
    def go(heard=None, as_of=date(2026, 10, 5), **options):
        request = RunRequest(
            params_file=place / "params" / "a.yaml",
            reports=place / "reports",
            notebooks=place / "notebooks",
            context=Context(as_of=as_of),
            **options,
        )
        heard = heard or Heard()
        return run_analysis(request, heard), heard

    return go


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def interrupt():
    raise KeyboardInterrupt


@pytest.mark.real_kernels
def test_a_second_run_takes_what_has_not_changed_and_owns_every_file(run, place):
    first, heard = run()
    assert first.is_published
    assert heard.executed == ["data", "model", "effects", "customers", "allocation", "publish"]
    assert heard.notes["steering"].startswith("skipped: no steering section")
    second, heard = run()
    assert heard.executed == ["publish"]
    ours, theirs = (
        sorted(p.relative_to(r.folder) for p in r.folder.rglob("*") if p.is_file()) for r in (first, second)
    )
    assert ours == theirs
    assert latest_run(place / "reports" / "small") == second.folder
    assert set(read_manifest(second.folder)["artefacts"]) == {
        str(p) for p in theirs if str(p) != "manifest.json"
    }


def test_a_new_bound_does_not_refit_and_a_new_source_does(run, place):
    run()
    edit(place / "params" / "a.yaml", "max_increase: 0.3", "max_increase: 0.2")
    assert run()[1].executed == ["allocation", "publish"]
    (place / "params" / "media.csv").write_text("x\n2\n")
    assert run()[1].executed == ["data", "model", "effects", "customers", "allocation", "publish"]


def test_what_depends_on_a_changed_notebook_is_computed_again(run, place):
    run()
    edit(place / "notebooks" / "20_model.ipynb", "from pathlib", "seed = 777\\nfrom pathlib")
    assert run()[1].executed == ["model", "effects", "customers", "allocation", "publish"]


def test_a_file_that_is_not_as_it_was_sealed_is_not_taken(run):
    first, _ = run()
    (first.folder / "tables" / "channel_summary.parquet").write_text("tampered")
    (first.folder / "simulator.npz").unlink()
    assert run()[1].executed == ["effects", "allocation", "publish"]


def test_an_unreadable_older_run_is_passed_over(run):
    first, _ = run()
    (first.folder / "manifest.json").write_text("{")
    assert "data" in run()[1].executed


def test_notebooks_work_from_the_params_that_the_run_started_with(run, place):
    heard = Heard(model=lambda: edit(place / "params" / "a.yaml", "max_increase: 0.3", "max_increase: 0.05"))
    finished, _ = run(heard)
    assert "max_increase: 0.3" in (finished.folder / "params.yaml").read_text()
    assert (finished.folder / "allocation.xlsx").read_text().endswith(".partial/params.yaml")
    assert "allocation" in run()[1].executed


def test_a_source_that_changes_during_the_run_refuses_it(run, place):
    heard = Heard(effects=lambda: (place / "params" / "media.csv").write_text("x\n3\n"))
    with pytest.raises(UserInputError, match="changed during the run: run it again"):
        run(heard)
    folder = place / "reports" / "small"
    assert latest_run(folder) is None
    assert read_manifest(folder / "20261005-001.failed")["status"] == "refused"


def test_an_interrupted_run_resumes_with_its_own_day_and_nothing_half_written(run, place):
    with pytest.raises(KeyboardInterrupt):
        run(Heard(customers=interrupt))
    folder = place / "reports" / "small"
    partial = folder / "20261005-001.partial"
    assert read_manifest(partial)["status"] == "interrupted"
    (partial / "tables" / "half_written.parquet").write_text("x")
    finished, heard = run(resume=True, as_of=date(2026, 11, 22))
    assert heard.executed == ["customers", "allocation", "publish"]
    assert heard.notes["data"] == "done before the interruption"
    assert not (finished.folder / "tables" / "half_written.parquet").exists()
    assert read_manifest(finished.folder)["as_of"] == "2026-10-05"
    second, heard = run()
    assert heard.executed == ["publish"]
    assert {p.name for p in (second.folder / "tables").iterdir()} == {
        p.name for p in (finished.folder / "tables").iterdir()
    }


def test_resuming_after_the_params_changed_is_refused(run, place):
    with pytest.raises(KeyboardInterrupt):
        run(Heard(effects=interrupt))
    edit(place / "params" / "a.yaml", "max_increase: 0.3", "max_increase: 0.2")
    with pytest.raises(UserInputError, match="changed since 20261005-001.partial was interrupted"):
        run(resume=True)
    _, heard = run()
    assert "set aside as failed" in heard.words[0]
    assert (place / "reports" / "small" / "20261005-001.failed").is_dir()


def test_resuming_nothing_is_said(run):
    with pytest.raises(UserInputError, match="no interrupted run to resume"):
        run(resume=True)


def test_a_full_disk_is_said_and_the_run_set_aside(run, place, monkeypatch):
    written = []

    def full(folder, manifest):
        written.append(folder)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(running_module, "write_manifest", full)
    with pytest.raises(UserInputError, match="No space left on device"):
        run()
    assert written
    assert (place / "reports" / "small" / "20261005-001.failed").is_dir()


def test_an_approval_leaves_readers_where_they_are(run, place):
    edit(place / "params" / "a.yaml", "market: France", "market: France\napproval: required")
    finished, _ = run()
    assert not finished.is_published
    assert latest_run(place / "reports" / "small") is None


def test_a_stage_by_hand_works_in_the_draft_on_the_day_asked(place):
    request = RunRequest(
        params_file=place / "params" / "a.yaml",
        reports=place / "elsewhere",
        notebooks=place / "notebooks",
        context=Context(as_of=date(2026, 9, 30)),
    )
    draft = run_stage_in_draft(request, "data")
    assert draft == place / "elsewhere" / "small" / "draft"
    assert (draft / "panel.nc").exists()
    assert "2026-09-30" in (draft / "context.json").read_text()
    assert resumed(request) == request
    shutil.rmtree(draft)
