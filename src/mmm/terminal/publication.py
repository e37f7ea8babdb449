"""`mmm publish`: which run readers see."""

from pathlib import Path

from rich.console import Console

from mmm.errors import UserInputError
from mmm.runs.layout import RUN_ID, publish, withdraw
from mmm.runs.manifest import read_manifest


def show_publication(run_folder: Path, *, withdraw: bool) -> None:
    """Publish a complete run, or withdraw it."""
    folder = run_folder.resolve()
    manifest = read_manifest(folder)
    if not RUN_ID.fullmatch(folder.name) or manifest["status"] != "ok":
        raise UserInputError(
            str(run_folder),
            [f"status is {manifest['status']}, expected a complete run: only those can be published"],
        )
    Console().print(_withdrawn(folder) if withdraw else _published(folder), highlight=False)


def _published(folder: Path) -> str:
    publish(folder.parent, folder.name)
    return f"{folder.name} is published."


def _withdrawn(folder: Path) -> str:
    seen = withdraw(folder.parent, folder.name)
    now = f"readers see {seen}" if seen else "nothing is published for this analysis now"
    return f"{folder.name} is withdrawn; {now}."
