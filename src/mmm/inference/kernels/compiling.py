"""How the kernels are compiled: once per machine, kept on disk, and again when any kernel file changes.

numba's cache looks at the file of a function only, and not at those of the functions that it calls;
so what is kept here is stamped with a digest of every kernel file. The attributes that hold the stamp
are internal to numba: a test in tests/contracts edits a kernel file and sees it compiled again.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
from numba.core import sigutils
from numba.core.ccallback import CFunc

_FAST = {"reassoc", "contract", "nsz"}


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function of arrays on first use; sums may be reordered, NaN and infinity are kept."""
    dispatcher = numba.njit(cache=True, error_model="numpy", fastmath=_FAST)(function)
    stamp(dispatcher._cache)
    return dispatcher


def entry(signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function that C code calls, at once; `signature` is numba's."""

    def compile_entry(function: Callable[..., Any]) -> Any:
        made = CFunc(function, sigutils.normalize_signature(signature), locals={}, options={})
        made.enable_caching()
        stamp(made._cache)
        made.compile()
        return made

    return compile_entry


def stamp(kept: Any) -> None:
    """Make what a function keeps on disk valid for the present kernel files only."""
    file = kept._cache_file
    file._source_stamp = kernel_digest(Path(__file__).parent)


@cache
def kernel_digest(folder: Path) -> str:
    """Digest of every kernel file, those of the national density beside the folder included."""
    files = [*sorted(folder.glob("*.py")), *sorted(folder.parent.glob("kernel*.py"))]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
