"""The panel of a simulated world without going through files, for tests that fit many worlds."""

from datetime import date

import holidays
import numpy as np
import pandas as pd
import xarray as xr

from mmm.simulate.family import CHANNELS, FEE_RATE
from mmm.simulate.outcomes import Market, simulate_market
from mmm.simulate.records import MediaTruth, OutcomeTruth
from mmm.simulate.weeks import OBSERVED, SALES_PERIODS, observed_weeks, share_of_week

PanelTruth = tuple[MediaTruth, dict[str, OutcomeTruth]]


def simulate_panel(seed: int) -> tuple[xr.Dataset, PanelTruth]:
    """Give the panel that reading a world's files gives, and its truth, without writing any.

    Returns
    -------
    tuple
        The dataset of `mmm.panel.build_panel` (dims geo, period, channel, outcome, control,
        holiday, event) and the truth: media, then outcomes by name.
    """
    market = simulate_market(seed)
    return _panel(market), (market.media, market.outcomes)


def _panel(market: Market) -> xr.Dataset:
    weeks = observed_weeks()
    spend = market.spend.actual[OBSERVED]
    holiday, event = _holidays(weeks), _events(weeks)
    outcomes = list(market.outcomes)
    prices = market.prices["price_index"].to_numpy()[: len(weeks)]
    by_channel = ("geo", "period", "channel")
    return xr.Dataset(
        {
            "spend": (by_channel, spend[None]),
            "fixed_cost": (by_channel, market.fixed_cost[None]),
            "full_cost": (by_channel, market.media.full_cost.to_numpy()[None]),
            "fee_rate": ("channel", FEE_RATE),
            "kpi": (
                ("outcome", "geo", "period"),
                np.stack([market.sales[name].to_numpy(dtype=float)[None] for name in outcomes]),
            ),
            "control_value": (("geo", "period", "control"), prices[None, :, None]),
            "holiday_share": (("period", "holiday"), holiday.to_numpy()),
            "event_share": (("period", "event"), event.to_numpy()),
            "population": ("geo", np.ones(1)),
        },
        coords={
            "geo": ["all"],
            "period": weeks,
            "channel": list(CHANNELS),
            "outcome": outcomes,
            "control": ["price_index"],
            "holiday": list(holiday.columns),
            "event": list(event.columns),
        },
        attrs={
            "currency": "EUR",
            "frequency": "weekly",
            "vat": "excluded",
            "period_end": str((weeks[-1] + pd.Timedelta(days=6)).date()),
        },
    )


def _holidays(weeks: pd.DatetimeIndex) -> pd.DataFrame:
    """Give each holiday's share of each week, in the order of the calendar year, named in English."""
    years = range(weeks[0].year - 1, (weeks[-1] + pd.Timedelta(days=6)).year + 2)
    days = holidays.country_holidays("FR", years=years, language="en_US")
    spans: dict[str, list[tuple[date, date]]] = {}
    for day in sorted(days, key=lambda day: (day.month, day.day)):
        spans.setdefault(days[day], []).append((day, day))
    return _shares(weeks, spans)


def _events(weeks: pd.DatetimeIndex) -> pd.DataFrame:
    return _shares(weeks, {name: list(spans) for name, spans in SALES_PERIODS.items()})


def _shares(weeks: pd.DatetimeIndex, spans: dict[str, list[tuple[date, date]]]) -> pd.DataFrame:
    columns = {
        name: sum((share_of_week(weeks, *span) for span in own), np.zeros(len(weeks)))
        for name, own in spans.items()
    }
    return pd.DataFrame(columns, index=weeks)
