"""A notebook is good only when every cell ran and every artefact is there, whatever Papermill says."""

from importlib.util import find_spec

import nbformat
import psutil
import pytest

from mmm.errors import NotConvergedError, UserInputError
from mmm.runs.execution import KernelDiedError, StageFailedError, execute_notebook
from mmm.runs.kernels import Coming, KernelsAhead, imports_of, kernels_ahead
from mmm.runs.stages import STAGES

PARAMETERS = "params_file = ''\nrun_folder = ''"


@pytest.fixture
def execute(tmp_path):
    def run(*cells, expected=()):
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in (PARAMETERS, *cells)]
        )
        notebook.cells[0].metadata["tags"] = ["parameters"]
        source = tmp_path / "10_x.ipynb"
        nbformat.write(notebook, source)
        parameters = {"params_file": "p.yaml", "run_folder": str(tmp_path)}
        with kernels_ahead() as kernels:
            wanted = tuple(tmp_path / name for name in expected)
            return execute_notebook(source, tmp_path / "out.ipynb", parameters, wanted, kernels=kernels)

    return run


def test_a_good_notebook_gets_its_parameters_and_is_measured(execute, tmp_path):
    done = execute(f"open(r'{tmp_path}/made', 'w').write(params_file)", expected=["made"])
    assert (tmp_path / "made").read_text() == "p.yaml"
    assert done.seconds > 0
    assert done.peak_memory_mb > 10


def test_an_error_of_the_user_comes_back_as_what_it_is(execute):
    with pytest.raises(UserInputError) as caught:
        execute("from mmm.errors import UserInputError", "raise UserInputError('a.yaml', ['one', 'two'])")
    assert str(caught.value) == "a.yaml: 2 problems\n  - one\n  - two"


def test_no_convergence_comes_back_as_what_it_is(execute):
    with pytest.raises(NotConvergedError, match="tv"):
        execute("from mmm.errors import NotConvergedError", "raise NotConvergedError('channel tv')")


def test_a_full_disk_is_something_the_user_can_mend(execute):
    with pytest.raises(UserInputError, match="free or unlock the disk"):
        execute("raise OSError(28, 'No space left on device')")


def test_a_bug_names_its_notebook(execute):
    with pytest.raises(StageFailedError, match="out.ipynb: ZeroDivisionError: division by zero"):
        execute("1 / 0")


def test_a_killed_kernel_is_not_taken_for_a_success(execute):
    with pytest.raises(KernelDiedError, match="killed"):
        execute("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "done = True")


def test_leaving_in_the_middle_is_not_taken_for_a_success(execute):
    with pytest.raises(StageFailedError):
        execute("import sys; sys.exit(0)", "done = True")


def test_a_missing_artefact_is_not_taken_for_a_success(execute):
    with pytest.raises(StageFailedError, match=r"ended without writing panel.nc"):
        execute("done = True", expected=["panel.nc"])


def test_two_stages_of_one_folder_share_no_socket(execute, tmp_path):
    execute("import os; left = os.listdir()")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["10_x.ipynb", "out.ipynb"]


def test_the_next_stage_has_its_imports_before_it_starts(tmp_path):
    for name, cells in (("10_a", (PARAMETERS, "1")), ("20_b", (PARAMETERS, "import colorsys\nx = 1"))):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.cells[0].metadata["tags"] = ["parameters"]
        nbformat.write(notebook, tmp_path / f"{name}.ipynb")
    seen = "import sys; early = {'colorsys', 'tabnanny'} <= set(sys.modules)"
    second = tmp_path / "20_b.ipynb"
    coming = Coming(notebook=second, modules=("sndhdr_is_gone", "tabnanny"))
    with kernels_ahead() as kernels:
        execute_notebook(
            tmp_path / "10_a.ipynb", tmp_path / "a.ipynb", {}, (), kernels=kernels, following=coming
        )
        notebook = nbformat.read(second, as_version=4)
        notebook.cells[1].source = f"{seen}\nopen('seen', 'w').write(f'{{early}} {{len(Out)}}')"
        nbformat.write(notebook, second)
        execute_notebook(second, tmp_path / "b.ipynb", {}, (tmp_path / "seen",), kernels=kernels)
    assert (tmp_path / "seen").read_text() == "True 0"


def test_a_kernel_that_waits_ends_with_the_run(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import json")])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    before = set(psutil.Process().children(recursive=True))
    with pytest.raises(ZeroDivisionError), kernels_ahead() as kernels:
        kernels.prepare(Coming(notebook=tmp_path / "a.ipynb"))
        assert set(psutil.Process().children(recursive=True)) - before
        raise ZeroDivisionError
    assert not set(psutil.Process().children(recursive=True)) - before


def test_a_kernel_that_died_waiting_is_replaced(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PARAMETERS)])
    notebook.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, tmp_path / "a.ipynb")
    before = set(psutil.Process().children(recursive=True))
    with kernels_ahead() as kernels:
        kernels.prepare(Coming(notebook=tmp_path / "a.ipynb"))
        for process in set(psutil.Process().children(recursive=True)) - before:
            process.kill()
        done = execute_notebook(tmp_path / "a.ipynb", tmp_path / "b.ipynb", {}, (), kernels=kernels)
    assert done.seconds > 0


def test_a_kernel_that_dies_before_its_first_answer_is_replaced_once(tmp_path, monkeypatch):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PARAMETERS)])
    notebook.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, tmp_path / "a.ipynb")
    dying, took = [True], KernelsAhead.take

    def take(self, source):
        kernel = took(self, source)
        if dying and dying.pop():
            kernel.manager.provisioner.process.kill()
        return kernel

    monkeypatch.setattr(KernelsAhead, "take", take)
    with kernels_ahead() as kernels:
        execute_notebook(tmp_path / "a.ipynb", tmp_path / "b.ipynb", {}, (), kernels=kernels)
        dying[:] = [True, True]
        with pytest.raises(KernelDiedError, match="before replying"):
            execute_notebook(tmp_path / "a.ipynb", tmp_path / "b.ipynb", {}, (), kernels=kernels)


def test_only_imports_are_run_ahead(tmp_path):
    cells = [
        "import json as j\nfrom os import path",
        "%matplotlib inline",
        "x = 1\nfor y in []:\n    import re",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    assert imports_of(tmp_path / "a.ipynb") == ["import json as j", "from os import path"]


def test_what_a_stage_imports_late_can_be_imported():
    assert not [name for stage in STAGES for name in stage.imports_late if find_spec(name) is None]
