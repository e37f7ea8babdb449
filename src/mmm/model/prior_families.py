"""Draws of every channel's curve from the beliefs on its slots, whatever its families."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, expit, ndtri

from mmm.model.curve_slots import BETA, BOUNDED, HALF_LIFE_SLOT, SLOTS, curve_slots, variable
from mmm.model.design import Design
from mmm.model.spec import ModelSpec
from mmm.transforms import ADSTOCKS, MediaCurves, lag_weights

FloatArray = NDArray[np.float64]
LONGEST = 400
"""Lags over which the time until nine tenths of an effect is looked for."""


def draw_curves(design: Design, spec: ModelSpec, uniform: FloatArray) -> MediaCurves:
    """Give the curves at points of the unit cube.

    Parameters
    ----------
    uniform : ndarray of shape (draw, 4, channel)
        Uniform numbers, strictly between 0 and 1; one per slot.
    """
    slots = curve_slots(design, spec)
    values = {slot: np.full((len(uniform), len(design.channels)), np.nan) for slot in SLOTS}
    for at, channel in enumerate(design.channels):
        for place, slot in enumerate(SLOTS):
            name = variable(slot, spec.form(channel))
            if name is not None:
                belief = slots.prior[place, :, at]
                values[slot][:, at] = _parameter(belief, uniform[:, place, at], bounded=name in BOUNDED)
    shape = (len(uniform), len(design.channels))
    return MediaCurves(
        adstock=np.broadcast_to(slots.forms[0].astype(np.int8), shape),
        saturation=np.broadcast_to(slots.forms[1].astype(np.int8), shape),
        saturates_first=np.broadcast_to(slots.forms[2].astype(bool), shape),
        first=values["first"],
        second=values["second"],
        half_saturation=values["half"],
        slope=values["slope"],
        n_lags=np.full(len(uniform), design.n_lags),
    )


def nine_tenths(curves: MediaCurves, at: int) -> FloatArray:
    """Give the periods until nine tenths of a channel's effect have come, (draw)."""
    family = ADSTOCKS[int(curves.adstock[0, at])]
    first, second = curves.first[:, at], curves.second[:, at]
    if family == "none":
        return np.zeros(len(first))
    if family == "geometric":
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(0.1) / np.log(first))
    come = lag_weights(family, first, second, LONGEST).cumsum(axis=1)
    return np.asarray((come < 0.9).sum(axis=1) + 1.0)


def _parameter(belief: FloatArray, uniform: FloatArray, *, bounded: bool) -> FloatArray:
    kind, first, second = int(belief[0]), belief[1], belief[2]
    if kind == BETA:
        return np.asarray(betaincinv(first, second, uniform))
    scaled = first + second * ndtri(uniform)
    if kind == HALF_LIFE_SLOT:
        return np.asarray(0.5 ** np.exp(-scaled))
    return np.asarray(expit(scaled) if bounded else np.exp(scaled))
