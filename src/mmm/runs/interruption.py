"""How a run ends when it does not end well: its reason is kept, and no kernel is left behind."""

import errno
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from mmm.errors import DataRefusedError, MmmError, NotConvergedError, Terminated, UserInputError
from mmm.runs import workspace
from mmm.runs.execution import KernelDiedError
from mmm.runs.manifest import Status

_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def reason_is_kept(partial: Path) -> Iterator[None]:
    """Rename a run that fails and write why; one that a person interrupts stays, to be resumed."""
    previous = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except KeyboardInterrupt:
        workspace.mark(partial, "interrupted")
        raise
    except BaseException as error:
        mended = _as_user_error(error, partial)
        if partial.exists():
            failed = workspace.fail(partial, _status(mended), str(mended) or type(mended).__name__)
            mended.add_note(f"The run is kept, with its executed notebooks: {failed}")
        if mended is error:
            raise
        raise mended from None
    finally:
        signal.signal(signal.SIGTERM, previous)


def _as_user_error(error: BaseException, partial: Path) -> BaseException:
    if isinstance(error, OSError) and error.errno in _DISK:
        problem = f"cannot be written ({error.strerror}): free or unlock the disk, then run again"
        return UserInputError(str(partial.parent), [problem])
    return error


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise Terminated("stopped by the system (SIGTERM)")


def _status(error: BaseException) -> Status:
    if isinstance(error, DataRefusedError | NotConvergedError):
        return "refused"
    if isinstance(error, KernelDiedError | Terminated):
        return "killed"
    return "refused" if isinstance(error, MmmError) and error.exit_code == 2 else "failed"
