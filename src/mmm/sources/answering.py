"""A database that goes away in the middle is the user's to mend: a message, not a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from mmm.errors import UserInputError

_GONE = {"OperationalError", "InterfaceError", "ConnectionException", "IOException", "Py4JNetworkError"}
"""Names of what drivers raise when the server or the disk under it is gone."""


@contextmanager
def answering(source: str) -> Iterator[None]:
    """Turn the loss of a database into a `UserInputError`; every other error passes.

    Raises
    ------
    UserInputError
        The database stopped answering while it computed.
    """
    try:
        yield
    except Exception as error:
        if not _GONE & {kind.__name__ for kind in type(error).__mro__}:
            raise
        lines = str(error).splitlines()
        reason = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
        raise UserInputError(
            source,
            [
                f"the database stopped answering while it computed ({reason}), expected it to stay up: "
                "start it and run again; nothing was written"
            ],
        ) from None
