"""An analyst changes beliefs and fits again: the notebook runs as it is, on the sample analysis."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from mmm.diagnostics import with_beliefs
from mmm.errors import UserInputError
from mmm.params import read_params


def test_the_notebook_runs_on_the_demo_and_moves_the_answer(root: Path, tmp_path: Path):
    for name in ("params", "data_samples", "notebooks"):
        shutil.copytree(root / name, tmp_path / name)
    folder = tmp_path / "notebooks" / "explore"
    notebook = nbformat.read(folder / "25_what_if_beliefs.ipynb", as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(folder)}}).execute()
    shown = [cell.outputs[-1]["data"] for cell in notebook.cells if cell.get("outputs")]
    assert "moved" in shown[-1]["text/html"]
    assert "TV: nine tenths of the effect have come after" in shown[-2]["text/html"], (
        "sentences are shown whole"
    )


@pytest.mark.parametrize(
    ("beliefs", "problem"),
    [
        ({"tvv": {"prior": None}}, "channels.tvv: not a channel of this analysis"),
        (
            {"tv": {"retention": 0.4}},
            "channels.tv.retention: not a belief, known: prior, half_life, half_saturation",
        ),
        ({"tv": {"half_life": {"low": 3.0}}}, "channels.tv.half_life: expected low and high together"),
        (
            {"media_share": {"median": 0.1}, "tv": {"prior": {"kind": "contribution_share", "median": 0.2}}},
            "channels: contribution shares of tv add up to 0.20, model.media_share is 0.10 for all media: "
            "raise it or lower these priors",
        ),
    ],
)
def test_a_belief_that_cannot_be_meant_is_refused(root, beliefs, problem):
    with pytest.raises(UserInputError) as refused:
        with_beliefs(read_params(root / "params" / "demo.yaml"), **beliefs)
    assert refused.value.problems == (problem,)


def test_beliefs_change_and_nothing_else(root):
    params = read_params(root / "params" / "demo.yaml")
    changed = with_beliefs(params, {"low": 0.1, "high": 0.4}, tv={"half_life": {"median": 4.0}})
    assert changed.model.media_share.belief[0] == pytest.approx(0.2)
    assert changed.channels["tv"].half_life.median == 4.0
    assert changed.channels["tv"].label == params.channels["tv"].label
    back = with_beliefs(changed, {"median": 0.2}, tv={"half_life": None})
    assert back == params
