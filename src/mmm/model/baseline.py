"""The baseline: level, trend, season, holidays, events and controls as columns of one matrix."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.model.panel_values import labels, panel_values
from mmm.model.spec import PERIODS_PER_YEAR, ModelSpec
from mmm.params.data import Frequency
from mmm.transforms import (
    damped_line,
    fourier_basis,
    knot_steps,
    monthly_phase,
    trend_knots,
    weekday_basis,
    yearly_phase,
)

FloatArray = NDArray[np.float64]

AMPLITUDES = ("trend", "season", "weekday", "month", "holidays", "events", "controls")
"""What a learnt size multiplies, in the order of the parameters."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HALF_PERIOD = {
    "daily": np.timedelta64(12, "h"),
    "weekly": np.timedelta64(84, "h"),
    "monthly": np.timedelta64(365, "h"),
    "annual": np.timedelta64(0, "h"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Columns of the baseline: their beliefs, and what is needed to compute them for any period."""

    frequency: Frequency
    origin: np.datetime64
    """Start of the first period."""
    n_periods: int
    harmonics: int
    month_harmonics: int = 0
    """Pairs of sine and cosine over the calendar month, for daily data."""
    knots: FloatArray
    """Positions in periods since the first one, some of them in the future."""
    holidays: tuple[str, ...]
    holiday_scale: FloatArray
    events: tuple[str, ...]
    event_scale: FloatArray
    controls: tuple[str, ...]
    log_controls: tuple[str, ...] = ()
    """Those of `controls` taken as logarithms."""
    control_mean: FloatArray
    control_scale: FloatArray
    trend_damping: float
    """Share of the linear slope that is left a year after the last period."""
    names: tuple[str, ...]
    groups: tuple[str, ...]
    """(basis) Component that each column belongs to: level, trend, season, holidays, events, controls."""
    mean: FloatArray
    """(basis) Mean of each coefficient."""
    scale: FloatArray
    """(basis) Standard deviation, or its factor of the amplitude."""
    amplitude_index: NDArray[np.int64]
    """(basis) Place in `amplitudes`; -1 where the standard deviation is fixed."""
    amplitudes: tuple[str, ...]
    """What has a learnt size."""
    amplitude_scale: FloatArray
    """(group) Half-normal scale of each amplitude."""


class _Column(NamedTuple):
    name: str
    group: str
    mean: float = 0.0
    scale: float = 1.0
    amplitude: str = ""
    """Learnt size that multiplies `scale`; none where it is fixed."""


def build_baseline(panel: xr.Dataset, spec: ModelSpec) -> Baseline:
    """Choose the columns of the baseline for a panel, with their beliefs."""
    years = PERIODS_PER_YEAR[spec.frequency]
    n_periods = panel.sizes["period"]
    knots = trend_knots(n_periods, spec.knot_spacing, 5 if spec.frequency == "annual" else years)
    holidays = labels(panel, "holiday") if spec.holidays else ()
    events = labels(panel, "event")
    month_harmonics = spec.month_harmonics if spec.frequency == "daily" and n_periods >= years else 0
    controls = _control_values(panel, spec.controls, spec.log_controls)
    deviation = controls.std(axis=0)
    columns = [
        *_trend_columns(spec, n_periods, len(knots) - 1),
        *_season_columns(spec, month_harmonics),
        *(_Column(name, "holidays", amplitude="holidays") for name in holidays),
        *(_Column(name, "events", amplitude="events") for name in events),
        *(_Column(name, "controls", amplitude="controls") for name in spec.controls),
    ]
    used = tuple(size for size in AMPLITUDES if any(column.amplitude == size for column in columns))
    return Baseline(
        frequency=spec.frequency,
        origin=panel["period"].to_numpy()[0],
        n_periods=n_periods,
        harmonics=spec.harmonics,
        month_harmonics=month_harmonics,
        knots=knots,
        holidays=holidays,
        holiday_scale=_largest(panel, "holiday", holidays),
        events=events,
        event_scale=_largest(panel, "event", events),
        controls=spec.controls,
        log_controls=spec.log_controls,
        control_mean=controls.mean(axis=0),
        control_scale=np.where(deviation > 1e-12 * np.abs(controls).max(axis=0, initial=0), deviation, 1.0),
        trend_damping=spec.beliefs.trend_damping,
        names=tuple(column.name for column in columns),
        groups=tuple(column.group for column in columns),
        mean=np.array([column.mean for column in columns]),
        scale=np.array([column.scale for column in columns]),
        amplitude_index=np.array([used.index(c.amplitude) if c.amplitude else -1 for c in columns]),
        amplitudes=used,
        amplitude_scale=np.array([_amplitude_scale(spec, size) for size in used]),
    )


def baseline_basis(baseline: Baseline, panel: xr.Dataset) -> FloatArray:
    """Compute the columns of a baseline for the periods of a panel or plan: (period, basis)."""
    periods = panel["period"].to_numpy()
    position = _position(baseline, periods)
    damping = baseline.trend_damping ** (1 / PERIODS_PER_YEAR[baseline.frequency])
    middle = np.asarray(periods + _HALF_PERIOD[baseline.frequency], dtype="datetime64[ns]")
    controls = _control_values(panel, baseline.controls, baseline.log_controls)
    columns = [
        np.ones(len(periods)),
        damped_line(position, baseline.n_periods, damping),
        knot_steps(position, baseline.knots),
        fourier_basis(yearly_phase(middle), baseline.harmonics),
    ]
    if baseline.frequency == "daily":
        columns += [weekday_basis(periods), fourier_basis(monthly_phase(periods), baseline.month_harmonics)]
    columns += [
        _shares(panel, "holiday", baseline.holidays) / baseline.holiday_scale,
        _shares(panel, "event", baseline.events) / baseline.event_scale,
        (controls - baseline.control_mean) / baseline.control_scale,
    ]
    return np.column_stack(columns)


def _trend_columns(spec: ModelSpec, n_periods: int, n_steps: int) -> list[_Column]:
    beliefs = spec.beliefs
    years = n_periods / PERIODS_PER_YEAR[spec.frequency]
    line_sd = min(1.0, beliefs.trend_sd * max(1.0, np.sqrt(years / 4)))
    return [
        _Column("level", "level", mean=1 - spec.media_share, scale=beliefs.level_sd),
        _Column("line", "trend", scale=float(line_sd)),
        *(_Column(f"step_{k + 1}", "trend", amplitude="trend") for k in range(n_steps)),
    ]


def _season_columns(spec: ModelSpec, month_harmonics: int) -> list[_Column]:
    weekdays = WEEKDAYS if spec.frequency == "daily" else ()
    return [
        *(_Column(name, "season", amplitude="season") for name in _waves(spec.harmonics)),
        *(_Column(name, "season", amplitude="weekday") for name in weekdays),
        *(_Column(f"month_{name}", "season", amplitude="month") for name in _waves(month_harmonics)),
    ]


def _waves(harmonics: int) -> list[str]:
    return [f"{wave}_{k}" for k in range(1, harmonics + 1) for wave in ("sine", "cosine")]


def _amplitude_scale(spec: ModelSpec, size: str) -> float:
    """Half-normal scale of a learnt size, in units of the mean KPI."""
    beliefs = spec.beliefs
    quarters = 4 * spec.knot_spacing / PERIODS_PER_YEAR[spec.frequency]
    scales = {
        "trend": float(beliefs.trend_step * np.sqrt(quarters)),
        "season": beliefs.season,
        "weekday": beliefs.weekday,
        "month": beliefs.month,
        "holidays": beliefs.holidays,
        "events": beliefs.events,
        "controls": beliefs.controls,
    }
    return scales[size]


def _position(baseline: Baseline, periods: NDArray[np.datetime64]) -> FloatArray:
    """Periods since the first one."""
    length = {"daily": 1, "weekly": 7}.get(baseline.frequency)
    if length is not None:
        days = (periods - baseline.origin) / np.timedelta64(1, "D")
        return np.asarray(np.round(days / length), dtype=float)
    unit = "datetime64[M]" if baseline.frequency == "monthly" else "datetime64[Y]"
    since = periods.astype(unit) - np.asarray(baseline.origin).astype(unit)
    return np.asarray(since.astype(int), dtype=float)


def _control_values(panel: xr.Dataset, names: tuple[str, ...], logged: tuple[str, ...]) -> FloatArray:
    """(period, control) Mean over geos; a logarithm where asked."""
    values = panel_values(panel, "control")
    if not names or values is None:
        return np.zeros((panel.sizes["period"], len(names)))
    chosen = values.sel(control=list(names))
    mean = chosen.mean("geo") if "geo" in chosen.dims else chosen
    found = np.asarray(mean.transpose("period", "control").to_numpy(), dtype=float)
    return np.where(np.isin(names, logged), np.log(np.maximum(found, np.finfo(float).tiny)), found)


def _shares(panel: xr.Dataset, dim: str, names: tuple[str, ...]) -> FloatArray:
    """(period, name) Share of each period's days; a name that the panel lacks counts as 0."""
    values = panel_values(panel, dim)
    if not names or values is None:
        return np.zeros((panel.sizes["period"], len(names)))
    ordered = values.reindex({dim: list(names)}, fill_value=0.0)
    return np.asarray(ordered.transpose("period", dim).to_numpy(), dtype=float)


def _largest(panel: xr.Dataset, dim: str, names: tuple[str, ...]) -> FloatArray:
    """Largest share that a name reaches, so that its coefficient is the lift of such a period."""
    peak = _shares(panel, dim, names).max(axis=0, initial=0.0)
    return np.where(peak > 0, peak, 1.0)
