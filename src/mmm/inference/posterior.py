"""Draws of the sampled parameters as named xarray variables."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.model import Design
from mmm.model.media_prior import COEFFICIENT, MARGINAL
from mmm.model.response import saturated_media
from mmm.sampling import Draws
from mmm.transforms import half_life_periods

FloatArray = NDArray[np.float64]


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
    n_channels, n_groups = len(design.channels), len(design.baseline.amplitudes)
    at_noise = 4 * n_channels + n_groups
    blocks = np.split(positions, [*(n_channels * k for k in (1, 2, 3, 4)), at_noise], axis=2)
    retention = 1 / (1 + np.exp(-blocks[0]))
    half_saturation, slope, share = np.exp(blocks[1]), np.exp(blocks[2]), np.exp(blocks[3])
    declared = np.isin(design.media_prior.kind, (COEFFICIENT, MARGINAL))
    if shares is not None:
        share = shares
    elif declared.any():
        reached = saturated_media(design, retention, half_saturation, slope).mean(axis=-1)
        share[..., declared] = (effects * reached)[..., declared]
    by_channel = ("chain", "draw", "channel")
    draws = xr.Dataset(
        {
            "retention": (by_channel, retention),
            "half_life": (by_channel, half_life_periods(retention)),
            "half_saturation": (by_channel, half_saturation),
            "slope": (by_channel, slope),
            "share": (by_channel, share),
            "return": (by_channel, share * design.kpi_total / design.full_cost_total),
            "effect": (by_channel, effects),
            "coefficient": (("chain", "draw", "basis"), coefficients),
            "amplitude": (("chain", "draw", "group"), np.exp(blocks[4])),
            "sigma": (("chain", "draw"), np.exp(blocks[5][..., 0])),
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
    return draws.assign(return_spread=(("chain", "draw"), np.exp(blocks[5][..., 1])))


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
