"""Public holidays and declared events, as shares of each period's days."""

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from mmm.errors import UserInputError
from mmm.params import RunParams, nearest
from mmm.params.modelling import HolidayWindow
from mmm.quality.periods import Periods, share_of_days

FloatArray = npt.NDArray[np.float64]


def holiday_shares(
    params: RunParams, span: Periods, names: tuple[str, ...] | None = None
) -> dict[str, FloatArray]:
    """Give each public holiday of the country; none for annual periods, which all hold the same.

    With `holidays: {lead_days, lag_days}` the days before and after each holiday are columns of
    their own, named `Easter Monday, before` and `Easter Monday, after`.

    `names` keeps the holidays of a panel already built, in its order.
    """
    chosen = params.model.holidays
    if not (params.country and chosen) or span.frequency == "annual":
        return {}
    found = _holidays(params.country, span)
    if isinstance(chosen, HolidayWindow):
        found = with_days_around(found, chosen)
    wanted = names if names is not None else _in_order(found, span)
    return {name: share_of_days(span, found.get(name, ())) for name in wanted}


def with_days_around(found: dict[str, list[date]], window: HolidayWindow) -> dict[str, list[date]]:
    """Add to each holiday the days before and after it, as names of their own."""
    widened = {}
    for name, days in found.items():
        widened[name] = days
        asked = {"before": range(-window.lead_days, 0), "after": range(1, window.lag_days + 1)}
        for side, shifts in asked.items():
            if shifts:
                near = {day + timedelta(days=shift) for day in days for shift in shifts}
                widened[f"{name}, {side}"] = sorted(near - set(days))
    return widened


def _holidays(country: str, span: Periods) -> dict[str, list[date]]:
    """Days of each holiday, from a year before the periods to a year after them."""
    import holidays  # noqa: PLC0415 - slow to import, and `mmm check` needs none

    years = range(span.starts[0].year - 1, span.end.year + 2)
    try:
        calendar = holidays.country_holidays(country, years=years, language="en_US")
    except NotImplementedError:
        known = list(holidays.list_supported_countries())
        raise UserInputError(
            "country", [f"no public holidays known for {country}, {nearest(country, known)}"]
        ) from None
    found: dict[str, list[date]] = {}
    for day, joined in calendar.items():
        for name in joined.split("; "):
            found.setdefault(name.removesuffix(" (observed)"), []).append(day)
    return found


def _in_order(found: dict[str, list[date]], span: Periods) -> tuple[str, ...]:
    """Names that the years of the periods know, in the order of the year; days around after their holiday."""
    first, last = span.starts[0].year, span.end.year
    known = {
        name: min((day.month, day.day) for day in days)
        for name, days in found.items()
        if any(first <= day.year <= last for day in days)
    }

    def place(name: str) -> tuple[tuple[int, int], str]:
        holiday = name.removesuffix(", before").removesuffix(", after")
        return known.get(holiday, known[name]), holiday

    return tuple(sorted(known, key=place))


def event_shares(params: RunParams, span: Periods) -> dict[str, FloatArray]:
    """Give each declared event, such as a sales period."""
    return {
        name: share_of_days(
            span,
            {
                event.start + timedelta(days=ahead)
                for event in events
                for ahead in range((event.end - event.start).days + 1)
            },
        )
        for name, events in params.model.events.items()
    }
