"""A small panel with awkward channels, for tests of the model and its engine."""

import numpy as np
import pandas as pd
import xarray as xr

FREQUENCIES = {"daily": "D", "weekly": "7D", "monthly": "MS", "annual": "YS"}


def engine_panel(
    n_periods: int = 60,
    n_channels: int = 5,
    seed: int = 0,
    frequency: str = "weekly",
    extras: bool = True,
) -> xr.Dataset:
    """Spend always on, seasonal, in pulses, or dark for half of the time; noise is 5 % of the KPI."""
    rng = np.random.default_rng(seed)
    time = np.arange(n_periods)
    spend = rng.gamma(2.0, 1.0, (n_periods, n_channels)) * rng.uniform(1e3, 5e4, n_channels)
    for channel in range(n_channels):
        if channel % 4 == 1:
            spend[:, channel] *= 1 + 0.6 * np.sin(2 * np.pi * time / 52)
        if channel % 4 == 2:
            spend[:, channel] *= rng.random(n_periods) < 0.4
        if channel % 4 == 3:
            spend[: n_periods // 2, channel] = 0.0
    price = 100 + rng.normal(size=n_periods)
    scaled = spend / np.maximum(spend.mean(axis=0), 1.0)
    media = (scaled / (scaled + 1.5)).sum(axis=1)
    wave = 0.1 * np.cos(2 * np.pi * time / 52)
    kpi = 1e6 * (0.7 + wave + 0.3 * media / media.mean() - 0.01 * (price - 100))
    kpi *= 1 + 0.05 * rng.normal(size=n_periods)
    n_extra = 1 if extras else 0
    return xr.Dataset(
        {
            "spend": (("geo", "period", "channel"), spend[None]),
            "full_cost": (("geo", "period", "channel"), 1.1 * spend[None]),
            "kpi": (("outcome", "geo", "period"), kpi[None, None]),
            "control_value": (("geo", "period", "control"), price[None, :, None][:, :, :n_extra]),
            "holiday_share": (("period", "holiday"), ((time % 26 == 3) / 7.0)[:, None][:, :n_extra]),
            "event_share": (("period", "event"), (time % 52 == 40).astype(float)[:, None][:, :n_extra]),
        },
        coords={
            "geo": ["all"],
            "period": pd.date_range("2023-01-02", periods=n_periods, freq=FREQUENCIES[frequency]).as_unit(
                "ns"
            ),
            "channel": [f"channel_{k}" for k in range(n_channels)],
            "outcome": ["revenue"],
            "control": ["price"][:n_extra],
            "holiday": ["Toussaint"][:n_extra],
            "event": ["soldes"][:n_extra],
        },
        attrs={"currency": "EUR", "frequency": frequency},
    )
