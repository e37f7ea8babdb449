"""Responses by channel, geo and period made by hand: no fit behind them."""

from collections.abc import Sequence

import numpy as np

from mmm.allocation.grid import GridResponse
from mmm.allocation.grid_solver import GridProblem
from mmm.allocation.problem import BudgetProblem


def make_grid(
    n_channels: int = 3,
    n_geos: int = 2,
    n_periods: int = 6,
    n_draws: int = 40,
    seed: int = 0,
    s_shape: float = 0.0,
    codes: Sequence[int] = (0,),
) -> tuple[GridProblem, GridResponse]:
    """Cells within half of today's, channels within 30 %; concave unless `s_shape` is above zero."""
    rng = np.random.default_rng(seed)
    shape, n_steps = (n_draws, n_channels), n_periods + 12
    retention = np.clip(rng.uniform(0.1, 0.6, n_channels) + rng.normal(0, 0.05, shape), 0.01, 0.9)
    current = (
        1e4
        * rng.uniform(0.5, 2, (n_channels, n_geos, 1))
        * rng.dirichlet(np.full(n_periods, 3.0), (n_channels, n_geos))
    )
    scale = current.mean(axis=2)
    slope = np.exp(rng.normal(0, s_shape, shape)) if s_shape else rng.uniform(0.7, 1.0, shape)
    response = GridResponse(
        channels=tuple(f"channel_{c}" for c in range(n_channels)),
        geos=tuple(f"geo_{g}" for g in range(n_geos)),
        n_periods=n_periods,
        weights=(1 - retention)[..., None] * retention[..., None] ** np.arange(n_steps),
        background=0.5
        * retention[:, :, None, None] ** np.arange(1, n_steps + 1)
        * np.ones((1, 1, n_geos, 1)),
        per_unit=1 / scale,
        saturation=rng.choice(np.array(codes, dtype=np.int8), shape),
        half_saturation=np.exp(rng.normal(0.5, 0.3, shape)),
        slope=slope,
        ceiling=np.exp(rng.normal(0.5, 0.2, (n_draws, n_channels, 1))) * 3 * scale,
        cost_rate=1 + rng.uniform(0, 0.1, n_channels),
    )
    totals = current.sum(axis=(1, 2))
    budget = BudgetProblem(
        channels=response.channels,
        currency="EUR",
        total=float(totals.sum()),
        current=totals,
        lower=0.7 * totals,
        upper=1.3 * totals,
    )
    return GridProblem(budget=budget, start=current, lower=0.5 * current, upper=1.5 * current), response
