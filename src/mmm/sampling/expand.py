"""The C function by which nutpie turns a position into what it stores: here, the position itself."""

import numba
from numba import types

_pointer = types.CPointer(types.double)


@numba.cfunc(types.int64(types.uint64, types.uint64, _pointer, _pointer, _pointer), cache=True)
def copy_entry(size, n_stored, position, stored, user_data):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, ARG001
    """Copy the position; the shapes are nutpie's."""
    for i in range(n_stored):
        stored[i] = position[i]
    return 0
