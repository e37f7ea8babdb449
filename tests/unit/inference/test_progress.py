"""What an analyst sees while a model is sampled, and what an interrupt leaves."""

import io
import os
import signal
import sys

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from engine_panel import engine_panel
from mmm.inference import convergence_problems, fit, fit_design, load_fit, save_fit
from mmm.inference.progress import UNATTENDED, shown_progress
from mmm.model import ModelSpec, build_design

LONG = ModelSpec(outcome="revenue", controls=("price",), draws=100_000, warmup=300)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def interrupt_after(steps: int):
    """Press Ctrl-C once so many steps are done."""
    pressed = []

    def report(done: int, _to_do: int) -> None:
        if done > steps and not pressed:
            pressed.append(done)
            os.kill(os.getpid(), signal.SIGINT)

    return report


@pytest.fixture(autouse=True)
def somebody_looks(monkeypatch):
    # A shell that starts the tests in the background makes its children deaf to Ctrl-C.
    monkeypatch.delenv(UNATTENDED, raising=False)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_keeps_the_draws_that_are_there_and_the_file_says_so(tmp_path):
    found = fit(engine_panel(), LONG, seed=4, progress=interrupt_after(4 * 300 + 4000))
    assert found.is_partial and found.attempts == 1
    assert 50 <= found.draws.sizes["draw"] < LONG.draws
    assert found.draws.sizes["draw"] == found.stats.sizes["step"]
    assert not found.draws.isnull().to_array().any()
    assert isinstance(convergence_problems(found), list)
    save_fit(found, tmp_path / "partial.nc")
    again = load_fit(tmp_path / "partial.nc")
    assert again.is_partial
    np.testing.assert_array_equal(again.draws["return"], found.draws["return"])


def test_an_interrupt_in_the_warm_up_is_raised():
    with pytest.raises(KeyboardInterrupt):
        fit(engine_panel(), ModelSpec(outcome="revenue", warmup=100_000), seed=4, progress=interrupt_after(0))


def test_an_interrupt_of_a_stage_of_a_run_or_of_a_part_of_a_check_is_raised(monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        fit_design(build_design(engine_panel(), LONG), LONG, 4, interrupt_after(4 * 300 + 4000))
    monkeypatch.setenv(UNATTENDED, "1")
    with pytest.raises(KeyboardInterrupt):
        fit(engine_panel(), LONG, seed=4, progress=interrupt_after(4 * 300 + 4000))


def test_progress_ends_with_all_steps_done():
    seen = []
    fit(engine_panel(), ModelSpec(outcome="revenue"), seed=4, progress=lambda *steps: seen.append(steps))
    assert seen[-1][0] == seen[-1][1] and all(done <= to_do for done, to_do in seen)


def test_a_terminal_has_a_bar_and_a_stage_of_a_run_or_a_pipe_has_none(monkeypatch):
    monkeypatch.setattr("sys.stderr", Terminal())
    with shown_progress("auto", "revenue") as report:
        assert report is not None
        report(50, 100)
    assert "revenue" in sys.stderr.getvalue()
    monkeypatch.setenv(UNATTENDED, "1")
    with shown_progress("auto", "revenue") as report:
        assert report is None
    monkeypatch.delenv(UNATTENDED)
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with shown_progress("auto", "revenue") as report:
        assert report is None


CELL = """
from mmm.inference.progress import shown_progress
with shown_progress("auto", "revenue") as report:
    print("bar" if report else "no bar")
    if report:
        report(5, 10)
"""


@pytest.mark.parametrize("session, said", [("plan.ipynb", "bar"), (None, "no bar")], ids=["lab", "papermill"])
def test_a_kernel_opened_from_jupyterlab_has_a_bar_and_a_batch_kernel_has_none(monkeypatch, session, said):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    if session:
        monkeypatch.setenv("JPY_SESSION_NAME", session)  # jupyter-server sets it for its kernels
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    outputs = notebook.cells[0].outputs
    assert [o.text.strip() for o in outputs if o.output_type == "stream"] == [said]
    # The bar is gone at the end.
    assert [o.data["text/html"] for o in outputs if o.output_type == "display_data"] == [""] * bool(session)
