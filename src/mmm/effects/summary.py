"""One line per channel, and one for all media: cost, contribution, ROMI, what may be decided on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from mmm.effects.intervals import named_interval
from mmm.effects.learning import collinear_groups, prior_shares
from mmm.effects.returns import ReturnDraws, return_draws
from mmm.records import TABLES, VerdictLevel

if TYPE_CHECKING:
    from mmm.inference import Fit

ALL = "all"
"""Channel of the row that holds all media together."""
SEPARATOR = " + "


def channel_summary(
    fits: Mapping[str, "Fit"], panel: xr.Dataset, levels: Mapping[str, VerdictLevel] | None = None
) -> pd.DataFrame:
    """Tabulate every channel of every outcome over the whole window; channel `all` is all media together.

    Return, ROMI and marginal ROMI are unknown for a count whose unit has no
    value: read `cost_per_incremental`.

    Parameters
    ----------
    levels : mapping, optional
        Verdict level by subject: outcome, or `<outcome>/<channel>`.

    Returns
    -------
    DataFrame
        `group` names the channels that can only be read together, itself
        included ("tv + radio"); it is empty for a channel that stands alone.
    """
    tables = [_outcome(fit, panel, levels or {}) for fit in fits.values()]
    return pd.concat(tables, ignore_index=True)[list(TABLES["channel_summary"])]


def _outcome(fit: "Fit", panel: xr.Dataset, levels: Mapping[str, VerdictLevel]) -> pd.DataFrame:
    draws, outcome = return_draws(fit, panel), fit.spec.outcome
    channels, shares = list(draws.channels), prior_shares(fit)
    kpi = fit.design.kpi_total
    group_of = dict.fromkeys(channels, "")
    for members in collinear_groups(draws.contribution, channels):
        group_of |= dict.fromkeys(members, SEPARATOR.join(members))
    subjects = [*(f"{outcome}/{channel}" for channel in channels), outcome]
    each = pd.DataFrame(_figures(draws, kpi))
    together = pd.DataFrame(_figures(draws.together(), kpi))
    return pd.concat([each, together], ignore_index=True).assign(
        outcome=outcome,
        geo="all",
        channel=[*channels, ALL],
        prior_share=[*(shares[channel] for channel in channels), np.nan],
        group=[*(group_of[channel] for channel in channels), ""],
        verdict=[str(levels.get(subject, "")) for subject in subjects],
    )


def _figures(draws: ReturnDraws, kpi: float) -> dict[str, Any]:
    """Columns computed from draws, one value per channel."""
    return {
        "media_cost": draws.media_cost,
        "full_cost": draws.full_cost,
        **named_interval("contribution", draws.contribution),
        "share_of_kpi": draws.contribution.mean(axis=0) / kpi,
        **named_interval("return", draws.returns),
        **named_interval("romi", draws.romi),
        **named_interval("mromi", draws.marginal_romi),
        **named_interval("cost_per_incremental", draws.cost_per_incremental, median=False),
    }
