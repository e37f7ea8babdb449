"""From a fit and a plan to the response draws that a budget question needs."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.allocation.grid import GridResponse
from mmm.allocation.response import ResponseDraws
from mmm.allocation.todays_plan import PERIODS_PER_YEAR, spend_by_period, todays_plan
from mmm.effects.draws import MediaDraws, media_draws
from mmm.errors import UserInputError
from mmm.params import RunParams
from mmm.transforms import carried

if TYPE_CHECKING:
    from mmm.inference import Fit

FloatArray = NDArray[np.float64]
MAX_DRAWS = 1000
REMAINING_WEIGHT = 0.01
"""Carry-over is followed after the horizon until this share of its weight is left."""
MAX_PERIODS_AFTER = 104


def response_draws(
    fit: "Fit", panel: xr.Dataset, plan: xr.Dataset | None, params: RunParams, max_draws: int = MAX_DRAWS
) -> ResponseDraws:
    """Give what each channel's spend over the horizon brings at margin, draw by draw.

    Spend falls within the horizon as the plan spreads it; where the plan has
    nothing for a channel, as it fell a year earlier; else evenly. Without a plan,
    today's plan is what was spent in the same periods a year earlier.

    Parameters
    ----------
    fit : Fit
        Of the outcome that `params.allocation` names.
    panel, plan : Dataset
        The panel that was fitted and the planned periods after it.

    Raises
    ------
    UserInputError
        The outcome is a count without a value, or the plan is shorter than the horizon.
    """
    asked = params.allocation
    if asked is None:
        raise ValueError("params have no allocation section")
    value = value_at_margin(params, asked.outcome)
    media = media_draws(fit, max_draws)
    channels = list(media.channels)
    today = todays_plan(params, panel, plan)
    pattern = _pattern(today.planned, today.earlier)
    background, per_unit = exposures(
        media, pattern / np.asarray(fit.design.media_scale, dtype=float)[:, None]
    )
    return ResponseDraws(
        channels=tuple(channels),
        currency=params.currency,
        periods=_periods(panel, plan, asked.horizon_periods, params.calendar.frequency),
        background=background,
        per_unit=per_unit,
        saturation=media.curves.saturation,
        half_saturation=media.curves.half_saturation,
        slope=media.curves.slope,
        ceiling=media.ceiling * value,
        pattern=pattern,
        fee_rate=np.asarray(panel["fee_rate"].sel(channel=channels), dtype=float),
        fixed_cost=_fixed_cost(panel, plan, channels, asked.horizon_periods),
        current=today.current,
        observed_peak=spend_by_period(panel, "spend", channels).max(axis=1),
        step_weight=present_value(params, per_unit.shape[2]),
        price_elasticity=np.array(
            [asked.bounds[c].price_elasticity if c in asked.bounds else 0.0 for c in channels]
        ),
    )


def present_value(params: RunParams, n_steps: int) -> FloatArray:
    """Give what margin in each step from the first one counts for today, (step,)."""
    rate = params.allocation.discount_per_year if params.allocation else 0.0
    return (1 + rate) ** (-np.arange(n_steps) / PERIODS_PER_YEAR[params.calendar.frequency])


def exposures(media: MediaDraws, exposure: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the adstock that history leaves, and that one unit of money makes, (draw, channel, step).

    Steps are the horizon, then the periods until 99 % of the slowest draw's weight has come; a
    channel's own steps after that are zero in the second. Where saturation comes before
    carry-over, each period saturates alone: its exposure is what is bought in it, nothing is left.

    Parameters
    ----------
    exposure : ndarray of shape (channel, period)
        What one unit of money over the horizon buys in each period.
    """
    n_periods, n_seen = exposure.shape[1], media.spend.shape[1]
    after = _periods_after(media)
    steps = np.arange(n_periods + int(after.max()))
    bought = np.pad(exposure, ((0, 0), (0, len(steps) - n_periods)))
    per_unit = carried(media.curves, bought, np.zeros(len(exposure)))
    history = np.concatenate([media.spend, np.zeros_like(bought)], axis=1)
    background = carried(media.curves, history, media.carry_in)[..., n_seen:]
    early = media.curves.saturates_first[..., None]
    per_unit = np.where(early, bought, np.where(steps < n_periods + after[:, None], per_unit, 0.0))
    return np.where(early, 0.0, background), per_unit


def grid_response(fit: "Fit", response: ResponseDraws) -> GridResponse:
    """Give what spend in each period brings, for the draws of `response` (national, nothing discounted)."""
    media = media_draws(fit, response.n_draws)
    return grid_of(media, np.asarray(fit.design.media_scale, dtype=float), response)


def grid_of(media: MediaDraws, scale: FloatArray, response: ResponseDraws) -> GridResponse:
    """Give what spend in each period brings, for the draws of `response`, which are those of `media`.

    Parameters
    ----------
    scale : ndarray of shape (channel,)
        Money in a typical active period.
    """
    n_steps, n_channels = response.per_unit.shape[2], len(response.channels)
    pulse = np.zeros((n_channels, n_steps))
    pulse[:, 0] = 1.0
    early = media.curves.saturates_first[..., None]
    weights = np.where(early, pulse, carried(media.curves, pulse, np.zeros(n_channels)))
    return GridResponse(
        channels=response.channels,
        geos=("all",),
        n_periods=response.pattern.shape[1],
        weights=weights,
        background=response.background[:, :, None],
        per_unit=1.0 / scale[:, None],
        saturation=response.saturation,
        half_saturation=response.half_saturation,
        slope=response.slope,
        ceiling=response.ceiling[..., None],
        cost_rate=1.0 + response.fee_rate,
    )


def _periods_after(media: MediaDraws) -> NDArray[np.int64]:
    """Periods after a spend until little of its weight is left in the slowest draw, (channel,)."""
    pulse = np.zeros((len(media.channels), MAX_PERIODS_AFTER + 1))
    pulse[:, 0] = 1.0
    weights = carried(media.curves, pulse, np.zeros(len(pulse)))
    left = 1.0 - weights.cumsum(axis=-1).min(axis=0)
    return np.asarray((left > REMAINING_WEIGHT).sum(axis=1), dtype=np.int64)


def value_at_margin(params: RunParams, name: str) -> float:
    """Give the margin that one unit of the outcome is worth."""
    outcome = params.outcomes[name]
    value = 1.0 if outcome.unit == "money" and outcome.value_per_unit is None else outcome.value_per_unit
    if value is None:
        raise UserInputError(
            "allocation",
            [
                f"outcomes.{name}: a count without value_per_unit, expected what one unit is worth: "
                "give value_per_unit, or name an outcome in money"
            ],
        )
    return value * outcome.margin_rate


def _pattern(planned: FloatArray, earlier: FloatArray) -> FloatArray:
    """Give the share of a channel's spend that falls in each period, (channel, period)."""
    even = np.ones_like(planned)
    shape = np.where(planned.sum(axis=1, keepdims=True) > 0, planned, earlier)
    shape = np.where(shape.sum(axis=1, keepdims=True) > 0, shape, even)
    shares: FloatArray = shape / shape.sum(axis=1, keepdims=True)
    return shares


def _fixed_cost(panel: xr.Dataset, plan: xr.Dataset | None, channels: list[str], horizon: int) -> FloatArray:
    """Give fixed fees over the horizon, (channel,): the plan's, else those of the last periods."""
    if plan is not None:
        return spend_by_period(plan, "fixed_cost", channels)[:, :horizon].sum(axis=1)
    recent = spend_by_period(panel, "fixed_cost", channels)[:, -horizon:]
    total: FloatArray = recent.mean(axis=1) * horizon
    return total


def _periods(
    panel: xr.Dataset, plan: xr.Dataset | None, horizon: int, frequency: str
) -> NDArray[np.datetime64]:
    """Give the starts of the horizon's periods, in days."""
    days: NDArray[np.datetime64]
    last, steps = panel["period"].to_numpy()[-1], np.arange(1, horizon + 1)
    if plan is not None:
        days = plan["period"].to_numpy()[:horizon].astype("datetime64[D]")
    elif frequency in {"daily", "weekly"}:
        days = last.astype("datetime64[D]") + (7 if frequency == "weekly" else 1) * steps
    else:
        months = steps * (1 if frequency == "monthly" else 12)
        days = (last.astype("datetime64[M]") + months).astype("datetime64[D]")
    return days
