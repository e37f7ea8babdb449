"""The budget simulator: any plan judged on the run's own draws, in milliseconds.

A page imports this module alone: numpy and the standard library, nothing else.
Money is in the analysis' currency; gains are margin minus full cost, against
today's plan.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.response import ResponseDraws

FloatArray = NDArray[np.float64]
MAX_DRAWS = 500
VERSION = 2
_BY_STEP = ("background", "per_unit")
"""Stored in single precision: seven digits of an exposure are more than any page shows."""
_BY_DRAW = ("saturation", "half_saturation", "slope", "ceiling")
_BY_CHANNEL = (
    "pattern", "fee_rate", "fixed_cost", "current", "observed_peak", "step_weight", "price_elasticity",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulator:
    """What the simulator page knows: curves, today's and the recommended plan, limits, labels."""

    response: ResponseDraws
    recommended: FloatArray
    """(channel,), media spend over the horizon."""
    lower: FloatArray
    """(channel,)."""
    upper: FloatArray
    """(channel,)."""
    total: float
    labels: Mapping[str, Any]
    """`channels` and `outcome`: name: language: words."""
    today_contribution: FloatArray
    """(draw, channel), what today's plan brings at margin."""

    @property
    def channels(self) -> tuple[str, ...]:
        """Name the channels, in the order of every array."""
        return self.response.channels

    @property
    def current(self) -> FloatArray:
        """Give today's plan, (channel,)."""
        return self.response.current

    @property
    def highest(self) -> FloatArray:
        """Give the spend over the horizon beyond which a channel leaves what was ever seen, (channel,)."""
        return self.response.observed_peak / self.response.pattern.max(axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a plan would bring beside today's; intervals are central 90 %."""

    spend: FloatArray
    """(channel,)."""
    total: float
    full_cost: float
    contribution: tuple[float, float, float]
    """Mean, p05, p95 of what media bring at margin."""
    profit: tuple[float, float, float]
    """Contribution minus full cost."""
    gain: tuple[float, float, float]
    """Profit above that of today's plan."""
    p_gain: float
    """Share of draws in which the plan earns more than today's; NaN for today's plan itself."""
    gain_by_channel: FloatArray
    """(channel, 3), the same for each move alone."""
    p_gain_by_channel: FloatArray
    """(channel,), NaN where nothing moves."""
    extrapolates: NDArray[np.bool_]
    """(channel,), whether a period would spend more than was ever seen."""
    within_limits: NDArray[np.bool_]
    """(channel,), whether the amount lies between the limits of the params."""


def save_simulator(result: Any, path: Path) -> None:
    """Write what the page needs as plain arrays: at most 500 draws, labels as JSON text.

    Parameters
    ----------
    result : AllocationResult
        Of `allocation_tables`.
    """
    response: ResponseDraws = result.response
    kept = np.linspace(0, response.n_draws - 1, min(response.n_draws, MAX_DRAWS)).round().astype(int)
    arrays = {name: getattr(response, name)[kept] for name in _BY_DRAW}
    arrays |= {name: getattr(response, name)[kept].astype(np.float32) for name in _BY_STEP}
    arrays |= {name: getattr(response, name) for name in _BY_CHANNEL}
    text = {
        "version": VERSION,
        "channels": list(response.channels),
        "currency": response.currency,
        "periods": [str(period) for period in response.periods],
        "total": result.problem.total,
        "labels": {key: dict(value) for key, value in result.labels.items()},
    }
    np.savez_compressed(
        path,
        allow_pickle=False,
        description=np.array(json.dumps(text, ensure_ascii=False)),
        recommended=result.allocation.spend,
        lower=result.problem.lower,
        upper=result.problem.upper,
        **arrays,
    )


def load_simulator(path: Path) -> Simulator:
    """Read what `save_simulator` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    text = json.loads(str(arrays.pop("description")))
    if text["version"] != VERSION:
        raise ValueError(f"{path} has version {text['version']}, expected {VERSION}")
    response = ResponseDraws(
        channels=tuple(text["channels"]),
        currency=text["currency"],
        periods=np.array(text["periods"], dtype="datetime64[D]"),
        **{name: arrays[name] for name in (*_BY_STEP, *_BY_DRAW, *_BY_CHANNEL)},
    )
    return Simulator(
        response=response,
        recommended=arrays["recommended"],
        lower=arrays["lower"],
        upper=arrays["upper"],
        total=text["total"],
        labels=text["labels"],
        today_contribution=response.contribution(response.current),
    )


def simulate_budget(simulator: Simulator, spend: Mapping[str, float] | FloatArray) -> Answer:
    """Judge a plan: what it brings, costs and gains over today's, and its chance to gain.

    Parameters
    ----------
    spend : mapping of channel to amount, or ndarray of shape (channel,)
        Media spend over the horizon; channels that a mapping leaves out keep today's amount.
    """
    response = simulator.response
    if isinstance(spend, Mapping):
        today = dict(zip(response.channels, response.current.tolist(), strict=True))
        spend = {**today, **spend}
    amounts = response.spend_vector(spend)
    contribution = response.contribution(amounts)
    moves = amounts - response.current
    gains = contribution - simulator.today_contribution - response.cost_rate * moves
    gains[:, np.abs(moves) < 0.005] = 0.0
    full_cost = float(response.full_cost(amounts).sum())
    brought, total_gain = contribution.sum(axis=1), gains.sum(axis=1)
    return Answer(
        spend=amounts,
        total=float(amounts.sum()),
        full_cost=full_cost,
        contribution=_spread(brought),
        profit=_spread(brought - full_cost),
        gain=_spread(total_gain),
        p_gain=float((total_gain > 0).mean()) if np.abs(moves).max() >= 0.005 else float("nan"),
        gain_by_channel=np.stack([gains.mean(axis=0), *np.quantile(gains, [0.05, 0.95], axis=0)], axis=1),
        p_gain_by_channel=np.where(np.abs(moves) < 0.005, np.nan, (gains > 0).mean(axis=0)),
        extrapolates=amounts > simulator.highest * (1 + 1e-9),
        within_limits=(amounts >= simulator.lower - 0.005) & (amounts <= simulator.upper + 0.005),
    )


def _spread(draws: FloatArray) -> tuple[float, float, float]:
    p05, p95 = np.quantile(draws, [0.05, 0.95])
    return float(draws.mean()), float(p05), float(p95)
