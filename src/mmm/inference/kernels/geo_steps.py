"""The density of a geo panel in coordinates in which the sampler moves well; the same posterior.

Positions, in order like the parameters of `geo_layout`: steps along a linear map of those shared by all
geos; by channel with effects by geo, what its deviates have in common, then their differences in units
between those of the deviates and those of the effects; the log-odds of the noise exponent.

Effects follow from the share that a channel brings, so data say nothing of what the deviates have in common
and much of their differences: a reflection parts the two. Where data tell the differences, the spread of
effects follows from them, so these stand in units that do not move with it (Papaspiliopoulos, Roberts,
Skold 2007, "A general framework for the parametrization of hierarchical models", Statistical Science 22(1),
partial non-centring).
"""

import math
from typing import Any

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray

from mmm.inference.kernels.compiling import entry, strict
from mmm.inference.kernels.elementary import add_multiple, dot, status, total_of
from mmm.inference.kernels.geo_density import geo_log_density
from mmm.inference.kernels.geo_layout import HEADER, part, places

Array = NDArray[np.float64]


@strict
def reflect(row: Array) -> None:
    """Exchange, in place, the first axis and that of the mean: its own inverse, and lengths are kept."""
    n = row.shape[0]
    root = math.sqrt(n)
    first = row[0]
    along = (total_of(row) - root * first) / (n - root)
    for i in range(n):
        row[i] -= along
    row[0] += root * along


@strict
def to_parameters(position: Array, data: Array, theta: Array) -> float:
    """Fill the parameters that a position means; give the logarithm of the volume that it stands for."""
    _, spreads, deviates, exponent = places(data)
    centre, rows = part(data, 29), part(data, 30).reshape((deviates, deviates))
    centring, geos, volume = part(data, 31), int(data[1]), 0.0
    for i in range(deviates):
        theta[i] = centre[i] + dot(rows[i, : i + 1], position[: i + 1])
    for c in range(deviates - spreads):
        at = deviates + c * geos
        away = -centring[c] * (theta[spreads + c] - centre[spreads + c])
        volume += (geos - 1) * away
        unit = math.exp(away)
        theta[at] = position[at]
        for g in range(1, geos):
            theta[at + g] = unit * position[at + g]
        reflect(theta[at : at + geos])
    theta[exponent:] = position[exponent:]
    return volume


@strict
def geo_step_density(position: Array, data: Array, slope: Array) -> float:
    """Give the log-density at a position, up to a constant, and write its gradient over `slope`."""
    _, spreads, deviates, exponent = places(data)
    centre, rows = part(data, 29), part(data, 30).reshape((deviates, deviates))
    centring, geos = part(data, 31), int(data[1])
    theta, gradient = np.empty(position.shape[0]), np.empty(position.shape[0])
    volume = to_parameters(position, data, theta)
    density = volume + geo_log_density(theta, data, gradient)
    for c in range(deviates - spreads):
        at = deviates + c * geos
        unit = math.exp(-centring[c] * (theta[spreads + c] - centre[spreads + c]))
        reflect(gradient[at : at + geos])
        slope[at] = gradient[at]
        moved = float(geos - 1)
        for g in range(1, geos):
            slope[at + g] = unit * gradient[at + g]
            moved += slope[at + g] * position[at + g]
        gradient[spreads + c] -= centring[c] * moved
    slope[:deviates] = 0.0
    for i in range(deviates):
        add_multiple(slope[: i + 1], gradient[i], rows[i, : i + 1])
    slope[exponent:] = gradient[exponent:]
    return density


@strict
def all_parameters(positions: Array, data: Array, thetas: Array) -> None:
    """Fill the parameters of many positions, (draw, parameter)."""
    for n in range(positions.shape[0]):
        to_parameters(positions[n], data, thetas[n])


_pointer: Any = types.CPointer(types.double)


@entry(types.int64(types.uint64, _pointer, _pointer, _pointer, _pointer))
def geo_step_density_entry(size: int, position: Any, gradient: Any, density: Any, user_data: Any) -> int:
    """C entry for the sampler."""
    n = int(size)
    header = numba.carray(user_data, (HEADER,))
    data = numba.carray(user_data, (int(header[HEADER - 1]),))
    slope = numba.carray(gradient, (n,))
    value = geo_step_density(numba.carray(position, (n,)), data, slope)
    numba.carray(density, (1,))[0] = value
    return status(value, slope)
