"""The media term of the definition in PyMC for any carry-over and saturation, on a national panel."""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from mmm.model.curve_slots import BETA, HALF_LIFE_SLOT, SLOTS, CurveSlots, curve_slots, variable
from mmm.model.design import Design
from mmm.model.spec import ChannelForm, ModelSpec
from mmm.transforms.saturation import EXPONENTIAL_HALF, LOGISTIC_HALF

Tensor = Any
"""A tensor variable of PyTensor, whose operators are not typed."""


def family_reached(design: Design, spec: ModelSpec) -> Tensor:
    """What each channel reaches in each period, in units of its ceiling: (period, channel).

    One variable per parameter, over the channels that have it: `retention`, `weibull_scale`, ...
    """
    known, columns = parameters(design, spec), []
    for at, name in enumerate(design.channels):
        form = spec.form(name)
        own = {slot: known.get((slot, at)) for slot in SLOTS}
        before = np.full(design.n_lags, design.carry_in[at])
        series: Tensor = pt.as_tensor(np.append(before, design.x[:, at]))
        if form.order == "saturation_first":
            columns.append(carried(form, own, bent(form, own, series), design.n_lags))
        else:
            columns.append(bent(form, own, carried(form, own, series, design.n_lags)))
    return pt.stack(columns, axis=1)


def parameters(design: Design, spec: ModelSpec) -> dict[tuple[str, int], Tensor]:
    """Every parameter of the curves with its belief, by slot and place of the channel."""
    slots, found = curve_slots(design, spec), dict[tuple[str, int], Tensor]()
    for (name, kind), places in grouped(design.channels, spec, slots).items():
        first, second = np.array([slots.prior[SLOTS.index(slot), 1:, at] for slot, at in places]).T
        if kind == HALF_LIFE_SLOT:
            values = 0.5 ** (1 / pm.LogNormal("stated_half_life", first, second))
        else:
            values = (pm.Beta if kind == BETA else pm.LogNormal)(name, first, second)
        found |= {place: values[at] for at, place in enumerate(places)}
    return found


def grouped(
    channels: tuple[str, ...], spec: ModelSpec, slots: CurveSlots
) -> dict[tuple[str, int], list[tuple[str, int]]]:
    """Give the slots and channels that hold each parameter, by its name and kind of belief."""
    found: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for number, slot in enumerate(SLOTS):
        for at, channel in enumerate(channels):
            name = variable(slot, spec.form(channel))
            if name is not None:
                found.setdefault((name, int(slots.prior[number, 0, at])), []).append((slot, at))
    return found


def carried(form: ChannelForm, own: dict[str, Tensor], series: Tensor, n_lags: int) -> Tensor:
    """Carry a series over, `n_lags` periods of history before its first period.

    Geometric weights reach beyond the window: the history before it is what it is within.
    """
    n_periods = series.shape[0] - n_lags
    first, second = own["first"], own["second"]
    if form.adstock == "none":
        return series[n_lags:]
    if form.adstock == "geometric":
        place = np.arange(series.shape.eval()[0] - n_lags)
        lag = place[:, None] - place
        weights = pt.switch(lag >= 0, (1 - first) * first ** np.maximum(lag, 0), 0.0)
        return weights @ series[n_lags:] + series[n_lags - 1] * first ** (place + 1)
    lag = np.arange(n_lags, dtype=float)
    if form.adstock == "delayed":
        raw = first ** ((lag - second) ** 2)
    else:
        alive = pt.exp(-pt.switch(lag > 0, (np.maximum(lag, 1) / first) ** second, 0.0))
        gone = pt.exp(-(((lag + 1) / first) ** second))
        raw = alive - gone if form.adstock == "weibull_density" else alive
    weights = raw / raw.sum()
    moved = [series[n_lags - k : n_lags - k + n_periods] for k in range(n_lags)]
    return weights @ pt.stack(moved)


def bent(form: ChannelForm, own: dict[str, Tensor], pressure: Tensor) -> Tensor:
    """Saturate a series; no pressure means exactly no effect."""
    half, slope = own["half"], own["slope"]
    active = pressure > 0
    safe = pt.switch(active, pressure, 1.0)
    if form.saturation == "none":
        return pressure
    if form.saturation == "power":
        return pt.switch(active, safe**slope, 0.0)
    if form.saturation == "logistic":
        return pt.tanh(0.5 * LOGISTIC_HALF * pressure / half)
    if form.saturation == "exponential":
        return 1 - pt.exp(-EXPONENTIAL_HALF * pressure / half)
    power = slope if form.saturation == "hill" else 1.0
    return pt.switch(active, pt.sigmoid(power * (pt.log(safe) - pt.log(half))), 0.0)
