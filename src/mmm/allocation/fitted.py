"""From a fit and a plan to the response draws that a budget question needs."""

from math import ceil, log
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.allocation.response import ResponseDraws
from mmm.effects.draws import MediaDraws, last_adstock, media_draws
from mmm.errors import UserInputError
from mmm.params import RunParams
from mmm.transforms.families import HILL

if TYPE_CHECKING:
    from mmm.inference import Fit

FloatArray = NDArray[np.float64]
MAX_DRAWS = 1000
REMAINING_WEIGHT = 0.01
"""Carry-over is followed after the horizon until this share of its weight is left."""
MAX_PERIODS_AFTER = 104
PERIODS_PER_YEAR = {"daily": 365, "weekly": 52, "monthly": 12, "annual": 1}


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
    value = _value_at_margin(params, asked.outcome)
    media = media_draws(fit, max_draws)
    channels = list(media.channels)
    history = _by_period(panel, "spend", channels)
    earlier = _a_year_earlier(history, asked.horizon_periods, PERIODS_PER_YEAR[params.calendar.frequency])
    planned = earlier if plan is None else _planned(plan, channels, asked.horizon_periods)
    pattern = _pattern(planned, earlier)
    background, per_unit = _carried(media, pattern / np.asarray(fit.design.media_scale, dtype=float)[:, None])
    return ResponseDraws(
        channels=tuple(channels),
        currency=params.currency,
        periods=_periods(panel, plan, asked.horizon_periods, params.calendar.frequency),
        background=background,
        per_unit=per_unit,
        saturation=np.full(media.slope.shape, HILL, dtype=np.int8),
        half_saturation=media.half_saturation,
        slope=media.slope,
        ceiling=media.ceiling * value,
        pattern=pattern,
        fee_rate=np.asarray(panel["fee_rate"].sel(channel=channels), dtype=float),
        fixed_cost=_fixed_cost(panel, plan, channels, asked.horizon_periods),
        current=np.round(planned.sum(axis=1), 2),
        observed_peak=history.max(axis=1),
    )


def _carried(media: MediaDraws, exposure: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the adstock that history leaves, and that one unit of money makes, (draw, channel, step).

    `exposure` (channel, period) is what one unit of money over the horizon buys in each period.
    """
    return geometric_carry_over(exposure, media.retention, last_adstock(media))


def geometric_carry_over(
    exposure: FloatArray, retention: FloatArray, carry_in: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Run the geometric adstock of one unit of money, and of what history left, until it has come out.

    Parameters
    ----------
    exposure : ndarray of shape (channel, period)
        What one unit of money over the horizon buys in each period.
    retention, carry_in : ndarray of shape (draw, channel)
        Share carried into the next period; adstock in the period before the horizon.

    Returns
    -------
    tuple of ndarray of shape (draw, channel, step)
        Background and per unit; a channel's steps after its own carry-over are zero in `per_unit`.
    """
    n_periods = exposure.shape[1]
    after = np.array([_periods_after(float(slowest)) for slowest in retention.max(axis=0)])
    n_steps = n_periods + int(after.max())
    per_unit = np.empty((*retention.shape, n_steps))
    carried = np.zeros(retention.shape)
    for step in range(n_steps):
        added = exposure[:, step] if step < n_periods else 0.0
        carried = np.where(step < n_periods + after, retention * carried + (1.0 - retention) * added, 0.0)
        per_unit[:, :, step] = carried
    decay = retention[:, :, None] ** np.arange(1, n_steps + 1)
    return carry_in[:, :, None] * decay, per_unit


def _periods_after(retention: float) -> int:
    if retention <= 0:
        return 0
    if retention >= 1:
        return MAX_PERIODS_AFTER
    return min(MAX_PERIODS_AFTER, ceil(log(REMAINING_WEIGHT) / log(retention)))


def _value_at_margin(params: RunParams, name: str) -> float:
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


def _by_period(data: xr.Dataset, variable: str, channels: list[str]) -> FloatArray:
    """Sum over geos, (channel, period)."""
    summed = data[variable].sum("geo").sel(channel=channels).transpose("channel", "period")
    return np.asarray(summed, dtype=float)


def _planned(plan: xr.Dataset, channels: list[str], horizon: int) -> FloatArray:
    found = plan.sizes["period"]
    if found < horizon:
        raise UserInputError(
            "allocation",
            [
                f"horizon_periods is {horizon}, the plan has {found} periods after the data: "
                "extend the plan or shorten the horizon"
            ],
        )
    return _by_period(plan, "spend", channels)[:, :horizon]


def _a_year_earlier(history: FloatArray, horizon: int, periods_per_year: int) -> FloatArray:
    """Give spend of the same periods a year earlier, or of the last ones when history is shorter."""
    back = max(periods_per_year * -(-horizon // periods_per_year), horizon)
    if history.shape[1] < back:
        back = min(horizon, history.shape[1])
    found = history[:, history.shape[1] - back :][:, :horizon]
    missing = horizon - found.shape[1]
    return np.pad(found, ((0, 0), (0, missing)), mode="wrap") if missing else found


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
        return _by_period(plan, "fixed_cost", channels)[:, :horizon].sum(axis=1)
    recent = _by_period(panel, "fixed_cost", channels)[:, -horizon:]
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
