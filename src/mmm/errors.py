"""What a user can act on, all problems at once.

`UserInputError` and its children are for people: the command line prints them
without a traceback and exits with `exit_code`. Anything else is a bug.
"""

from collections.abc import Iterable

MAX_LISTED = 5


class MmmError(Exception):
    """Any error that this package raises on purpose."""

    exit_code = 1


class UserInputError(MmmError, ValueError):
    """One or more problems in what the user gave, reported together."""

    exit_code = 2

    def __init__(self, source: str, problems: Iterable[str]) -> None:
        self.source = source
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{source}: {count} problem{'' if count == 1 else 's'}"
        super().__init__("\n".join([head, *(f"  - {problem}" for problem in self.problems)]))


class InfeasibleBudgetError(UserInputError):
    """Constraints of a budget problem that no plan can satisfy together."""


class DataRefusedError(UserInputError):
    """Fatal findings in the data: no model may be fitted on them."""


class NotConvergedError(MmmError):
    """The sampler did not converge, its rerun included."""

    exit_code = 3


class Terminated(BaseException):
    """SIGTERM reached a run: stop the kernel, keep the reason, leave."""


def listed(items: Iterable[object], limit: int = MAX_LISTED) -> str:
    """Join items for a message, at most `limit` of them, then "and 37 more".

    Examples
    --------
    >>> listed(["tv", "radio"])
    'tv, radio'
    >>> listed(range(7), limit=3)
    '0, 1, 2 and 4 more'
    """
    words = [str(item) for item in items]
    shown = ", ".join(words[:limit])
    return shown if len(words) <= limit else f"{shown} and {len(words) - limit} more"
