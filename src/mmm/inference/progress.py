"""A bar while a model is sampled: in a terminal and in a live notebook, silent elsewhere."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from mmm.sampling import Progress

type ProgressChoice = Progress | Literal["auto"] | None
"""A function that is called with the steps done and to do; `auto` for a bar; None for silence."""
UNATTENDED = "MMM_UNATTENDED"
"""Environment variable of kernels that nobody looks at: the stages of a run."""


def is_attended() -> bool:
    """Tell whether somebody may be looking: not in a stage of a run."""
    return not os.environ.get(UNATTENDED)


def in_turn(progress: "Progress | None", steps: Sequence[int]) -> "list[Progress | None]":
    """Give a function for each of several samplings of so many steps that fill one bar together.

    Examples
    --------
    >>> pilot, real = in_turn(lambda done, to_do: print(done, "of", to_do), [100, 400])
    >>> pilot(50, 100), real(400, 400)
    50 of 500
    500 of 500
    (None, None)
    """
    if progress is None:
        return [None] * len(steps)
    before = [sum(steps[:turn]) for turn in range(len(steps))]
    return [partial(_report_from, progress, start, sum(steps)) for start in before]


def _report_from(progress: "Progress", before: int, in_all: int, done: int, _: int) -> None:
    progress(before + done, in_all)


@contextmanager
def shown_progress(choice: ProgressChoice, title: str) -> "Iterator[Progress | None]":
    """Give the function that the sampler calls; what it shows is gone at the end.

    Under Papermill nothing is shown: only a kernel opened from JupyterLab or an editor has a bar.
    """
    if choice != "auto":
        yield choice
    elif not is_attended():
        yield None
    elif _in_live_notebook():
        with _notebook_bar(title) as progress:
            yield progress
    elif sys.stderr.isatty():
        with _terminal_bar(title) as progress:
            yield progress
    else:
        yield None


def _in_live_notebook() -> bool:
    shell = _shell()
    if shell is None or type(shell).__name__ != "ZMQInteractiveShell":
        return False
    return "JPY_SESSION_NAME" in os.environ or "__vsc_ipynb_file__" in shell.user_ns


def _shell() -> Any:
    """Give IPython's shell, without importing IPython where it does not run."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


@contextmanager
def _notebook_bar(title: str) -> "Iterator[Progress]":
    from IPython import display  # noqa: PLC0415 - it runs already

    shown: Any = display  # its functions have no types
    handle = shown.display(shown.HTML(_bar_html(title, 0, 1)), display_id=True)

    def report(done: int, to_do: int) -> None:
        handle.update(shown.HTML(_bar_html(title, done, to_do)))

    try:
        yield report
    finally:
        handle.update(shown.HTML(""))


def _bar_html(title: str, done: int, to_do: int) -> str:
    return f'{title} <progress value="{done}" max="{max(to_do, 1)}"></progress> {done:,} / {to_do:,}'


@contextmanager
def _terminal_bar(title: str) -> "Iterator[Progress]":
    from rich.console import Console  # noqa: PLC0415 - only a bar needs it
    from rich.progress import Progress as Bar  # noqa: PLC0415

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def report(done: int, to_do: int) -> None:
            bar.update(task, completed=done, total=to_do)

        yield report
