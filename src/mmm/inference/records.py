"""`Fit`: the posterior of one outcome, with everything needed to read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
import xarray as xr

from mmm.inference.figures import convergence_table
from mmm.model import Design, ModelSpec
from mmm.records import CheckResult

AVERAGE = "average"
"""Specification, in tables, of a posterior that averages several."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Member:
    """One specification of an average: what it weighs and whether it converged."""

    spec: ModelSpec
    n_lags: int
    """Window of its families of carry-over that have one."""
    weight: float
    """0 to 1; none where it did not converge."""
    elpd: float
    """Log score of the periods held out, all origins together; NaN where none was."""
    figures: pd.DataFrame
    """Every quantity with its interval and convergence figures: see `convergence_table`."""
    checks: tuple[CheckResult, ...]
    """Its gate."""
    attempts: int

    @property
    def converged(self) -> bool:
        """Whether it passed the gate."""
        return all(check.passed for check in self.checks)


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """The posterior of one outcome: of one specification, or of several averaged.

    `draws` has dims chain, draw, channel, basis, group and the variables `retention`,
    `half_saturation` (in units of `design.x`), `slope`, `share` (of the KPI over the data),
    `return` (KPI units per unit of full cost), `effect` (ceiling, in units of the mean KPI),
    `coefficient`, `amplitude`, `sigma` (units of the mean KPI). The draws of an average are one
    chain, with the coordinate `specification` along `draw`; what a specification does not have is NaN.
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
    notice: str = ""
    """Why another engine than the one asked for sampled, in a sentence; empty where it did not."""
    is_partial: bool = False
    """Whether somebody interrupted: fewer draws than asked, maybe of fewer chains. The gate judges them."""
    members: tuple[Member, ...] = ()
    """Specifications of an average, the heaviest first: `spec` and `design` are the first one's."""

    @cached_property
    def figures(self) -> pd.DataFrame:
        """Every quantity with its interval and convergence figures: see `convergence_table`."""
        return convergence_table(self.draws)

    @property
    def specification(self) -> str:
        """Name in tables: that of the specification, or `average`."""
        return AVERAGE if self.members else self.spec.name


def engines(fits: Mapping[str, Fit]) -> pd.DataFrame:
    """Tabulate what sampled each outcome: columns outcome, specification, engine, notice.

    `notice` says why another engine than the one asked for sampled; it is empty where none did.
    """
    rows = [(name, fit.specification, fit.engine, fit.notice) for name, fit in fits.items()]
    return pd.DataFrame(rows, columns=["outcome", "specification", "engine", "notice"])
