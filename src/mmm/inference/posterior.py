"""Draws of the sampled parameters as named xarray variables."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.inference.buffer import BLOCKS, n_national, sampled_places
from mmm.model import Design
from mmm.model.media_prior import COEFFICIENT, MARGINAL
from mmm.model.response import media_curves
from mmm.model.shape_prior import ABSENT, BETA, HALF_LIFE, ShapePrior
from mmm.sampling import Draws
from mmm.transforms import ADSTOCKS, SATURATIONS, half_life_of, reached

FloatArray = NDArray[np.float64]


def every_parameter(design: Design, positions: FloatArray) -> FloatArray:
    """Put what was sampled in its place among all parameters; NaN where a family has none."""
    full = np.full((*positions.shape[:-1], n_national(design)), np.nan)
    full[..., sampled_places(design)] = positions
    return full


def amplitude_places(design: Design) -> slice:
    """Places of the log amplitudes among all parameters."""
    first = 4 * len(design.channels)
    return slice(first, first + len(design.baseline.amplitudes))


def draws_dataset(
    design: Design,
    positions: FloatArray,
    coefficients: FloatArray,
    effects: FloatArray,
    shares: FloatArray | None = None,
) -> xr.Dataset:
    """Name the parameters: positions (chain, draw, parameter), coefficients and effects likewise.

    `shares` (chain, draw, channel) are those of the KPI where they do not follow from the national series.
    """
    n_channels, amplitudes = len(design.channels), amplitude_places(design)
    full = every_parameter(design, positions)
    by_channel = ("chain", "draw", "channel")
    curves = curve_variables(design.shape_prior, full, amplitudes.stop + 2)
    share = np.exp(full[..., 3 * n_channels : 4 * n_channels])
    declared = np.isin(design.media_prior.kind, (COEFFICIENT, MARGINAL))
    if shares is not None:
        share = shares
    elif declared.any():
        response = reached(media_curves(design, curves), design.x.T, design.carry_in)
        mean = response.mean(axis=-1).reshape(share.shape)
        share[..., declared] = (effects * mean)[..., declared]
    draws = xr.Dataset(
        {
            **{name: (by_channel, values) for name, values in curves.items()},
            "share": (by_channel, share),
            "return": (by_channel, share * design.kpi_total / design.full_cost_total),
            "effect": (by_channel, effects),
            "coefficient": (("chain", "draw", "basis"), coefficients),
            "amplitude": (("chain", "draw", "group"), np.exp(full[..., amplitudes])),
            "sigma": (("chain", "draw"), np.exp(full[..., amplitudes.stop])),
        },
        coords={
            "chain": np.arange(positions.shape[0]),
            "draw": np.arange(positions.shape[1]),
            "channel": list(design.channels),
            "basis": list(design.basis_names),
            "group": list(design.baseline.amplitudes),
        },
    )
    if not design.media_prior.learns_split:
        return draws
    return draws.assign(return_spread=(("chain", "draw"), np.exp(full[..., amplitudes.stop + 1])))


def curve_variables(prior: ShapePrior, full: FloatArray, at_second: int) -> dict[str, FloatArray]:
    """Name the parameters of the curves, (..., channel), NaN where a channel's family has none."""
    n_channels = len(prior.adstock)
    starts = {slot: block * n_channels for block, slot in enumerate(BLOCKS)} | {1: at_second}
    block = {slot: full[..., start : start + n_channels] for slot, start in starts.items()}
    adstock, saturation = np.array(ADSTOCKS)[prior.adstock], np.array(SATURATIONS)[prior.saturation]
    weibull = np.isin(adstock, ("weibull_density", "weibull_survival"))
    with np.errstate(over="ignore"):
        candidates = {
            "retention": (np.isin(prior.kind[0], (BETA, HALF_LIFE)), 1 / (1 + np.exp(-block[0]))),
            "weibull_scale": (weibull, np.exp(block[0])),
            "delay": (adstock == "delayed", np.exp(block[1])),
            "weibull_shape": (weibull, np.exp(block[1])),
            "half_saturation": (prior.kind[2] != ABSENT, np.exp(block[2])),
            "slope": (saturation == "hill", np.exp(block[3])),
            "exponent": (saturation == "power", 1 / (1 + np.exp(-block[3]))),
        }
    found = {name: np.where(has, value, np.nan) for name, (has, value) in candidates.items() if has.any()}
    return found | {"half_life": half_lives(prior, found, full.shape[:-1])}


def half_lives(prior: ShapePrior, curves: dict[str, FloatArray], leading: tuple[int, ...]) -> FloatArray:
    """Give the periods until half of the effect has come, (..., channel)."""
    found = np.empty((*leading, len(prior.adstock)))
    nothing = np.full(found.shape, np.nan)
    for place, code in enumerate(prior.adstock):
        family = ADSTOCKS[code]
        if family == "none":
            found[..., place] = np.nan
            continue
        is_weibull = family.startswith("weibull")
        first = curves.get("weibull_scale" if is_weibull else "retention", nothing)[..., place]
        second = curves.get("weibull_shape" if is_weibull else "delay", nothing)[..., place]
        found[..., place] = half_life_of(family, first, second, prior.n_lags)
    return found


def stats_dataset(found: Draws) -> xr.Dataset:
    """Name what the sampler says of its draws."""
    dims = ("chain", "step")
    return xr.Dataset(
        {
            "diverging": (dims, found.diverging),
            "energy": (dims, found.energy),
            "n_steps": (dims, found.n_steps),
            "depth": (dims, found.depth),
        },
        attrs={"is_partial": int(found.is_partial)},
    )
