"""Where each channel's recommended money is spent: between geos, in each as it pays most.

A geo has its own strength, history and plan; curves are those of the channel. The
totals of channels are kept, so geos of one channel are a budget question of their
own, with its certificate. National channels stay as they are: they cannot be moved.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.allocation.fitted import exposures, grid_of, present_value, value_at_margin
from mmm.allocation.problem import BudgetProblem
from mmm.allocation.response import ResponseDraws
from mmm.allocation.schedule import Schedule, chosen_schedule, given_schedule
from mmm.allocation.solver import Allocation, allocate
from mmm.allocation.todays_plan import PERIODS_PER_YEAR, a_year_earlier, spend_by_geo
from mmm.effects.draws import MediaDraws, thinned
from mmm.effects.media_curves import media_curves
from mmm.params import RunParams
from mmm.transforms import MediaCurves
from mmm.transforms.media import one_channel

if TYPE_CHECKING:
    from mmm.inference import Fit
    from mmm.model.geo_design import GeoDesign

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoSplit:
    """One channel's money between geos. Geos stand where other questions have channels."""

    channel: str
    planned: FloatArray
    """(geo,), today's plan, of its own total."""
    problem: BudgetProblem
    """`current` is the recommended total spread as today's plan spreads its own."""
    response: ResponseDraws
    allocation: Allocation
    schedule: Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class _Posterior:
    """What a fit says of every geo, for the draws of the whole market's question."""

    curves: MediaCurves
    strength: FloatArray
    """(draw, geo, channel)."""
    design: "GeoDesign"


def geo_splits(
    fit: "Fit",
    panel: xr.Dataset,
    plan: xr.Dataset | None,
    params: RunParams,
    answer: tuple[ResponseDraws, Allocation],
) -> tuple[GeoSplit, ...]:
    """Share out each channel's recommended total between geos.

    Parameters
    ----------
    answer : tuple
        The whole market's response draws and its plan.

    Raises
    ------
    ValueError
        The fit has one geo only, or the params ask for no allocation.
    """
    if fit.design.geo is None or params.allocation is None:
        raise ValueError("a split between geos needs a fit of several geos and an allocation section")
    national, allocation = answer
    draws = thinned(fit, national.n_draws)
    effect = draws["effect_geo"].sel(geo=list(fit.design.geo.geos), channel=list(national.channels))
    found = _Posterior(
        curves=media_curves(fit, draws),
        strength=np.asarray(effect.transpose("draw", "geo", "channel"), dtype=float),
        design=fit.design.geo,
    )
    geos = list(fit.design.geo.geos)
    panel = panel.sel(geo=geos)
    cells = _planned_cells(panel, None if plan is None else plan.sel(geo=geos), params, national.channels)
    return tuple(_splits(found, panel, cells, params, (national, allocation)))


def _splits(
    found: _Posterior,
    panel: xr.Dataset,
    cells: FloatArray,
    params: RunParams,
    answer: tuple[ResponseDraws, Allocation],
) -> Iterator[GeoSplit]:
    national, allocation = answer
    asked = params.allocation
    assert asked is not None
    seen = spend_by_geo(panel, "spend", list(national.channels)).max(axis=2)
    for c, channel in enumerate(national.channels):
        total = float(allocation.spend[c])
        if found.design.is_national[c] or total <= 0:
            continue
        people = found.design.population / found.design.population.sum()
        shape = _shape(cells[c], national.pattern[c], people)
        given = _to_the_cent(total * shape.sum(axis=1), total)
        media, scale = _geo_media(found, c)
        response = _response(
            media, scale, shape=shape, given=given, national=national, channel=c, params=params
        )
        response = replace(response, observed_peak=seen[c])
        problem = BudgetProblem(
            channels=found.design.geos,
            currency=params.currency,
            total=total,
            current=given,
            lower=np.round((1 - asked.geo_change) * given, 2),
            upper=np.round((1 + asked.geo_change) * given, 2),
            round_to=asked.round_to,
        )
        best = allocate(problem, response)
        schedule = (
            chosen_schedule(problem, response, best, grid_of(media, scale, response), asked.period_change)
            if asked.timing == "chosen"
            else given_schedule(response, best)
        )
        yield GeoSplit(
            channel=channel,
            planned=np.round(cells[c].sum(axis=1), 2),
            problem=problem,
            response=response,
            allocation=best,
            schedule=replace(schedule, current=cells[c]),
        )


def _planned_cells(
    panel: xr.Dataset, plan: xr.Dataset | None, params: RunParams, channels: tuple[str, ...]
) -> FloatArray:
    """Give today's plan by (channel, geo, period), or what was spent a year earlier."""
    assert params.allocation is not None
    horizon = params.allocation.horizon_periods
    if plan is not None:
        return spend_by_geo(plan, "spend", list(channels))[..., :horizon]
    history = spend_by_geo(panel, "spend", list(channels))
    return a_year_earlier(history, horizon, PERIODS_PER_YEAR[params.calendar.frequency])


def _shape(cells: FloatArray, pattern: FloatArray, people: FloatArray) -> FloatArray:
    """Give the share of a channel's money in each geo and period; by population where none is planned."""
    if cells.sum() > 0:
        return np.asarray(cells / cells.sum(), dtype=float)
    return np.asarray(people[:, None] * pattern, dtype=float)


def _geo_media(found: _Posterior, channel: int) -> tuple[MediaDraws, FloatArray]:
    """Lay one channel out by geo, and give the money in a typical active period of each."""
    design, n_geos = found.design, len(found.design.geos)
    own = one_channel(found.curves, channel)
    curves = MediaCurves(
        **{
            name: values if values.ndim == 1 else np.repeat(values, n_geos, axis=1)
            for name, values in ((name, getattr(own, name)) for name in MediaCurves.__slots__)
        }
    )
    media = MediaDraws(
        channels=design.geos,
        curves=curves,
        ceiling=found.strength[:, :, channel] * design.kpi_scale,
        spend=np.ascontiguousarray(design.x[:, :, channel]),
        carry_in=design.carry_in[:, channel],
    )
    return media, design.media_scale[channel] * design.population


def _response(
    media: MediaDraws,
    scale: FloatArray,
    *,
    shape: FloatArray,
    given: FloatArray,
    national: ResponseDraws,
    channel: int,
    params: RunParams,
) -> ResponseDraws:
    """Give what one channel's money brings in each geo; fees as for the channel, fixed costs left out."""
    assert params.allocation is not None
    by_geo = shape.sum(axis=1, keepdims=True)
    even = np.broadcast_to(national.pattern[channel], shape.shape)
    pattern = np.where(by_geo > 0, shape / np.where(by_geo > 0, by_geo, 1.0), even)
    background, per_unit = exposures(media, pattern / scale[:, None])
    return ResponseDraws(
        channels=media.channels,
        currency=national.currency,
        periods=national.periods,
        background=background,
        per_unit=per_unit,
        saturation=media.curves.saturation,
        half_saturation=media.curves.half_saturation,
        slope=media.curves.slope,
        ceiling=media.ceiling * value_at_margin(params, params.allocation.outcome),
        pattern=pattern,
        fee_rate=np.full(len(given), national.fee_rate[channel]),
        fixed_cost=np.zeros(len(given)),
        current=given,
        observed_peak=np.zeros(len(given)),
        step_weight=present_value(params, per_unit.shape[2]),
        price_elasticity=np.full(len(given), national.price_elasticity[channel]),
    )


def _to_the_cent(amounts: FloatArray, total: float) -> FloatArray:
    """Round amounts; the largest takes what the total misses."""
    found: FloatArray = np.round(amounts, 2)
    largest = int(found.argmax())
    found[largest] = round(float(found[largest]) + total - float(found.sum()), 2)
    return found
