"""Which part of the answer is the data's: prior-driven channels and channels that only read together."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from mmm.diagnostics.results import result
from mmm.effects import ReturnDraws, collinear_groups, correlations, prior_shares, return_draws
from mmm.effects.learning import SEPARABLE
from mmm.records import CheckResult

if TYPE_CHECKING:
    from mmm.inference import Fit

PRIOR_DRIVEN = 0.75
"""Overlap of two normals of which the second is 0.6 times as wide: less than half of the doubt is gone."""
PRIOR_ONLY = 0.9
"""The same at 0.8 times: the answer is the belief."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """What one fit learnt of its channels."""

    outcome: str
    specification: str
    returns: ReturnDraws
    prior_share: dict[str, float]
    """Channel: overlap of belief and answer."""
    groups: tuple[tuple[str, ...], ...]
    """Channels that only read together."""

    def group_of(self, channel: str) -> tuple[str, ...]:
        """Give the group of a channel, itself included; empty when it stands alone."""
        return next((members for members in self.groups if channel in members), ())

    def cost_share(self, channel: str) -> float:
        """Give the channel's share of the full cost of media."""
        cost = self.returns.full_cost
        return float(cost[self.returns.channels.index(channel)] / cost.sum())


def learn(fit: "Fit", panel: xr.Dataset) -> Learning:
    """Compare prior and posterior of every channel, and see which cannot be told apart."""
    returns = return_draws(fit, panel)
    return Learning(
        outcome=fit.spec.outcome,
        specification=fit.specification,
        returns=returns,
        prior_share=prior_shares(fit),
        groups=collinear_groups(returns.contribution, returns.channels),
    )


def learning_checks(learnt: Learning) -> list[CheckResult]:
    """Check that the data moved the belief on each channel, and list the groups."""
    found = [
        result(
            "prior_driven",
            f"{learnt.outcome}/{channel}",
            passed=share <= PRIOR_DRIVEN,
            value=share,
            threshold=PRIOR_DRIVEN,
            specification=learnt.specification,
        )
        for channel, share in learnt.prior_share.items()
    ]
    alike = correlations(learnt.returns.contribution)
    for members in learnt.groups:
        at = [learnt.returns.channels.index(name) for name in members]
        found.append(
            result(
                "collinear_group",
                ", ".join(f"{learnt.outcome}/{name}" for name in members),
                passed=False,
                value=float(np.min(alike[np.ix_(at, at)])),
                threshold=SEPARABLE,
                specification=learnt.specification,
            )
        )
    return found
