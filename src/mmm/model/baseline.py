"""The baseline: level, trend, season, holidays, events and controls as columns of one matrix."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.model.panel_values import labels, panel_values
from mmm.model.spec import PERIODS_PER_YEAR, Frequency, ModelSpec
from mmm.transforms import damped_line, fourier_basis, knot_steps, trend_knots, yearly_phase

FloatArray = NDArray[np.float64]

AMPLITUDES = ("trend", "season", "holidays", "events", "controls")
"""Groups whose size is learnt, in the order of the parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Columns of the baseline: their beliefs, and what is needed to compute them for any period."""

    frequency: Frequency
    origin: np.datetime64
    """Start of the first period."""
    n_periods: int
    harmonics: int
    knots: FloatArray
    """Positions in periods since the first one, some of them in the future."""
    holidays: tuple[str, ...]
    holiday_scale: FloatArray
    events: tuple[str, ...]
    event_scale: FloatArray
    controls: tuple[str, ...]
    control_mean: FloatArray
    control_scale: FloatArray
    trend_damping: float
    """Share of the linear slope that is left a year after the last period."""
    names: tuple[str, ...]
    groups: tuple[str, ...]
    mean: FloatArray
    """(basis) Mean of each coefficient."""
    scale: FloatArray
    """(basis) Standard deviation, or its factor of the group's amplitude."""
    amplitude_index: NDArray[np.int64]
    """(basis) Place in `amplitudes`; -1 where the standard deviation is fixed."""
    amplitudes: tuple[str, ...]
    """Groups whose size is learnt."""
    amplitude_scale: FloatArray
    """(group) Half-normal scale of each amplitude."""


def build_baseline(panel: xr.Dataset, spec: ModelSpec) -> Baseline:
    """Choose the columns of the baseline for a panel, with their beliefs."""
    years = PERIODS_PER_YEAR[spec.frequency]
    n_periods = panel.sizes["period"]
    knots = trend_knots(n_periods, spec.knot_spacing, 5 if spec.frequency == "annual" else years)
    holidays = labels(panel, "holiday") if spec.holidays else ()
    events = labels(panel, "event")
    controls = _control_values(panel, spec.controls)
    deviation = controls.std(axis=0)
    columns = _columns(spec, n_periods, len(knots) - 1, holidays, events)
    used = tuple(g for g in AMPLITUDES if any(column[1] == g and column[4] for column in columns))
    sizes = {
        "trend": spec.beliefs.trend_step * np.sqrt(4 * spec.knot_spacing / years),
        "season": spec.beliefs.season,
        "holidays": spec.beliefs.holidays,
        "events": spec.beliefs.events,
        "controls": spec.beliefs.controls,
    }
    return Baseline(
        frequency=spec.frequency,
        origin=panel["period"].to_numpy()[0],
        n_periods=n_periods,
        harmonics=spec.harmonics,
        knots=knots,
        holidays=holidays,
        holiday_scale=_largest(panel, "holiday", holidays),
        events=events,
        event_scale=_largest(panel, "event", events),
        controls=spec.controls,
        control_mean=controls.mean(axis=0),
        control_scale=np.where(deviation > 1e-12 * np.abs(controls).max(axis=0, initial=0), deviation, 1.0),
        trend_damping=spec.beliefs.trend_damping,
        names=tuple(column[0] for column in columns),
        groups=tuple(column[1] for column in columns),
        mean=np.array([column[2] for column in columns]),
        scale=np.array([column[3] for column in columns]),
        amplitude_index=np.array([used.index(c[1]) if c[4] else -1 for c in columns]),
        amplitudes=used,
        amplitude_scale=np.array([sizes[group] for group in used]),
    )


def baseline_basis(baseline: Baseline, panel: xr.Dataset) -> FloatArray:
    """Compute the columns of a baseline for the periods of a panel or plan: (period, basis)."""
    periods = panel["period"].to_numpy()
    position = _position(baseline, periods)
    damping = baseline.trend_damping ** (1 / PERIODS_PER_YEAR[baseline.frequency])
    middle = np.asarray(periods + _HALF_PERIOD[baseline.frequency], dtype="datetime64[ns]")
    controls = (_control_values(panel, baseline.controls) - baseline.control_mean) / baseline.control_scale
    return np.column_stack(
        [
            np.ones(len(periods)),
            damped_line(position, baseline.n_periods, damping),
            knot_steps(position, baseline.knots),
            fourier_basis(yearly_phase(middle), baseline.harmonics),
            _shares(panel, "holiday", baseline.holidays) / baseline.holiday_scale,
            _shares(panel, "event", baseline.events) / baseline.event_scale,
            controls,
        ]
    )


_HALF_PERIOD = {
    "weekly": np.timedelta64(84, "h"),
    "monthly": np.timedelta64(365, "h"),
    "annual": np.timedelta64(0, "h"),
}
_Column = tuple[str, str, float, float, bool]
"""Name, group, mean, standard deviation or factor, and whether an amplitude multiplies it."""


def _columns(
    spec: ModelSpec, n_periods: int, n_steps: int, holidays: tuple[str, ...], events: tuple[str, ...]
) -> list[_Column]:
    beliefs = spec.beliefs
    years = n_periods / PERIODS_PER_YEAR[spec.frequency]
    line_sd = min(1.0, beliefs.trend_sd * max(1.0, np.sqrt(years / 4)))
    waves = [f"{wave}_{k}" for k in range(1, spec.harmonics + 1) for wave in ("sine", "cosine")]
    return [
        ("level", "level", 1 - spec.media_share, beliefs.level_sd, False),
        ("line", "trend", 0.0, float(line_sd), False),
        *((f"step_{k + 1}", "trend", 0.0, 1.0, True) for k in range(n_steps)),
        *((name, "season", 0.0, 1.0, True) for name in waves),
        *((name, "holidays", 0.0, 1.0, True) for name in holidays),
        *((name, "events", 0.0, 1.0, True) for name in events),
        *((name, "controls", 0.0, 1.0, True) for name in spec.controls),
    ]


def _position(baseline: Baseline, periods: NDArray[np.datetime64]) -> FloatArray:
    """Periods since the first one."""
    if baseline.frequency == "weekly":
        days = (periods - baseline.origin) / np.timedelta64(1, "D")
        return np.asarray(np.round(days / 7), dtype=float)
    unit = "datetime64[M]" if baseline.frequency == "monthly" else "datetime64[Y]"
    since = periods.astype(unit) - np.asarray(baseline.origin).astype(unit)
    return np.asarray(since.astype(int), dtype=float)


def _control_values(panel: xr.Dataset, names: tuple[str, ...]) -> FloatArray:
    """(period, control) Mean over geos."""
    values = panel_values(panel, "control")
    if not names or values is None:
        return np.zeros((panel.sizes["period"], len(names)))
    chosen = values.sel(control=list(names))
    mean = chosen.mean("geo") if "geo" in chosen.dims else chosen
    return np.asarray(mean.transpose("period", "control").to_numpy(), dtype=float)


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
