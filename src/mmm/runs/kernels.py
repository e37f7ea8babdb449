"""Kernels started ahead: the next stage imports what it needs while the present one computes.

A kernel still serves one notebook and ends with it, so no stage sees what another left in memory.
"""

import ast
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mmm.inference.progress import UNATTENDED
from mmm.lazy import import_json_schema

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_ARGUMENTS = ("--IPKernelApp.log_level=50", "--HistoryManager.hist_file=:memory:")
"""What a kernel logs while it is stopped is not for the terminal; errors of cells come back as answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A running kernel, for one notebook."""

    notebook: Path
    manager: Any
    sockets: TemporaryDirectory[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """The notebook that runs next, and what its functions import only when they are called."""

    notebook: Path
    modules: tuple[str, ...] = ()


class KernelsAhead:
    """At most one kernel that waits for its notebook."""

    def __init__(self) -> None:
        self._waiting: Kernel | None = None

    def prepare(self, coming: Coming) -> None:
        """Start the kernel of a notebook and have it run the notebook's imports."""
        self.stop()
        self._waiting = _started(coming)

    def take(self, notebook: Path) -> Kernel:
        """Give the kernel of a notebook, started now when none waits for it, or when it died waiting."""
        kernel = self._waiting
        if kernel is not None and kernel.notebook == notebook and is_alive(kernel):
            self._waiting = None
            return kernel
        self.stop()
        return _started(Coming(notebook=notebook))

    def stop(self) -> None:
        """End the kernel that waits, if one does."""
        kernel, self._waiting = self._waiting, None
        if kernel is not None:
            stop_kernel(kernel)


@contextmanager
def kernels_ahead() -> Iterator[KernelsAhead]:
    """Lend kernels started ahead; none is left behind, however the block ends."""
    ahead = KernelsAhead()
    try:
        yield ahead
    finally:
        ahead.stop()


def is_alive(kernel: Kernel) -> bool:
    """Tell whether the process of a kernel is still there."""
    from jupyter_core.utils import run_sync  # noqa: PLC0415

    return bool(run_sync(kernel.manager.is_alive)())


def stop_kernel(kernel: Kernel) -> None:
    """End a kernel at once; one that has ended already is well."""
    from jupyter_core.utils import run_sync  # noqa: PLC0415

    try:
        if kernel.manager.has_kernel:
            run_sync(kernel.manager.shutdown_kernel)(now=True)
        run_sync(kernel.manager.cleanup_resources)()
    finally:
        kernel.sockets.cleanup()


def _started(coming: Coming) -> Kernel:
    import_json_schema()
    from jupyter_client.manager import AsyncKernelManager  # noqa: PLC0415
    from jupyter_core.utils import run_sync  # noqa: PLC0415

    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"), JUPYTER_PREFER_ENV_PATH="1", **{UNATTENDED: "1"})
    sockets = TemporaryDirectory(prefix="mmm-")
    manager = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=f"{sockets.name}/kernel")
    lines = (*imports_of(coming.notebook), *(f"import {name} as _ahead" for name in coming.modules))
    arguments = [*_ARGUMENTS, *(f"--IPKernelApp.exec_lines={line}" for line in lines)]
    run_sync(manager.start_kernel)(extra_arguments=arguments, cwd=str(coming.notebook.parent))
    return Kernel(notebook=coming.notebook, manager=manager, sockets=sockets)


def imports_of(notebook: Path) -> list[str]:
    """List the import statements of a notebook's cells; a cell that is no plain Python has none."""
    import nbformat  # noqa: PLC0415

    content = nbformat.read(notebook, as_version=4)  # type: ignore[no-untyped-call]
    cells = [cell.source for cell in content.cells if cell.cell_type == "code"]
    return [
        ast.unparse(node)
        for source in cells
        for node in _statements(source)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def _statements(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []
