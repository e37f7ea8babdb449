"""Revenue and new customers: baseline, media and noise put together, with the truth kept."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from mmm.simulate.baseline import COMPONENTS, simulate_baseline, simulate_prices
from mmm.simulate.costs import fixed_costs, full_costs, simulate_fees
from mmm.simulate.family import CHANNELS, FEE_RATE, MediaDraw, draw_media
from mmm.simulate.records import MediaTruth, OutcomeTruth
from mmm.simulate.response import respond, saturated, scales
from mmm.simulate.spend import Spend, simulate_spend
from mmm.simulate.weeks import (
    N_AHEAD,
    N_HISTORY,
    N_PERIODS,
    N_PLANNED,
    OBSERVED,
    forecast_weeks,
    observed_weeks,
    stream,
)

AMBITION = 1.02
"""Targets ask this much of what the plan would bring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """The part of a world that a marketing-mix model sees, with its truth."""

    spend: Spend
    fees: pd.DataFrame
    prices: pd.DataFrame
    fixed_cost: np.ndarray
    """(written week, channel) EUR."""
    sales: pd.DataFrame
    targets: pd.DataFrame
    media: MediaTruth
    outcomes: dict[str, OutcomeTruth]


def simulate_market(seed: int) -> Market:
    """Simulate spend, costs, prices and both outcomes of one world."""
    draw = draw_media(seed)
    spend = simulate_spend(seed)
    fees = simulate_fees(seed)
    prices = simulate_prices(seed)
    written = spend.actual[OBSERVED]
    fixed = fixed_costs(fees, observed_weeks(), written)
    cost = full_costs(written, fixed)
    price_index = prices["price_index"].to_numpy()
    outcomes = {
        name: _outcome(seed, name, draw=draw, spend=spend, cost=cost, price_index=price_index)
        for name in draw.strength
    }
    sales = pd.DataFrame({"date": observed_weeks()})
    for name, outcome in outcomes.items():
        parts = outcome.contribution.sum("channel") + outcome.baseline.sum("component") + outcome.noise
        sales[name] = np.round(parts.to_numpy(), 2)
    sales["new_customers"] = sales["new_customers"].round().astype("int64")
    return Market(
        spend=spend,
        fees=fees,
        prices=prices,
        fixed_cost=fixed,
        sales=sales,
        targets=_targets(outcomes),
        media=_media_truth(draw, spend, cost),
        outcomes=outcomes,
    )


def _outcome(
    seed: int,
    name: str,
    *,
    draw: MediaDraw,
    spend: Spend,
    cost: np.ndarray,
    price_index: np.ndarray,
) -> OutcomeTruth:
    """Put one outcome together; what is written is rounded and the rounding goes to the noise."""
    strength = draw.strength[name]
    response = respond(spend.actual, cost, FEE_RATE, draw, strength)
    parts = simulate_baseline(seed, name, price_index).parts * strength.mean
    level = strength.mean * (1.0 - strength.media_share) - parts[:N_PERIODS].sum(axis=1).mean()
    parts[:, COMPONENTS.index("level")] = level
    media = response.contribution[OBSERVED]
    expected = media.sum(axis=1) + parts[:N_PERIODS].sum(axis=1)
    error = stream(seed, f"noise {name}").normal(0.0, strength.noise_share * strength.mean, N_PERIODS)
    decimals = 2 if name == "revenue" else 0
    noise = np.round(expected + error, decimals) - expected
    return OutcomeTruth(
        name=name,
        contribution=_by_channel(media),
        baseline=xr.DataArray(
            parts[:N_PERIODS],
            dims=("period", "component"),
            coords={"period": observed_weeks(), "component": list(COMPONENTS)},
        ),
        noise=xr.DataArray(noise, dims="period", coords={"period": observed_weeks()}),
        ceiling=_per_channel(response.ceiling),
        marginal=_per_channel(response.marginal),
        expected=_expected_under_plan(spend, draw, response.ceiling, parts),
        noise_share=strength.noise_share,
    )


def _expected_under_plan(
    spend: Spend, draw: MediaDraw, ceiling: np.ndarray, parts: np.ndarray
) -> xr.DataArray:
    """Give what each week would have brought, had the budget been spent as planned."""
    planned = spend.actual.copy()
    planned[-len(spend.budget) :] = spend.budget
    media = ceiling * saturated(planned, draw, scales(spend.actual))
    total = media[N_HISTORY:].sum(axis=1) + parts.sum(axis=1)
    return xr.DataArray(total, dims="period", coords={"period": forecast_weeks()})


def _targets(outcomes: dict[str, OutcomeTruth]) -> pd.DataFrame:
    """Give management's targets: what the plan should bring, a little more, in round figures."""
    last = slice(-(N_PLANNED + N_AHEAD), None)
    return pd.DataFrame(
        {
            "date": forecast_weeks()[last],
            "revenue": _rounded(outcomes["revenue"].expected.to_numpy()[last] * AMBITION, 1_000.0),
            "new_customers": _rounded(
                outcomes["new_customers"].expected.to_numpy()[last] * AMBITION, 5.0
            ).astype("int64"),
        }
    )


def _rounded(values: np.ndarray, step: float) -> np.ndarray:
    return np.asarray(np.round(values / step) * step)


def _media_truth(draw: MediaDraw, spend: Spend, cost: np.ndarray) -> MediaTruth:
    return MediaTruth(
        retention=_per_channel(draw.retention),
        half_saturation=_per_channel(draw.half_saturation),
        slope=_per_channel(draw.slope),
        scale=_per_channel(scales(spend.actual)),
        spend=_by_channel(spend.actual[OBSERVED]),
        full_cost=_by_channel(cost),
    )


def _per_channel(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values, dims="channel", coords={"channel": list(CHANNELS)})


def _by_channel(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(
        values,
        dims=("period", "channel"),
        coords={"period": observed_weeks(), "channel": list(CHANNELS)},
    )
