"""The density with explicit coefficients along steps that a pilot run found to stand alone.

Positions are steps along a fixed linear map: parameters are its centre plus the map times the position.
"""

from typing import Any

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import entry, strict
from mmm.inference.kernels.elementary import add_multiple, dot, status
from mmm.inference.kernels.explicit_density import explicit_log_density
from mmm.inference.kernels.geo_layout import HEADER, part

Array = NDArray[np.float64]


@strict
def explicit_step_density(position: Array, data: Array, slope: Array) -> float:
    """Give the log-density at a position, up to a constant, and write its gradient over `slope`."""
    size = position.shape[0]
    centre, rows = part(data, 29), part(data, 30).reshape((size, size))
    theta, gradient = np.empty(size), np.empty(size)
    for i in range(size):
        theta[i] = centre[i] + dot(rows[i, : i + 1], position[: i + 1])
    density = explicit_log_density(theta, data, gradient)
    slope[:] = 0.0
    for i in range(size):
        add_multiple(slope[: i + 1], gradient[i], rows[i, : i + 1])
    return density


_pointer: Any = types.CPointer(types.double)


@entry(types.int64(types.uint64, _pointer, _pointer, _pointer, _pointer))
def explicit_step_density_entry(size: int, position: Any, gradient: Any, density: Any, user_data: Any) -> int:
    """C entry for the sampler."""
    n = int(size)
    header = numba.carray(user_data, (HEADER,))
    data = numba.carray(user_data, (int(header[HEADER - 1]),))
    slope = numba.carray(gradient, (n,))
    value = explicit_step_density(numba.carray(position, (n,)), data, slope)
    numba.carray(density, (1,))[0] = value
    return status(value, slope)
