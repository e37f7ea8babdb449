"""One run of an analysis at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmm.errors import UserInputError


@contextmanager
def analysis_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of an analysis; the system frees it if this process dies.

    Raises
    ------
    UserInputError
        Another run holds it.
    """
    path = folder / "lock"
    with path.open("a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            holder = stream.read().strip() or "unknown"
            raise UserInputError(
                str(folder), [f"process {holder} is running this analysis: wait for it, or stop it"]
            ) from None
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        yield
