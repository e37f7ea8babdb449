"""Carry-over and saturation of every family in PyMC: variables, and what media reach.

Parameters stand on their own scale, as the draws of a fit name them. `mmm.transforms` states the same
functions in numpy, `mmm.inference.kernels` compiled.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.tensor.variable import TensorVariable

from mmm.model.design import Design
from mmm.model.shape_prior import ABSENT, BETA, HALF_LIFE, ShapePrior
from mmm.transforms import ADSTOCKS, SATURATIONS
from mmm.transforms.saturation import EXPONENTIAL_HALF, LOGISTIC_HALF

Tensor = TensorVariable[Any, Any]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveTensors:
    """Parameters of the curves, one per channel; 1 where a channel's family has no such parameter."""

    first: Tensor
    second: Tensor
    half_saturation: Tensor
    slope: Tensor


def curve_places(prior: ShapePrior) -> dict[str, Places]:
    """Give the channels that have each variable, by its name."""
    adstock, saturation = np.array(ADSTOCKS)[prior.adstock], np.array(SATURATIONS)[prior.saturation]
    is_weibull = np.isin(adstock, ("weibull_density", "weibull_survival"))
    is_retained = np.isin(adstock, ("geometric", "delayed"))
    found = {
        "retention": is_retained & (prior.kind[0] == BETA),
        "stated_half_life": is_retained & (prior.kind[0] == HALF_LIFE),
        "weibull_scale": is_weibull,
        "delay": adstock == "delayed",
        "weibull_shape": is_weibull,
        "half_saturation": prior.kind[2] != ABSENT,
        "slope": saturation == "hill",
        "exponent": saturation == "power",
    }
    return {name: np.flatnonzero(chosen) for name, chosen in found.items() if chosen.any()}


_SLOT = {
    "retention": 0,
    "stated_half_life": 0,
    "weibull_scale": 0,
    "delay": 1,
    "weibull_shape": 1,
    "half_saturation": 2,
    "slope": 3,
    "exponent": 3,
}


def variable_name(prior: ShapePrior, name: str) -> str:
    """Name a variable: `sampled_...` where only some channels have it and the whole is put together."""
    places = curve_places(prior)[name]
    alone = len(places) == len(prior.adstock) and name != "stated_half_life"
    return name if alone else f"sampled_{name}"


def curve_coords(design: Design) -> dict[str, list[str]]:
    """Names along the dimensions of variables that only some channels have."""
    return {
        f"{name}_channel": [design.channels[place] for place in places]
        for name, places in curve_places(design.shape_prior).items()
    }


def curve_tensors(design: Design) -> CurveTensors:
    """State the variables of the curves with their beliefs."""
    prior, n_channels = design.shape_prior, len(design.channels)
    slots: list[Tensor] = [pt.ones(n_channels) for _ in range(4)]
    whole: dict[str, Tensor] = {}
    for name, places in curve_places(prior).items():
        slot = _SLOT[name]
        first, second = prior.first[slot, places], prior.second[slot, places]
        make = pm.Beta if name in {"retention", "exponent"} else pm.LogNormal
        own = make(variable_name(prior, name), first, second, dims=f"{name}_channel")
        known = "retention" if name == "stated_half_life" else name
        own = 0.5 ** (1 / own) if name == "stated_half_life" else own
        whole[known] = _placed(whole.get(known, pt.as_tensor(np.full(n_channels, np.nan))), places, own)
        slots[slot] = _placed(slots[slot], places, own)
    for name, values in whole.items():
        if name not in pm.modelcontext(None).named_vars:
            pm.Deterministic(name, values, dims="channel")
    return CurveTensors(first=slots[0], second=slots[1], half_saturation=slots[2], slope=slots[3])


def reached_of(design: Design, curves: CurveTensors) -> tuple[Tensor, Tensor]:
    """Give what channels reach and its rise, the derivative by the logarithm of spend: (period, channel)."""
    prior, shape = design.shape_prior, (len(design.y), len(design.channels))
    found, risen = pt.zeros(shape), pt.zeros(shape)
    families = np.stack([prior.adstock, prior.saturation, prior.saturates_first], axis=1)
    for family in np.unique(families, axis=0):
        places = np.flatnonzero((families == family).all(axis=1))
        reached, rise = _of_family(design, curves, places, family)
        found, risen = _placed(found, places, reached), _placed(risen, places, rise)
    return found, risen


def _placed(whole: Tensor, places: Places, values: Tensor) -> Tensor:
    """Put the values of some channels into the last axis of a whole."""
    found: Tensor = pt.set_subtensor(whole[..., places], values)
    return found


def _of_family(
    design: Design, curves: CurveTensors, places: Places, family: NDArray[np.int64]
) -> tuple[Tensor, Tensor]:
    adstock, saturation, is_late = ADSTOCKS[family[0]], SATURATIONS[family[1]], bool(family[2])
    own = CurveTensors(
        first=curves.first[places],
        second=curves.second[places],
        half_saturation=curves.half_saturation[places],
        slope=curves.slope[places],
    )
    path, before = pt.as_tensor(design.x[:, places]), pt.as_tensor(design.carry_in[places])
    n_lags = design.shape_prior.n_lags
    if not is_late:
        pressure = _carried(path, before, adstock, own, n_lags)
        return saturated(saturation, pressure, own.half_saturation, own.slope)
    bent = saturated(saturation, path, own.half_saturation, own.slope)
    earlier = saturated(saturation, before[None], own.half_saturation, own.slope)
    reached, rise = (
        _carried(values, start[0], adstock, own, n_lags) for values, start in zip(bent, earlier, strict=True)
    )
    return reached, rise


def _carried(path: Tensor, before: Tensor, adstock: str, curves: CurveTensors, n_lags: int) -> Any:
    """Weights on earlier periods, (period, channel); the path stood at `before` before the first one."""
    n_periods = path.type.shape[0]
    if adstock == "none":
        return path
    if adstock == "geometric":
        retention, lag = curves.first, np.arange(n_periods)[:, None] - np.arange(n_periods)
        kept = retention[None, None] ** np.maximum(lag, 0)[:, :, None] * (lag >= 0)[:, :, None]
        carried = ((1 - retention) * kept * path[None]).sum(axis=1)
        return carried + before * retention ** np.arange(1, n_periods + 1)[:, None]
    weights = _lag_weights(adstock, curves.first, curves.second, n_lags)
    history = pt.repeat(before[None], n_lags - 1, axis=0)
    whole: Any = pt.concatenate([history, path], axis=0)
    at = np.arange(n_periods)[:, None] + n_lags - 1 - np.arange(n_lags)
    return (whole[at] * weights[None]).sum(axis=1)


def _lag_weights(adstock: str, first: Tensor, second: Tensor, n_lags: int) -> Any:
    """Share of the effect that comes after each lag, (lag, channel)."""
    lag = np.arange(float(n_lags))[:, None]
    if adstock == "delayed":
        raw = first ** ((lag - second) ** 2)
    else:
        raw = pt.exp(-_power_of_lag(lag, first, second))
        if adstock == "weibull_density":
            raw = raw - pt.exp(-_power_of_lag(lag + 1, first, second))
    return raw / raw.sum(axis=0)


def _power_of_lag(lag: NDArray[np.float64], scale: Tensor, shape: Tensor) -> Any:
    """(lag / scale) ** shape with finite slopes at no lag."""
    positive = np.where(lag > 0, lag, 1.0)
    power = pt.exp(shape * (np.log(positive) - pt.log(scale)))
    return pt.switch(lag > 0, power, 0.0)


def saturated(family: str, pressure: Tensor, half: Tensor, slope: Tensor) -> tuple[Tensor, Tensor]:
    """Give the share reached and its derivative by the logarithm of pressure; no pressure, no effect."""
    active = pressure > 0
    safe = pt.switch(active, pressure, 1.0)
    if family in {"hill", "michaelis_menten"}:
        power: Any = slope if family == "hill" else 1.0
        share = pt.sigmoid(power * (pt.log(safe) - pt.log(half)))
        reached = pt.switch(active, share, 0.0)
        return reached, power * reached * (1 - reached)
    if family == "logistic":
        scaled = LOGISTIC_HALF * pressure / half
        reached = pt.tanh(0.5 * scaled)
        return reached, 0.5 * scaled * (1 - reached**2)
    if family == "exponential":
        scaled = EXPONENTIAL_HALF * pressure / half
        return -pt.expm1(-scaled), scaled * pt.exp(-scaled)
    if family == "power":
        reached = pt.switch(active, pt.exp(slope * pt.log(safe)), 0.0)
        return reached, slope * reached
    return pressure, pressure
