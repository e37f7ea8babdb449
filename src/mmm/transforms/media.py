"""Curves of media by draw, each draw and channel with its own families: from spend to what is reached.

Axes are draw, channel, period. An averaged posterior has draws of several families side by side;
whoever reads curves asks this file and never for a family.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.transforms.adstock import geometric_adstock, lag_weights, windowed_adstock
from mmm.transforms.families import ADSTOCKS, HILL, LINEAR, MICHAELIS_MENTEN, POWER
from mmm.transforms.saturation import saturate, saturate_slope

FloatArray = NDArray[np.float64]
NONE, GEOMETRIC = ADSTOCKS.index("none"), ADSTOCKS.index("geometric")


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaCurves:
    """Parameters of every channel's carry-over and saturation, all of shape (draw, channel).

    What a family does not read is NaN.
    """

    adstock: NDArray[np.int8]
    """Place in `mmm.transforms.ADSTOCKS`."""
    saturation: NDArray[np.int8]
    """Place in `mmm.transforms.SATURATIONS`."""
    saturates_first: NDArray[np.bool_]
    """Saturation before carry-over, period by period."""
    first: FloatArray
    """Retention, or Weibull scale in periods: see `lag_weights`."""
    second: FloatArray
    """Delay in periods, or Weibull shape."""
    half_saturation: FloatArray
    """Pressure at half of the ceiling."""
    slope: FloatArray
    """Steepness of Hill, exponent of power."""
    n_lags: NDArray[np.int64]
    """(draw,) Length of the window of the families that have one."""


def carried(curves: MediaCurves, spend: FloatArray, before: FloatArray) -> FloatArray:
    """Carry a path over to later periods, (draw, channel, period).

    Parameters
    ----------
    spend : ndarray of shape (channel, period) or (draw, channel, period)
        What is carried over, oldest period first.
    before : ndarray of shape (channel,) or (draw, channel)
        The constant path before the first period.
    """
    shape = curves.adstock.shape
    path = np.broadcast_to(spend, (*shape, spend.shape[-1]))
    start = np.broadcast_to(before, shape)
    if (curves.adstock == GEOMETRIC).all():
        return geometric_adstock(spend, curves.first, start)
    found = np.empty(path.shape)
    for channel, draws, code, n_lags in _alike(curves):
        first, second = curves.first[draws, channel], curves.second[draws, channel]
        own, history = path[draws, channel], start[draws, channel]
        if code == NONE:
            found[draws, channel] = own
        elif code == GEOMETRIC:
            found[draws, channel] = geometric_adstock(own, first, history)
        else:
            weights = lag_weights(ADSTOCKS[code], first, second, n_lags)
            found[draws, channel] = windowed_adstock(own, weights, history)
    return found


def reached(curves: MediaCurves, spend: FloatArray, before: FloatArray) -> FloatArray:
    """Give what each channel reaches in each period, in units of its ceiling; see `carried`.

    0 to 1 where the family has a ceiling, else its response to the pressure.
    """
    carry_first = ~curves.saturates_first
    if carry_first.all():
        return _saturated(curves, carried(curves, spend, before))
    late = _saturated(curves, carried(curves, spend, before)) if carry_first.any() else None
    bent, bent_before = _bent(curves, spend, before)
    early = carried(curves, bent, bent_before)
    return early if late is None else np.where(carry_first[..., None], late, early)


def reached_slope(curves: MediaCurves, spend: FloatArray, before: FloatArray) -> FloatArray:
    """Give the derivative of `reached` by the logarithm of spend, the path before included."""
    carry_first = ~curves.saturates_first
    pressure = carried(curves, spend, before)
    late = _rise(curves, pressure)
    if carry_first.all():
        return late
    shape = curves.adstock.shape
    path = np.broadcast_to(spend, (*shape, spend.shape[-1]))
    history = np.broadcast_to(before, shape)[..., None]
    early = carried(curves, _rise(curves, path), _rise(curves, history)[..., 0])
    return np.where(carry_first[..., None], late, early)


def mean_reached(
    curves: MediaCurves, at: int, spend: FloatArray, before: FloatArray, multiples: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give one channel's average over periods for multiples of its path, and the slope by the multiple.

    Parameters
    ----------
    at : int
        Place of the channel.
    multiples : ndarray
        0 or more. The slope at 0 is not computed: it may be infinite, and 0 is given.

    Returns
    -------
    tuple of ndarray of shape (draw, multiple)
    """
    own = one_channel(curves, at)
    value, slope = (np.zeros((len(curves.slope), len(multiples))) for _ in range(2))
    pressure = carried(own, spend[at : at + 1], before[at : at + 1])[:, 0]
    early = own.saturates_first[:, 0]
    for code in np.unique(own.saturation[~early]):
        rows = np.flatnonzero((own.saturation[:, 0] == code) & ~early)
        half, power = own.half_saturation[rows], own.slope[rows]
        value[rows], slope[rows] = _means(int(code), pressure[rows], half, power, multiples)
    if early.any():
        for place, multiple in enumerate(multiples):
            path, history = multiple * spend[at : at + 1], multiple * before[at : at + 1]
            value[early, place] = reached(own, path, history)[early, 0].mean(axis=-1)
            if multiple > 0:
                rise = reached_slope(own, path, history)[early, 0].mean(axis=-1)
                slope[early, place] = rise / multiple
    return value, slope


def one_channel(curves: MediaCurves, at: int) -> MediaCurves:
    """Keep one channel, as a last axis of length 1."""
    kept = {name: getattr(curves, name) for name in MediaCurves.__slots__}
    return MediaCurves(
        **{name: values if values.ndim == 1 else values[:, at : at + 1] for name, values in kept.items()}
    )


def _means(
    code: int, pressure: FloatArray, half: FloatArray, slope: FloatArray, multiples: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Averages over periods at multiples of a pressure (draw, period), and their slopes.

    Hill takes its power once: (m a / k)^s = m^s (a / k)^s.
    """
    value, rise = (np.zeros((len(pressure), len(multiples))) for _ in range(2))
    power = np.ones_like(slope) if code == MICHAELIS_MENTEN else slope
    odds = (pressure / half) ** power if code in {HILL, MICHAELIS_MENTEN} else pressure
    unit = saturate(code, pressure, half, slope).mean(axis=1) if code in {POWER, LINEAR} else None
    exponent = slope[:, 0] if code == POWER else np.ones(len(pressure))
    for place, multiple in enumerate(multiples):
        if unit is not None:
            value[:, place] = unit * multiple**exponent
            rise[:, place] = exponent * value[:, place]
        elif code in {HILL, MICHAELIS_MENTEN}:
            raised = odds * multiple**power
            share = raised / (1.0 + raised)
            value[:, place] = share.mean(axis=1)
            rise[:, place] = power[:, 0] * (share * (1.0 - share)).mean(axis=1)
        else:
            value[:, place] = saturate(code, multiple * pressure, half, slope).mean(axis=1)
            steep = saturate_slope(code, multiple * pressure, half, slope)
            rise[:, place] = (steep * multiple * pressure).mean(axis=1)
    return value, np.divide(rise, multiples, out=np.zeros_like(rise), where=multiples > 0)


def _saturated(curves: MediaCurves, pressure: FloatArray) -> FloatArray:
    return saturate(
        curves.saturation[..., None], pressure, curves.half_saturation[..., None], curves.slope[..., None]
    )


def _rise(curves: MediaCurves, pressure: FloatArray) -> FloatArray:
    """Derivative of the saturation by the logarithm of its pressure: none where there is no pressure."""
    steep = saturate_slope(
        curves.saturation[..., None], pressure, curves.half_saturation[..., None], curves.slope[..., None]
    )
    return np.where(pressure > 0, np.where(pressure > 0, steep, 0.0) * pressure, 0.0)


def _bent(curves: MediaCurves, spend: FloatArray, before: FloatArray) -> tuple[FloatArray, FloatArray]:
    shape = curves.adstock.shape
    path = np.broadcast_to(spend, (*shape, spend.shape[-1]))
    history = np.broadcast_to(before, shape)[..., None]
    return _saturated(curves, path), _saturated(curves, history)[..., 0]


def _alike(curves: MediaCurves) -> Iterator[tuple[int, NDArray[np.intp], int, int]]:
    """Draws of one channel that share a family and a window: channel, draws, code, lags."""
    for channel in range(curves.adstock.shape[1]):
        kinds = np.stack([curves.adstock[:, channel], curves.n_lags], axis=1)
        for code, n_lags in np.unique(kinds, axis=0):
            yield channel, np.flatnonzero((kinds == (code, n_lags)).all(axis=1)), int(code), int(n_lags)
