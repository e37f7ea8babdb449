"""How many contacts a unit of spend buys, against what it bought before: the efficiency of buying media."""

import pandas as pd

from mmm.model.spec import PERIODS_PER_YEAR
from mmm.params.data import Frequency
from mmm.steering.periods import QUARTER, Window

CONTACTS = ("impressions", "clicks")
"""What counts as a contact: the first that is counted."""
BELIEVABLE = 3.0
"""Times more or less than before; beyond, contacts are counted otherwise."""


def contacts_bought(
    observed: pd.DataFrame, channels: tuple[str, ...], window: Window, frequency: Frequency
) -> dict[str, float]:
    """Compare contacts per unit of spend in a window with those of the year before it.

    Parameters
    ----------
    observed : DataFrame
        Facts by period: `<channel>_impressions` or `<channel>_clicks`, and the spend of the rows
        where they are counted.

    Returns
    -------
    dict of str to float
        Channel: the ratio, above 0; 0.9 means that the same spend buys a tenth less. Channels whose
        contacts are not counted in the window and in a quarter of periods before it are left out, and
        those of more than `BELIEVABLE` times as many or as few.
    """
    year_before = observed.loc[: window.start].iloc[:-1].tail(PERIODS_PER_YEAR[frequency])
    inside = observed.loc[window.start : window.last]
    found = {}
    for channel in channels:
        for kind in CONTACTS:
            before = _per_spend(year_before, channel, kind, QUARTER[frequency])
            now = _per_spend(inside, channel, kind, 1)
            if before is not None and now is not None:
                if 1 / BELIEVABLE <= now / before <= BELIEVABLE:
                    found[channel] = now / before
                break
    return found


def _per_spend(facts: pd.DataFrame, channel: str, kind: str, least: int) -> float | None:
    """Contacts over spend of the periods that have both; None when they are fewer than `least`."""
    names = [f"{channel}_{kind}", f"{channel}_spend_with_{kind}"]
    if not set(names) <= set(facts):
        return None
    bought = facts[names].dropna()
    bought = bought[(bought > 0).all(axis=1)]
    contacts, spend = bought.sum()
    return float(contacts / spend) if len(bought) >= least else None
