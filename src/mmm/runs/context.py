"""What a run was asked to do, beside its params: the day it stands on and which checks it makes."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from mmm.errors import UserInputError
from mmm.runs.layout import latest_run

CONTEXT = "context.json"
Checks = Literal["quick", "full"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The day that counts as today, and how much checking is wanted."""

    as_of: date
    checks: Checks = "quick"
    """quick: two origins of the backtest, a quarter apart. full: four."""

    @property
    def n_backtest_folds(self) -> int:
        """Origins from which the backtest forecasts."""
        return 4 if self.checks == "full" else 2


def write_context(folder: Path, context: Context) -> None:
    """Keep the context of a run in its folder."""
    text = json.dumps({"as_of": context.as_of.isoformat(), "checks": context.checks})
    (folder / CONTEXT).write_text(text + "\n", encoding="utf-8")


def read_context(folder: Path) -> Context:
    """Read the context of a run folder.

    Raises
    ------
    UserInputError
        The folder is not one that `mmm run` made.
    """
    try:
        values = json.loads((folder / CONTEXT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserInputError(
            str(folder), ["not a run folder: leave run_folder empty to work in the draft, or use `mmm run`"]
        ) from None
    return Context(as_of=date.fromisoformat(values["as_of"]), checks=values["checks"])


def draft_context(folder: Path) -> Context:
    """Give the context of a draft: that of the run it continues, else today."""
    published = latest_run(folder.parent)
    if published is not None:
        return read_context(published)
    return Context(as_of=date.today())
