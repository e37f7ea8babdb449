"""One notebook through Papermill, trusted only when every cell ran and every artefact is there.

Papermill calls a notebook complete when its kernel was killed, timed out or was
interrupted, so its word alone is never taken.
"""

import logging
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from mmm.errors import MmmError, NotConvergedError, UserInputError
from mmm.lazy import import_json_schema
from mmm.runs.kernels import Coming, Kernel, KernelsAhead, stop_kernel

_USER_ERRORS = {"UserInputError", "DataRefusedError", "InfeasibleBudgetError"}
_DISK_ERRORS = {"PermissionError", "OSError"}
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


class StageFailedError(MmmError):
    """A stage ended without doing its work; the message says how."""


class KernelDiedError(StageFailedError):
    """The kernel of a stage was killed, usually for want of memory."""


class _NeverAnsweredError(KernelDiedError):
    """A kernel died, or stayed mute, before its first cell: nothing was done, so it can be replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What one notebook took."""

    seconds: float
    peak_memory_mb: float


def execute_notebook(
    source: Path,
    target: Path,
    parameters: dict[str, str],
    expected: tuple[Path, ...],
    *,
    kernels: KernelsAhead,
    following: Coming | None = None,
) -> Executed:
    """Run a notebook into `target` and check that it did its work.

    Parameters
    ----------
    following : Coming, optional
        The notebook that comes next: its kernel starts now, so that its imports cost no waiting.

    Raises
    ------
    UserInputError, NotConvergedError
        As raised inside the notebook.
    StageFailedError
        Anything else: an exception, a dead kernel, a cell that never ran, a missing artefact.
    """
    # Tasks of an interrupted or dead kernel: what they end with is raised here as well.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    started = time.perf_counter()
    with _peak_memory() as peak:
        try:
            _run_once(source, target, parameters, kernels, following)
        except _NeverAnsweredError:
            _run_once(source, target, parameters, kernels, following)
    _verify(target, expected)
    return Executed(seconds=time.perf_counter() - started, peak_memory_mb=peak[0] / 2**20)


def _run_once(
    source: Path, target: Path, parameters: dict[str, str], kernels: KernelsAhead, following: Coming | None
) -> None:
    kernel = kernels.take(source)
    try:
        if following is not None:
            kernels.prepare(following)
        _run_cells(source, target, parameters, kernel)
    finally:
        stop_kernel(kernel)


def _run_cells(source: Path, target: Path, parameters: dict[str, str], kernel: Kernel) -> None:
    """Have Papermill run a notebook on a kernel that is ours to stop."""
    import_json_schema()
    import papermill  # noqa: PLC0415
    from nbclient.exceptions import DeadKernelError  # noqa: PLC0415

    from mmm.runs.engine import NAME  # noqa: PLC0415

    try:
        papermill.execute_notebook(
            source,
            target,
            parameters,
            engine_name=NAME,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            cwd=source.parent,
            km=kernel.manager,
        )
    except papermill.PapermillExecutionError as error:
        raise _as_ours(error.ename, error.evalue, target) from None
    except DeadKernelError:
        raise KernelDiedError(_killed(target)) from None
    except RuntimeError as error:  # jupyter_client's word for a kernel that died or stayed mute at its start
        raise _NeverAnsweredError(f"{_killed(target)} ({error})") from None


def _as_ours(name: str, message: str, target: Path) -> MmmError:
    """Give back the error that was raised in the kernel, as what it is."""
    text = _ESCAPES.sub("", message)
    if name in _USER_ERRORS:
        head, *lines = text.split("\n")
        return UserInputError(head.rsplit(":", 1)[0], [line.removeprefix("  - ") for line in lines])
    if name == "NotConvergedError":
        return NotConvergedError(text)
    if name in _DISK_ERRORS and (
        "No space left" in text or "Read-only" in text or "Permission denied" in text
    ):
        return UserInputError(str(target.parent), [f"{text}: free or unlock the disk, then run again"])
    return StageFailedError(f"{target.name}: {name}: {text}")


def _killed(target: Path) -> str:
    return f"{target.name}: its kernel was killed, most often for want of memory"


def _verify(target: Path, expected: tuple[Path, ...]) -> None:
    import nbformat  # noqa: PLC0415

    notebook = nbformat.read(target, as_version=4)  # type: ignore[no-untyped-call]
    not_run = [
        index for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None
    ]  # fmt: skip
    if not_run:
        raise KernelDiedError(f"{target.name}: cell {not_run[0]} never ran; its kernel was killed or left")
    missing = [path.name for path in expected if not path.exists() or path.stat().st_size == 0]
    if missing:
        raise StageFailedError(f"{target.name}: ended without writing {', '.join(missing)}")


@contextmanager
def _peak_memory(interval_seconds: float = 0.2) -> Iterator[list[int]]:
    """Watch the resident memory of this process' children; the list holds the highest sum in bytes."""
    peak, stop = [0], threading.Event()

    def watch() -> None:
        me = psutil.Process()
        while not stop.wait(interval_seconds):
            total = 0
            for child in me.children(recursive=True):
                try:
                    total += child.memory_info().rss
                except psutil.Error:  # it ended between the two calls
                    continue
            peak[0] = max(peak[0], total)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        stop.set()
        thread.join()
