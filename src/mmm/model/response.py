"""From parameters to what media do: the definition's media term, in numpy, for many draws at once."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mmm.model.design import Design
from mmm.transforms import geometric_adstock, hill

FloatArray = NDArray[np.float64]


def saturated_media(
    design: Design, retention: ArrayLike, half_saturation: ArrayLike, slope: ArrayLike
) -> FloatArray:
    """Give the share of its ceiling that each channel reaches in each period of the data.

    Parameters
    ----------
    retention, half_saturation, slope : arrays of shape (..., channel)
        Draws of the parameters.

    Returns
    -------
    ndarray of shape (..., channel, period)
    """
    pressure = geometric_adstock(design.x.T, retention, design.carry_in)
    half, power = np.asarray(half_saturation, dtype=float), np.asarray(slope, dtype=float)
    return hill(pressure, half[..., None], power[..., None])
