"""Response draws, budget questions and params made by hand: no fit behind them."""

from datetime import date

import numpy as np

from geometric_carry_over import geometric_carry_over
from mmm.allocation import BudgetProblem, ResponseDraws
from mmm.params import RunParams
from mmm.params.data import Calendar, Channel, Outcome, Source
from mmm.params.deciding import AllocationParams
from mmm.params.record import Text
from mmm.transforms.families import HILL

LEVELS = ("strategic", "tactical", "operational")
OBJECTIVES = ("acquisition", "brand", "retention")


def make_curves(
    n_channels: int = 8, n_draws: int = 1000, n_periods: int = 13, seed: int = 0, s_shape: float = 0.3
) -> dict[str, np.ndarray]:
    """Geometric carry-over, Hill curves and costs by name, as a fit would give them."""
    rng = np.random.default_rng(seed)
    shape = (n_draws, n_channels)
    current = np.round(rng.uniform(0.5, 3, n_channels) * 10_000 * n_periods, 2)
    scale = current / n_periods
    ceiling = np.exp(rng.normal(0, 0.3, shape) + rng.normal(0.3, 0.4, n_channels)) * scale * 3
    return {
        "retention": np.clip(rng.uniform(0.1, 0.7, n_channels) + rng.normal(0, 0.08, shape), 0.01, 0.95),
        "half_saturation": np.exp(np.log(2) + rng.normal(0, 0.5, shape)),
        "slope": np.exp(rng.normal(0, s_shape, shape)),
        "ceiling": ceiling,
        "carry_in": rng.uniform(0.3, 1, shape),
        "pattern": rng.dirichlet(np.full(n_periods, 5.0), n_channels),
        "scale": scale,
        "fee_rate": np.round(rng.uniform(0, 0.1, n_channels), 3),
        "fixed_cost": np.round(rng.uniform(0, 1000, n_channels), 2),
        "current": current,
    }


def make_response(
    n_channels: int = 8, n_draws: int = 1000, n_periods: int = 13, seed: int = 0, s_shape: float = 0.3
) -> ResponseDraws:
    """Channels of different size, carry-over and saturation, uncertain like a posterior."""
    curves = make_curves(n_channels, n_draws, n_periods, seed, s_shape)
    background, per_unit = geometric_carry_over(
        curves["pattern"] / curves["scale"][:, None], curves["retention"], curves["carry_in"]
    )
    kept = ("half_saturation", "slope", "ceiling", "pattern", "fee_rate", "fixed_cost", "current")
    return ResponseDraws(
        channels=tuple(f"channel_{c}" for c in range(n_channels)),
        currency="EUR",
        periods=np.datetime64("2026-09-28") + 7 * np.arange(n_periods),
        background=background,
        per_unit=per_unit,
        saturation=np.full((n_draws, n_channels), HILL, dtype=np.int8),
        observed_peak=curves["scale"] * 1.3,
        **{name: curves[name] for name in kept},
    )


def one_period(
    ceiling: np.ndarray, half_saturation: np.ndarray, slope: np.ndarray, current: np.ndarray
) -> ResponseDraws:
    """Hill curves of spend in one period, without carry-over or fees; arrays are (channel,) or (draw, channel)."""
    ceiling, half, slope = (
        np.atleast_2d(np.asarray(a, dtype=float)) for a in (ceiling, half_saturation, slope)
    )
    ceiling, half, slope = np.broadcast_arrays(ceiling, half, slope)
    n_draws, n_channels = ceiling.shape
    return ResponseDraws(
        channels=tuple(f"channel_{c}" for c in range(n_channels)),
        currency="EUR",
        periods=np.array(["2026-09-28"], dtype="datetime64[D]"),
        background=np.zeros((n_draws, n_channels, 1)),
        per_unit=np.ones((n_draws, n_channels, 1)),
        saturation=np.full((n_draws, n_channels), HILL, dtype=np.int8),
        half_saturation=half,
        slope=slope,
        ceiling=ceiling,
        pattern=np.ones((n_channels, 1)),
        fee_rate=np.zeros(n_channels),
        fixed_cost=np.zeros(n_channels),
        current=np.asarray(current, dtype=float),
        observed_peak=2 * np.asarray(current, dtype=float),
    )


def make_problem(response: ResponseDraws, **changes: object) -> BudgetProblem:
    """Share out today's total within 30 % of today's plan, unless told otherwise."""
    limits = {
        "channels": response.channels,
        "currency": response.currency,
        "total": float(np.round(response.current.sum(), 2)),
        "current": response.current,
        "lower": np.round(0.7 * response.current, 2),
        "upper": np.round(1.3 * response.current, 2),
    }
    return BudgetProblem(**(limits | changes))


def make_params(response: ResponseDraws, **allocation: object) -> RunParams:
    """An analysis whose channels are those of the response."""
    channels = {
        name: Channel(
            label=Text(fr=f"Canal {c}", en=f"Channel {c}"),
            fee_rate=float(response.fee_rate[c]),
            level=LEVELS[c % 3],
            objective=OBJECTIVES[(c // 3) % 3],
        )
        for c, name in enumerate(response.channels)
    }
    return RunParams(
        analysis="hand_made",
        title=Text(fr="Exemple", en="Example"),
        market="France",
        currency="EUR",
        calendar=Calendar(start=date(2023, 10, 2), end=date(2026, 9, 27)),
        sources={"sales": Source(content="outcome", path="sales.csv")},
        channels=channels,
        outcomes={"revenue": Outcome(label=Text(fr="Ventes", en="Sales"), source="sales", column="sales")},
        allocation=AllocationParams(
            outcome="revenue", **({"horizon_periods": len(response.periods)} | allocation)
        ),
    )
