"""`Fit`: the posterior of one outcome, with everything needed to read it."""

from dataclasses import dataclass

import xarray as xr

from mmm.model import Design, ModelSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The posterior of one specification on one outcome.

    `draws` has dims chain, draw, channel, basis, group and the variables `retention`,
    `half_saturation` (in units of `design.x`), `slope`, `share` (of the KPI over the data),
    `return` (KPI units per unit of full cost), `effect` (ceiling, in units of the mean KPI),
    `coefficient`, `amplitude`, `sigma` (units of the mean KPI).
    """

    spec: ModelSpec
    design: Design
    draws: xr.Dataset
    stats: xr.Dataset
    """dims chain, step: diverging, energy, n_steps, depth; more steps than draws after a rerun."""
    seed: int
    attempts: int
    """1, or 2 when the gate failed and sampling was run again, longer and more carefully."""
    engine: str
    """What sampled: compiled or pymc."""
