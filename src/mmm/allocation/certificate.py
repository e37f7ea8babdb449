"""An upper bound that no plan can beat, S-shaped curves included.

Under the tents of `mmm.allocation.tents` the budget question is a linear
program over the tents' concave hull. Its value is that of the Lagrangian dual:
no plan within the limits earns more. Where a hull lies above its tents (curves
that are not concave) a mixed-integer program picks one concave stretch of the
outline per channel instead. The solution says where to know the curves better,
and the two meet.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from mmm.allocation.problem import BudgetProblem, Response
from mmm.allocation.tents import Tents, first_tents, refine

FloatArray = NDArray[np.float64]
TOLERANCE = 1e-6
"""Gap at which the search stops, as a share of what the channels bring."""
SPLIT_TOLERANCE = 1e-5
"""The same once curves are not concave: each halving of the gap costs a mixed-integer program."""
MAX_ROUNDS = 12
MAX_NODES = 500
"""Branch-and-bound nodes: a count, not a time, so that the answer does not depend on the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What no plan can exceed, and the best plan met on the way."""

    bound: float
    """Expected profit before fixed costs; infinite when nothing is proved."""
    spend: FloatArray
    """(channel,), a plan within the limits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Relaxation:
    """Optimum under the tents: a bound, a plan, and the corners that it stands on."""

    bound: float
    share: FloatArray
    corners: tuple[FloatArray, ...]


def certify(problem: BudgetProblem, response: Response) -> Certificate:
    """Bound the profit of every plan, knowing the curves better where it matters until the bound is met."""
    tents = first_tents(problem, response)
    is_split, bound, best, plan = False, np.inf, -np.inf, None
    previous_gap = np.inf
    for _ in range(MAX_ROUNDS):
        relaxed = _relax(problem, tents, is_split=is_split)
        if relaxed is None:
            break
        value = sum(t.floor(float(share)) for t, share in zip(tents, relaxed.share, strict=True))
        if value > best:
            best, plan = value, relaxed.share
        bound = min(bound, relaxed.bound)
        gap = bound - best
        tolerance = SPLIT_TOLERANCE if is_split else TOLERANCE
        if gap <= tolerance * sum(float(np.abs(t.value).max()) for t in tents):
            break
        is_split = is_split or bool(gap > previous_gap / 2)
        previous_gap = gap
        tents = tuple(
            refine(problem, response, c, tents[c], relaxed.corners[c].tolist()) for c in range(len(tents))
        )
    if plan is None:
        raise RuntimeError("the linear program of a feasible budget problem found no plan")
    return Certificate(
        bound=bound * problem.total, spend=np.clip(plan * problem.total, problem.lower, problem.upper)
    )


def _stretches(amounts: FloatArray, heights: FloatArray, *, is_split: bool) -> list[slice]:
    """Cut an outline into its longest concave stretches; one stretch when it is not to be split."""
    if not is_split or len(amounts) < 3:
        return [slice(0, len(amounts))]
    width = np.diff(amounts)
    slope = np.diff(heights) / np.where(width > 0, width, 1.0)
    slope = np.where(width > 0, slope, np.where(np.diff(heights) >= 0, np.inf, -np.inf))
    size = np.abs(heights).max() / max(float(amounts[-1] - amounts[0]), 1e-12)
    bends = 1 + np.flatnonzero(slope[1:] > slope[:-1] + 1e-9 * size)
    edges = [0, *bends.tolist(), len(amounts) - 1]
    return [slice(a, b + 1) for a, b in pairwise(edges)]


def _relax(problem: BudgetProblem, tents: tuple[Tents, ...], *, is_split: bool) -> _Relaxation | None:
    """Solve the budget question under the tents.

    Columns are weights of outline corners, then one choice per stretch for the
    channels that have several. Rows: weights of a stretch sum to its choice,
    choices of a channel to 1, amounts to the budget and within the groups.
    """
    amount: list[float] = []
    height: list[float] = []
    owner: list[int] = []
    stretch_of: list[int] = []
    stretches: list[int] = []
    for c, channel_tents in enumerate(tents):
        xs, ys = channel_tents.outline()
        for piece in _stretches(xs, ys, is_split=is_split):
            amount += xs[piece].tolist()
            height += ys[piece].tolist()
            owner += [c] * (piece.stop - piece.start)
            stretch_of += [len(stretches)] * (piece.stop - piece.start)
            stretches.append(c)
    x, owners = np.array(amount), np.array(owner)
    table, low, high = _rows(problem, x, owners, np.array(stretch_of), np.array(stretches))
    n_choices = len(stretches)
    is_choice = np.bincount(stretches, minlength=len(tents))[stretches] > 1
    solution = milp(
        np.concatenate([-np.array(height), np.zeros(n_choices)]),
        integrality=np.concatenate([np.zeros(len(x)), is_choice.astype(float)]),
        bounds=Bounds(0.0, 1.0),
        constraints=LinearConstraint(table, low, high),
        options={"node_limit": MAX_NODES, "mip_rel_gap": TOLERANCE / 10},
    )
    if solution.x is None:
        return None
    weight = np.asarray(solution.x)[: len(x)]
    proved = solution.mip_dual_bound if is_choice.any() else solution.fun
    return _Relaxation(
        bound=-float(proved),
        share=np.bincount(owners, weights=weight * x, minlength=len(tents)),
        corners=tuple(x[(owners == c) & (weight > 1e-9)] for c in range(len(tents))),
    )


def _rows(
    problem: BudgetProblem,
    amount: FloatArray,
    owner: NDArray[np.int64],
    stretch_of: NDArray[np.int64],
    stretches: NDArray[np.int64],
) -> tuple[csr_array, FloatArray, FloatArray]:
    """Write the rows that `_relax` names, with their limits."""
    n_corners, n_stretches, n_channels = len(amount), len(stretches), len(problem.channels)
    n_groups = len(problem.groups)
    budget_row = n_stretches + n_channels
    members = problem.group_rows[:, owner]
    group, corner = np.nonzero(members)
    corners, choices = np.arange(n_corners), n_corners + np.arange(n_stretches)
    row = np.concatenate(
        [
            stretch_of,
            np.arange(n_stretches),
            n_stretches + stretches,
            np.full(n_corners, budget_row),
            budget_row + 1 + group,
        ]
    )
    column = np.concatenate([corners, choices, choices, corners, corner])
    value = np.concatenate(
        [np.ones(n_corners), -np.ones(n_stretches), np.ones(n_stretches), amount, amount[corner]]
    )
    table = csr_array((value, (row, column)), shape=(budget_row + 1 + n_groups, n_corners + n_stretches))
    fixed = np.concatenate([np.zeros(n_stretches), np.ones(n_channels), [1.0]])
    return (
        table,
        np.concatenate([fixed, problem.group_lower / problem.total]),
        np.concatenate([fixed, problem.group_upper / problem.total]),
    )
