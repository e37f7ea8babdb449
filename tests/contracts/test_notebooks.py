"""Notebooks only call: their shape is what makes them rerunnable by a person and by a scheduler."""

import ast
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
STAGES = sorted((ROOT / "notebooks").glob("*.ipynb"))
EXPLORE = sorted((ROOT / "notebooks" / "explore").glob("*.ipynb"))
ALL = STAGES + EXPLORE + sorted((ROOT / "notebooks" / "dashboards").glob("*.ipynb"))
LOGIC = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Try, ast.Lambda, ast.comprehension)
MAX_LINES = 8


@pytest.fixture(params=ALL, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


@pytest.fixture(params=STAGES + EXPLORE, ids=lambda path: path.stem)
def told(request):
    """Notebooks that a person reads from top to bottom."""
    return nbformat.read(request.param, as_version=4)


@pytest.fixture(params=STAGES, ids=lambda path: path.stem)
def stage(request):
    return nbformat.read(request.param, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_the_seven_stages_are_there():
    assert [path.stem[:2] for path in STAGES] == ["10", "20", "30", "40", "50", "60", "70"]


def test_no_cell_holds_logic(notebook):
    found = [
        type(node).__name__
        for cell in code(notebook)
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, LOGIC)
    ]
    assert not found, f"move to src/mmm: {found}"


def test_cells_are_short(notebook):
    too_long = [cell.source for cell in code(notebook) if len(cell.source.strip().splitlines()) > MAX_LINES]
    assert not too_long


def test_no_output_is_committed(notebook):
    assert not [cell for cell in code(notebook) if cell.outputs or cell.execution_count]


def test_the_first_code_cell_holds_the_two_parameters(stage):
    first = code(stage)[0]
    assert "parameters" in first.metadata.get("tags", [])
    names = [node.targets[0].id for node in ast.parse(first.source).body if isinstance(node, ast.Assign)]
    assert names == ["params_file", "run_folder"]


def test_a_question_stands_before_each_code_cell_and_a_reading_after_it(told):
    kinds = [cell.cell_type for cell in told.cells]
    pairs = list(pairwise(kinds))
    assert kinds[0] == "markdown"
    assert kinds[-1] == "markdown"
    assert ("code", "code") not in pairs


def test_there_is_one_title(told):
    titles = [
        line
        for cell in told.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("# ")
    ]
    assert len(titles) == 1
