"""The gate: what of a fit has not converged, by name."""

import numpy as np
import pandas as pd

from mmm.errors import NotConvergedError, listed
from mmm.inference.records import Fit
from mmm.sampling import GATE, e_bfmi

NEARLY_MIXED = 1.05
"""R-hat below which chains have found the same region, and lack draws."""
MOST_TIMES = 4
"""The longest a rerun gets, in steps of the first attempt."""
MARGIN = 1.3
"""Effective draws vary from seed to seed."""


def convergence_problems(fit: Fit) -> list[str]:
    """Say everything that fails the gate, each with the parameters concerned; none when it passes."""
    table, stats = fit.figures, fit.stats
    problems = []
    mixing = table[~(table["r_hat"] < GATE.max_r_hat)].sort_values("r_hat", ascending=False)
    if len(mixing):
        problems.append(f"R-hat: {_worst(mixing, 'r_hat', '.3f')}, expected below {GATE.max_r_hat}")
    size = table.assign(ess=table[["ess_bulk", "ess_tail"]].min(axis=1))
    few = size[~(size["ess"] > GATE.min_ess)].sort_values("ess")
    if len(few):
        problems.append(f"effective draws: {_worst(few, 'ess', '.0f')}, expected above {GATE.min_ess:.0f}")
    divergent = float(stats["diverging"].mean())
    if divergent > GATE.max_divergent:
        problems.append(f"divergent draws: {divergent:.2%}, expected at most {GATE.max_divergent:.1%}")
    energy = float(e_bfmi(stats["energy"].to_numpy()).min())
    if not energy > GATE.min_e_bfmi:
        problems.append(f"E-BFMI: {energy:.2f}, expected above {GATE.min_e_bfmi}")
    return problems


def times_longer(fit: Fit) -> int | None:
    """Give how many times the steps should do, 2 to `MOST_TIMES`; None when more of the same would not.

    More of the same does where chains agree nearly and the sampler met no difficulty. Effective draws grow
    with the steps, and what R-hat has above 1 falls with them.
    """
    table, stats = fit.figures, fit.stats
    is_smooth = float(stats["diverging"].mean()) <= GATE.max_divergent
    agrees = bool((table["r_hat"] < NEARLY_MIXED).all())
    if not (is_smooth and agrees and float(e_bfmi(stats["energy"].to_numpy()).min()) > GATE.min_e_bfmi):
        return None
    by_draws = GATE.min_ess / float(table[["ess_bulk", "ess_tail"]].to_numpy().min())
    by_chains = (float(table["r_hat"].max()) - 1.0) / (GATE.max_r_hat - 1.0)
    return int(np.clip(np.ceil(MARGIN * max(by_draws, by_chains)), 2, MOST_TIMES))


def require_convergence(fit: Fit) -> None:
    """Pass a fit that converged.

    Raises
    ------
    NotConvergedError
        Names the parameters that did not mix.
    """
    problems = convergence_problems(fit)
    if problems:
        raise NotConvergedError(
            "\n".join([f"model of {fit.spec.outcome}: no convergence", *(f"  - {p}" for p in problems)])
        )


def _worst(table: pd.DataFrame, figure: str, how: str) -> str:
    """Quote at most five parameters with their figure."""
    return listed(f"{name} {value:{how}}" for name, value in zip(table["name"], table[figure], strict=True))
