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


def strict(function: Callable[..., Any]) -> Any:
    """Compile in strict arithmetic, for what is not a sum over a row.

    Where the order of operations is free, a copy inlined into its caller may round otherwise than one
    that is called: draws would depend on whether code came from the disk.
    """
    return _stamped(numba.njit(cache=True, error_model="numpy")(function))


def inlined(function: Callable[..., Any]) -> Any:
    """Compile in strict arithmetic as a part of each caller: a fifth less to compile, and a tenth to run."""
    return numba.njit(error_model="numpy", inline="always")(function)


def straight(function: Callable[..., Any]) -> Any:
    """Compile with multiplications and additions fused, in the order in which they stand."""
    return _stamped(numba.njit(cache=True, error_model="numpy", fastmath=_FAST - {"reassoc"})(function))


def _stamped(dispatcher: Any) -> Any:
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
    """Digest of every kernel file."""
    files = sorted(folder.glob("*.py"))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
