"""Papermill's engine for a kernel that was started before its notebook."""

from typing import Any

from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines

NAME = "started-ahead"
_START_TIMEOUT_SECONDS = 60


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """Runs cells on the kernel that it is given, and ends it with its connections as if it were its own."""

    def __init__(self, nb_man: Any, km: Any, **options: Any) -> None:
        super().__init__(nb_man, km=km, **options)
        self.owns_km = True


class _StartedAhead(Engine):  # type: ignore[misc]
    """Papermill's usual execution, but for who starts the kernel."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, log_output: bool = False, **options: Any
    ) -> Any:
        """Run the cells of a notebook on `options["km"]`."""
        return _Client(
            nb_man,
            options["km"],
            kernel_name=kernel_name,
            log_output=log_output,
            startup_timeout=_START_TIMEOUT_SECONDS,
            shutdown_kernel="immediate",  # its cells are done: nothing is left to wait for
        ).execute()


papermill_engines.register(NAME, _StartedAhead)
