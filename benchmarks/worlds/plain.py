"""A world that three programs can state alike: level, one control, geometric carry-over, Hill curves.

No channel has spend in the first six weeks, so nobody has to assume what came before, and each is dark often
enough for no start to be assumed.
"""

import numpy as np
import pandas as pd

from worlds.record import HELD, PlannedWorld, saturated


def plain_world(seed: int = 1, n_weeks: int = 117, n_channels: int = 3) -> PlannedWorld:
    """Draw the world; its KPI is about 1,000 a week."""
    rng = np.random.default_rng([seed, 5])
    size = (n_weeks, n_channels)
    spend = rng.gamma(4.0, 25.0, size) * (rng.random(size) < 0.5) * (np.arange(n_weeks)[:, None] >= 6)
    retention = rng.uniform(0.2, 0.6, n_channels)
    pressure, state = np.empty(size), np.zeros(n_channels)
    for week, amount in enumerate(spend):
        state = retention * state + (1 - retention) * amount
        pressure[week] = state
    scale = np.array([column[column > 0].mean() for column in spend.T])
    curve = np.array(["hill"] * n_channels)
    reached = saturated(pressure / scale, curve, rng.uniform(0.7, 1.5, n_channels), np.ones(n_channels))
    contribution = reached * rng.uniform(250.0, 450.0, n_channels)
    price = rng.standard_normal(n_weeks)
    price = (price - price[:-HELD].mean()) / price[:-HELD].std()
    expected = 700.0 - 25.0 * price + contribution.sum(axis=1)
    return PlannedWorld(
        name="plain",
        weeks=pd.date_range("2021-01-04", periods=n_weeks, freq="7D").to_numpy().astype("datetime64[ns]"),
        channels=np.array([f"channel_{k + 1:02d}" for k in range(n_channels)]),
        controls=np.array(["price"]),
        geos=np.array(["all"]),
        population=np.ones(1),
        earlier_spend=np.zeros((1, 0, n_channels)),
        spend=spend[None],
        full_cost=spend[None],
        control=price[None, :, None],
        kpi=(expected + 35.0 * rng.standard_normal(n_weeks))[None],
        contribution=contribution[None],
        expected=expected[None],
        noise_sd=np.array([35.0]),
        noise_df=np.inf,
        carry="geometric",
    )
