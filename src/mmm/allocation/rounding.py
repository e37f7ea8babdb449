"""Round a plan to a unit, exact to the cent, within every limit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.branching import prove
from mmm.allocation.exchanges import best_units, do_nest, in_units
from mmm.allocation.markets import market_of
from mmm.allocation.problem import BudgetProblem
from mmm.allocation.quadratic import Quadratic
from mmm.allocation.stepped import RestrictedMarket, Stepped

FloatArray = NDArray[np.float64]
CENT = 0.01
MAX_NODES = 60
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Which channels take whole units, which keep their cents, and which one takes the remainder."""

    unit: float
    odd: int
    """Channel that takes the remainder of the total."""
    is_whole: NDArray[np.bool_]
    kept: FloatArray
    """(channel,), amounts in units, to the cent; read for the channels that keep theirs."""
    lower: FloatArray
    """(channel,), in units."""
    upper: FloatArray
    """(channel,), in units."""


def rounded(
    problem: BudgetProblem, spend: FloatArray, marginal: FloatArray, bend: FloatArray
) -> tuple[FloatArray, float]:
    """Give the plan in multiples of `problem.round_to`, and the unit used.

    One channel takes the remainder of the total; a channel whose limits hold no
    multiple keeps its amount, to the cent. Where the limits leave no room, the
    unit is divided by ten until they do; 0 says that not even cents fit.

    Parameters
    ----------
    spend : ndarray of shape (channel,)
        A plan within the limits.
    marginal : ndarray of shape (channel,)
        Marginal profit at that plan.
    bend : ndarray of shape (channel,)
        How fast it falls with spend, above 0: rounding loses as little profit as it can, to second order.
    """
    unit, model = max(problem.round_to, CENT), Quadratic(center=spend, gradient=marginal, curvature=bend)
    while unit >= CENT * 0.999:
        for odd in np.argsort(problem.lower - problem.upper, kind="stable"):  # the widest range first
            found = _in_multiples(problem, model, _grid(problem, spend, unit, int(odd)))
            if found is not None:
                return found, unit
        unit /= 10
    return spend, 0.0


def _grid(problem: BudgetProblem, spend: FloatArray, unit: float, odd: int) -> _Grid:
    kept = np.round(spend, 2) / unit
    has_multiple = np.ceil(problem.lower / unit - 1e-9) <= np.floor(problem.upper / unit + 1e-9)
    is_odd = np.arange(len(spend)) == odd
    is_kept = ~has_multiple & ~is_odd
    return _Grid(
        unit=unit,
        odd=odd,
        is_whole=has_multiple & ~is_odd,
        kept=kept,
        lower=np.where(is_kept, kept, problem.lower / unit),
        upper=np.where(is_kept, kept, problem.upper / unit),
    )


def _in_multiples(problem: BudgetProblem, model: Quadratic, grid: _Grid) -> FloatArray | None:
    """Find the whole multiples that lose least, by the model; None where there are none."""
    rows, low, high = problem.rows
    if ((rows == 0) | (rows == 1)).all() and do_nest(rows):
        offset = np.where(grid.is_whole, 0.0, grid.kept * grid.unit)
        offset[grid.odd] = 0.0
        offset[grid.odd] = (problem.total - offset.sum()) % grid.unit
        box = grid.lower * grid.unit, grid.upper * grid.unit
        units = best_units(in_units(grid.unit, offset, box, (rows, low, high)), model)
        return None if units is None else _to_the_cent(problem, units, grid)
    return _searched(problem, model, grid)


def _searched(problem: BudgetProblem, model: Quadratic, grid: _Grid) -> FloatArray | None:
    """Find them box by box, where limits cross or weigh channels."""
    curves = Stepped(inner=model, unit=grid.unit, is_stepped=grid.is_whole)
    found = prove(
        RestrictedMarket(market=market_of(curves, *problem.rows), curves=curves),
        (grid.lower * grid.unit, grid.upper * grid.unit),
        tolerance=TOLERANCE,
        max_nodes=MAX_NODES,
        guess=float(np.median(model.gradient)) or 1.0,
    )
    if found is None or not np.isfinite(found.value):
        return None
    return _to_the_cent(problem, found.plan / grid.unit, grid)


def _to_the_cent(problem: BudgetProblem, found: FloatArray, grid: _Grid) -> FloatArray | None:
    """Turn multiples into cents that add up exactly, and look at every limit again."""
    units = np.where(grid.is_whole, np.round(found), grid.kept)
    cents = np.round(units * grid.unit * 100).astype(np.int64)
    cents[grid.odd] = 0
    cents[grid.odd] = round(problem.total * 100) - int(cents.sum())
    amounts: FloatArray = cents / 100.0
    return amounts if problem.holds(amounts, tolerance=1e-6) else None
