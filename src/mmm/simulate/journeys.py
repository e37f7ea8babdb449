"""Journeys of visitors, touch by touch, as a first-order graph between channels.

Only channels that can be tracked appear: television, radio and out-of-home leave no touch, which
is why journeys alone cannot tell what media bring. Video, display and social start journeys;
brand search, e-mail and direct visits end them.
"""

import numpy as np
import pandas as pd

from mmm.simulate.campaigns import LINES
from mmm.simulate.weeks import observed_weeks, stream

STATES: tuple[str, ...] = (
    "search_brand",
    "search_generic",
    "paid_social",
    "display",
    "online_video",
    "email",
    "organic",
    "direct",
)
MAX_TOUCHES = 15
N_WEEKS = 52
"""Journeys start within the last year."""

_START = np.array([5.0, 21, 24, 12, 14, 3, 14, 7])
_NEXT = np.array(
    # brand, generic, social, display, video, email, organic, direct
    [
        [12.0, 5, 3, 2, 1, 6, 6, 12],
        [22.0, 14, 6, 6, 2, 5, 10, 10],
        [16.0, 12, 18, 6, 4, 6, 8, 9],
        [12.0, 14, 10, 16, 5, 4, 7, 8],
        [20.0, 14, 12, 6, 10, 3, 9, 8],
        [10.0, 4, 4, 2, 1, 18, 5, 14],
        [16.0, 9, 5, 3, 2, 6, 12, 14],
        [10.0, 4, 3, 2, 1, 8, 6, 16],
    ]
)
_CONVERTS = np.array([0.130, 0.050, 0.022, 0.010, 0.008, 0.110, 0.055, 0.120])
"""Chance that a touch ends in an order."""
_LEAVES = np.array([0.30, 0.40, 0.45, 0.50, 0.42, 0.35, 0.38, 0.34])
"""Chance that a touch ends the journey without an order."""


def simulate_journeys(seed: int, n_journeys: int) -> pd.DataFrame:
    """Give one row per touch: journey, time, channel, campaign, order or not, value of the order (EUR)."""
    rng = stream(seed, "journeys")
    start, following, converts = _graph(rng)
    state = rng.choice(len(STATES), n_journeys, p=start)
    time = rng.random(n_journeys) * N_WEEKS * 7.0 * 1_440.0
    journey = np.arange(n_journeys)
    rows = []
    for position in range(1, MAX_TOUCHES + 1):
        outcome = rng.random(len(journey))
        ordered = outcome < converts[state]
        goes_on = (outcome >= converts[state] + _LEAVES[state]) & (position < MAX_TOUCHES)
        rows.append((journey, time, state, ordered))
        journey, time, state = journey[goes_on], time[goes_on], state[goes_on]
        reached = rng.random(len(journey))[:, None] > following[state].cumsum(axis=1)
        state = np.minimum(reached.sum(axis=1), len(STATES) - 1)
        time = time + 2.0 + rng.gamma(0.7, 5.5 * 1_440.0, len(journey))
    columns = [np.concatenate(column) for column in zip(*rows, strict=True)]
    touches = _table(*columns, rng=rng)
    touches.insert(3, "campaign", _campaigns(touches, stream(seed, "campaigns of journeys")))
    return touches


def _campaigns(touches: pd.DataFrame, rng: np.random.Generator) -> list[str | None]:
    """Name the campaign of each paid touch: a line of its channel, in the quarter of its Monday."""
    mondays = touches["date"].dt.normalize() - pd.to_timedelta(touches["date"].dt.day_of_week, unit="D")
    named = np.full(len(touches), None, dtype=object)
    for channel in touches["channel"].unique():
        lines = [line for line in LINES if line.channel == channel]
        clicks = np.array([line.share * line.click_rate / line.cost_per_thousand for line in lines])
        at = np.flatnonzero(touches["channel"] == channel)
        drawn = rng.choice(len(lines), len(at), p=clicks / clicks.sum()) if lines else at[:0]
        named[at[: len(drawn)]] = [
            lines[place].name(monday) for place, monday in zip(drawn, mondays.iloc[at], strict=False)
        ]
    return named.tolist()


def _graph(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw one world's starts, moves and conversions around the typical ones."""
    start = _START * np.exp(rng.normal(0.0, 0.10, _START.shape))
    following = _NEXT * np.exp(rng.normal(0.0, 0.15, _NEXT.shape))
    converts = _CONVERTS * np.exp(rng.normal(0.0, 0.10, _CONVERTS.shape))
    return start / start.sum(), following / following.sum(axis=1, keepdims=True), converts


def _table(
    journey: np.ndarray,
    minute: np.ndarray,
    state: np.ndarray,
    ordered: np.ndarray,
    *,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Order the touches; those after the last written day have not happened yet."""
    begin = observed_weeks()[-N_WEEKS]
    value = np.where(ordered, np.round(rng.gamma(3.0, 126.0 / 3.0, len(journey)) + 4.0, 2), 0.0)
    seen = minute < N_WEEKS * 7 * 1_440
    minute = np.floor(minute).astype("int64")
    order = np.lexsort((minute, journey))
    order = order[seen[order]]
    return pd.DataFrame(
        {
            "journey": journey[order] + 1,
            "date": begin + pd.to_timedelta(minute[order], unit="min"),
            "channel": np.array(STATES)[state[order]],
            "converted": ordered[order].astype("int64"),
            "value": value[order],
        }
    )
