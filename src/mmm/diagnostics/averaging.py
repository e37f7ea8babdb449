"""Several specifications of one outcome averaged into one posterior, by how well each forecasts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from mmm.diagnostics.convergence import convergence_checks, likely_causes
from mmm.diagnostics.origins import rolling_origins
from mmm.diagnostics.stacking import stacking_weights
from mmm.errors import NotConvergedError
from mmm.model import ModelSpec, build_design, specifications
from mmm.params import RunParams

if TYPE_CHECKING:
    from mmm.inference import Fit, Member

N_ORIGINS = 2


def average(
    panel: xr.Dataset, specs: Sequence[ModelSpec], seed: int, backtest: pd.DataFrame | None = None
) -> "Fit":
    """Fit every specification and join their draws, each in the proportion of its stacking weight.

    A specification that does not converge is left out: it stays in `members`, without weight.

    Parameters
    ----------
    specs : sequence of ModelSpec
        Of one outcome, with the same baseline and different names.
    backtest : DataFrame, optional
        Result of `rolling_origins` or `backtests`; two origins are tried when it is not at hand.

    Returns
    -------
    Fit
        One chain of draws with the coordinate `specification`; that of the only specification when
        there is but one.

    Raises
    ------
    NotConvergedError
        None of them converges; the message names parameters, channels and the likely cause.
    UserInputError
        See `mmm.inference.fit`.
    """
    from mmm.inference import convergence_problems, fit_design, join  # noqa: PLC0415

    fits = [fit_design(build_design(panel, spec), spec, seed, "auto") for spec in specs]
    problems = [convergence_problems(found) for found in fits]
    if all(problems):
        raise NotConvergedError(_none_converged(fits, problems))
    if len(fits) == 1:
        return fits[0]
    scored = rolling_origins(panel, specs, seed, N_ORIGINS) if backtest is None else backtest
    kept = [at for at, found in enumerate(problems) if not found]
    scores = _scores(scored, specs)
    weights = np.zeros(len(fits))
    weights[kept] = stacking_weights(scores[:, kept])
    totals = scores.sum(axis=0) if len(scores) else np.full(len(fits), np.nan)
    members = [
        _member(found, float(weight), float(total))
        for found, weight, total in zip(fits, weights, totals, strict=True)
    ]
    return join(fits, members, seed)


def fit_outcomes(panel: xr.Dataset, params: RunParams, backtest: pd.DataFrame) -> dict[str, "Fit"]:
    """Fit each declared outcome, averaged over the specifications that the params ask for.

    Parameters
    ----------
    backtest : DataFrame
        Result of `backtests`; when it is empty specifications weigh alike.

    Raises
    ------
    NotConvergedError
        After one careful rerun of each specification, none of an outcome converges.
    UserInputError
        See `mmm.inference.fit`.
    """
    return {
        outcome: average(panel, specifications(params, outcome), params.seed, backtest)
        for outcome in params.outcomes
    }


def _scores(backtest: pd.DataFrame, specs: Sequence[ModelSpec]) -> np.ndarray:
    """Log scores by held-out period and specification."""
    rows = backtest[backtest["outcome"] == specs[0].outcome]
    if rows.empty:
        return np.empty((0, len(specs)))
    by_name = dict(list(rows.sort_values(["fold", "horizon"]).groupby("specification")["log_score"]))
    return np.stack([by_name[spec.name].to_numpy(dtype=float) for spec in specs], axis=1)


def _member(found: "Fit", weight: float, elpd: float) -> "Member":
    from mmm.inference import Member  # noqa: PLC0415

    return Member(
        spec=found.spec,
        n_lags=found.design.n_lags,
        weight=weight,
        elpd=elpd,
        figures=found.figures,
        checks=tuple(convergence_checks(found)),
        attempts=found.attempts,
    )


def _none_converged(fits: Sequence["Fit"], problems: Sequence[Sequence[str]]) -> str:
    lines = [f"model of {fits[0].spec.outcome}: no convergence"]
    for found, said in zip(fits, problems, strict=True):
        lines += [f"  - {found.spec.name}: {problem}" for problem in [*said, *likely_causes(found)]]
    return "\n".join(lines)
