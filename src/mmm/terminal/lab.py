"""`mmm lab`: JupyterLab on the notebooks of a workspace."""

import os
import sys
from pathlib import Path

from mmm.errors import UserInputError
from mmm.runs.kernels import THREAD_VARIABLES


def open_lab(workspace: Path) -> None:
    """Replace this process by JupyterLab, opened on the first notebook."""
    first = workspace / "notebooks" / "10_data.ipynb"
    if not first.exists():
        raise UserInputError(
            str(workspace),
            ["no notebooks/10_data.ipynb here: go to a workspace, or make one with `mmm init`"],
        )
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))  # small matrices: threads only get in the way
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", f"--notebook-dir={workspace}", str(first)])
