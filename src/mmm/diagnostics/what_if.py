"""Change beliefs, fit again, look at both answers side by side: for an analyst at a notebook."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import xarray as xr
from pydantic import ValidationError

from mmm.effects import prior_shares, return_draws
from mmm.effects.intervals import interval
from mmm.errors import UserInputError
from mmm.model import spec_from_params
from mmm.model.prior_check import implications
from mmm.params import RunParams
from mmm.params.belief_problems import belief_problems
from mmm.params.schema_problems import schema_problems

BELIEFS = ("prior", "half_life", "half_saturation")


def with_beliefs(
    params: RunParams, media_share: Mapping[str, Any] | None = None, **channels: Mapping[str, Any]
) -> RunParams:
    """Give the same analysis with other beliefs; the params file stays as it is.

    Parameters
    ----------
    media_share : mapping, optional
        As in the params file: `{"median": 0.15}` or `{"low": 0.1, "high": 0.3}`.
    **channels : mapping
        Channel: its `prior`, `half_life` or `half_saturation`, as in the params file; None takes one away.

    Raises
    ------
    UserInputError
        A channel or a key is unknown, or a belief says too little, too much or a contradiction.

    Examples
    --------
    `with_beliefs(params, tv={"half_life": {"low": 2.0, "high": 8.0, "unit": "weeks"}})`
    """
    values = {**params.model_dump(exclude_unset=True), "file": params.file}
    problems = [
        f"channels.{name}: not a channel of this analysis" for name in channels if name not in params.channels
    ]
    for name, beliefs in channels.items():
        problems += [
            f"channels.{name}.{key}: not a belief, known: {', '.join(BELIEFS)}"
            for key in beliefs
            if key not in BELIEFS
        ]
        values["channels"] = {**values["channels"], name: {**values["channels"].get(name, {}), **beliefs}}
    if media_share is not None:
        values["model"] = {**values.get("model", {}), "media_share": dict(media_share)}
    if problems:
        raise UserInputError("beliefs", problems)
    try:
        changed = RunParams.model_validate(values)
    except ValidationError as error:
        found = [*schema_problems(error, RunParams)]
    else:
        found = [*belief_problems(values)]
        if not found:
            return changed
    said = [f"{'.'.join(str(part) for part in place)}: {sentence}" for place, sentence in found]
    raise UserInputError("beliefs", said) from None


def answers(panel: xr.Dataset, params: RunParams, outcome: str) -> pd.DataFrame:
    """Fit one outcome as the params say and give each channel's return: believed, then learnt.

    Takes seconds. Where nobody said what a unit is worth, the return is in units per unit of full cost.

    Returns
    -------
    DataFrame
        Index channel; columns `believed` (median before the data), `p05`, `p50`, `p95` (after them),
        `share_of_kpi` and `prior_share` (0 to 1: how much of the answer is the belief).

    Raises
    ------
    NotConvergedError, UserInputError
        See `mmm.diagnostics.average`.
    """
    from mmm.diagnostics.averaging import average  # noqa: PLC0415 - numba is slow to import

    spec = spec_from_params(params, outcome)
    found = average(panel, [spec], params.seed)
    per_unit = spec.value_per_unit or 1.0
    returns = return_draws(found, panel)
    stats = interval(returns.contribution * per_unit / returns.full_cost)
    medians = {
        one.subject: 1 / one.p50 if one.quantity == "cost_per_unit" else one.p50
        for one in implications(found.design, spec)
        if one.quantity in {"return", "cost_per_unit"}
    }
    overlap = prior_shares(found)
    total = found.design.kpi_total
    return pd.DataFrame(
        {
            "believed": [medians[name] for name in returns.channels],
            **{name: stats[name] for name in ("p05", "p50", "p95")},
            "share_of_kpi": returns.contribution.mean(axis=0) / total,
            "prior_share": [overlap[name] for name in returns.channels],
        },
        index=pd.Index(returns.channels, name="channel"),
    )


def side_by_side(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Put two `answers` beside each other: what was believed, what came out, and how far it moved."""
    joined = pd.concat({"before": before, "after": after}, axis=1)
    joined["moved", "p50"] = after["p50"] / before["p50"] - 1
    return joined
