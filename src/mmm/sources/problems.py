"""What makes a source unreadable, gathered over all sources before anything is said."""

from collections.abc import Iterable

from mmm.errors import MAX_LISTED, listed
from mmm.params import nearest


class SourceProblems(Exception):
    """Problems of one source; `read_sources` joins them into one `UserInputError`."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


def missing_column(expected: str, meaning: str, found: Iterable[str]) -> str:
    """Say that a column is not in the file, which ones are, and which one was probably meant.

    Examples
    --------
    >>> missing_column("depense", "spend", ["semaine", "depenses"])
    'column depense (spend) not found, the file has semaine, depenses: did you mean depenses?'
    """
    names = [name for name in found if name]
    what = f"column {expected}" + (f" ({meaning})" if meaning != expected else "")
    hint = nearest(expected, names)
    advice = hint if hint.startswith("did you mean") else f"name the column in `columns: {{{meaning}: ...}}`"
    return f"{what} not found, the file has {listed(names, 2 * MAX_LISTED)}: {advice}"
