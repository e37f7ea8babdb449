"""Public holidays and declared events, as shares of each period's days."""

from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from mmm.errors import UserInputError
from mmm.params import RunParams, nearest
from mmm.quality.periods import Periods, share_of_days

FloatArray = npt.NDArray[np.float64]


def holiday_shares(
    params: RunParams, span: Periods, names: tuple[str, ...] | None = None
) -> dict[str, FloatArray]:
    """Give each public holiday of the country; none for annual periods, which all hold the same.

    `names` keeps the holidays of a panel already built, in its order.
    """
    if not (params.country and params.model.holidays) or span.frequency == "annual":
        return {}
    found = _holidays(params.country, span)
    wanted = (
        names if names is not None else tuple(sorted(found, key=lambda name: _first_in_year(found[name])))
    )
    return {name: share_of_days(span, found.get(name, ())) for name in wanted}


def _holidays(country: str, span: Periods) -> dict[str, list[date]]:
    import holidays  # noqa: PLC0415 - slow to import, and `mmm check` needs none

    years = range(span.starts[0].year, span.end.year + 1)
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


def _first_in_year(days: list[date]) -> tuple[int, int]:
    return min((day.month, day.day) for day in days)


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
