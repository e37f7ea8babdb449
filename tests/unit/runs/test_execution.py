"""A notebook is good only when every cell ran and every artefact is there, whatever Papermill says."""

import nbformat
import pytest

from mmm.errors import NotConvergedError, UserInputError
from mmm.runs.execution import KernelDiedError, StageFailedError, execute_notebook

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
        return execute_notebook(
            source, tmp_path / "out.ipynb", parameters, tuple(tmp_path / name for name in expected)
        )

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
