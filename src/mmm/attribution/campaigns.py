"""The model's channel totals split over campaigns by journeys."""

from collections.abc import Mapping

import pandas as pd

from mmm.records import TABLES

_STATS = ("mean", "p05", "p95")


def campaign_split(
    channel_summary: pd.DataFrame, credited: pd.DataFrame, costs: Mapping[tuple[str, str], float]
) -> pd.DataFrame:
    """Split the model's channel totals over campaigns as journeys do: ROMI by campaign.

    Inside a channel, journeys say who was there; how much the channel really brought stays the model's.
    The interval is the channel's: journeys' own uncertainty inside a channel is not in it.

    Parameters
    ----------
    channel_summary
        Rows of one outcome, geo `all`.
    credited
        channel, campaign, conversions.
    costs
        Full cost by (channel, campaign).
    """
    totals = credited.groupby("channel")["conversions"].sum()
    rows = []
    for channel in channel_summary.to_dict("records"):
        name = str(channel["channel"])
        if float(totals.get(name, 0.0)) <= 0:
            continue
        for own in credited[credited["channel"] == name].to_dict("records"):
            share = float(own["conversions"]) / float(totals[name])
            cost = float(costs.get((name, str(own["campaign"])), 0.0))
            brought = {stat: share * float(channel[f"contribution_{stat}"]) for stat in _STATS}
            rows.append(
                {
                    "channel": name,
                    "campaign": own["campaign"],
                    "full_cost": cost,
                    "share": share,
                    **{f"contribution_{stat}": value for stat, value in brought.items()},
                    **{
                        f"romi_{stat}": value / cost - 1.0 if cost > 0 else float("nan")
                        for stat, value in brought.items()
                    },
                }
            )
    return pd.DataFrame(rows, columns=list(TABLES["campaign_split"]))
