"""Beliefs that contradict each other or the calendar, seen in the params alone.

Works on raw values as `mmm.params.references` does; whatever has the wrong shape is left to the schema.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from math import sqrt
from typing import Any

from mmm.params.beliefs import DAYS
from mmm.params.yaml_file import Location

MOST = 0.95
"""Part of the media share that beliefs on single channels may take."""
DEFAULT_MEDIA_SHARE = 0.2
_PERIOD_DAYS = {"daily": 1.0, "weekly": 7.0, "monthly": DAYS["months"], "annual": 365.25}


def belief_problems(values: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
    """Give the place and the sentence of every contradiction."""
    channels = values.get("channels")
    known = (
        {name: channel for name, channel in channels.items() if isinstance(channel, Mapping)}
        if isinstance(channels, Mapping)
        else {}
    )
    yield from _shares(values, known)
    yield from _half_lives(values, known)


def _shares(
    values: Mapping[str, Any], channels: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[Location, str]]:
    model = values.get("model")
    stated = _middle(model.get("media_share") if isinstance(model, Mapping) else None)
    media_share = DEFAULT_MEDIA_SHARE if stated is None else stated
    shares = {
        name: middle
        for name, channel in channels.items()
        if isinstance(prior := channel.get("prior"), Mapping)
        and prior.get("kind") == "contribution_share"
        and (middle := _middle(prior)) is not None
    }
    total = sum(shares.values())
    if shares and total >= MOST * media_share:
        yield (
            ("channels",),
            f"contribution shares of {', '.join(shares)} add up to {total:.2f}, model.media_share is "
            f"{media_share:.2f} for all media: raise it or lower these priors",
        )


def _half_lives(
    values: Mapping[str, Any], channels: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[Location, str]]:
    calendar = values.get("calendar")
    if not isinstance(calendar, Mapping):
        return
    start, end = calendar.get("start"), calendar.get("end")
    if not (isinstance(start, date) and isinstance(end, date)):
        return
    length = (end - start).days + 1
    period = _PERIOD_DAYS.get(str(calendar.get("frequency", "weekly")), 7.0)
    for name, channel in channels.items():
        half_life = channel.get("half_life")
        middle = _middle(half_life)
        if middle is None or not isinstance(half_life, Mapping):
            continue
        unit = str(half_life.get("unit", "periods"))
        if middle * DAYS.get(unit, period) > length:
            yield (
                ("channels", name, "half_life"),
                f"{middle:g} {unit}, longer than the {length} days of the calendar: check its unit",
            )


def _middle(belief: Any) -> float | None:
    """Median of a belief, or the middle of its range on the log scale."""
    if not isinstance(belief, Mapping):
        return None
    median, low, high = (belief.get(key) for key in ("median", "low", "high"))
    if isinstance(median, int | float):
        return float(median)
    if isinstance(low, int | float) and isinstance(high, int | float) and low > 0 and high > 0:
        return sqrt(low * high)
    return None
