"""`PlannedWorld`: a history, the quarter that follows it, and what really drove both.

The file of a world is an `.npz` of plain arrays (no pickle), which each peer's own environment can read.
Money is EUR; weeks are oldest first; arrays with a `geo` axis have one geo where a world is national.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
HELD = 13
"""Weeks after the history: their spend and controls are known to a forecast, their KPI is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The true curve of every channel, to value any plan of the weeks ahead."""

    weights: FloatArray
    """(lag, channel) Carry-over, summing to 1."""
    curve: NDArray[np.str_]
    """(channel) hill, logistic, exponential or linear."""
    half_saturation: FloatArray
    """(channel) In typical active weeks of a geo of average size."""
    slope: FloatArray
    """(channel) Of a Hill curve."""
    scale: FloatArray
    """(channel) EUR per head in a typical active week."""
    ceiling: FloatArray
    """(geo, channel) KPI per head for a reached share of 1."""

    def reached(self, spend_per_head: FloatArray) -> FloatArray:
        """Give what each channel reaches, shape (geo, week, channel), from spend of that shape."""
        n_weeks = spend_per_head.shape[1]
        pressure = np.zeros_like(spend_per_head)
        for lag, weight in enumerate(self.weights[:n_weeks]):
            pressure[:, lag:] += weight * spend_per_head[:, : n_weeks - lag]
        return saturated(pressure / self.scale, self.curve, self.half_saturation, self.slope)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWorld:
    """One analyst's data and their truth: the history, then `HELD` weeks."""

    name: str
    weeks: NDArray[np.datetime64]
    channels: NDArray[np.str_]
    controls: NDArray[np.str_]
    geos: NDArray[np.str_]
    population: FloatArray
    """(geo) Heads; 1 where the world is national."""
    earlier_spend: FloatArray
    """(geo, week, channel) Spend of the year before the history, which nobody is shown."""
    spend: FloatArray
    """(geo, week, channel)"""
    full_cost: FloatArray
    """(geo, week, channel) Spend and fees."""
    control: FloatArray
    """(geo, week, control)"""
    kpi: FloatArray
    """(geo, week)"""
    contribution: FloatArray
    """(geo, week, channel) What each channel really brought."""
    expected: FloatArray
    """(geo, week) KPI without its noise."""
    noise_sd: FloatArray
    """(geo) Standard deviation of the noise, in KPI units."""
    noise_df: float
    """Degrees of freedom of the noise's Student distribution; infinite when Normal."""
    carry: str
    response: Response | None = None
    """None where somebody else's simulator holds the curves."""

    @property
    def n_history(self) -> int:
        """Count the weeks that a fit may see."""
        return len(self.weeks) - HELD

    def truth(self) -> FloatArray:
        """Give what each channel brought over the history, all geos together: (channel)."""
        return np.asarray(self.contribution[:, : self.n_history].sum(axis=(0, 1)))

    def panel(self, *, history_only: bool = False) -> xr.Dataset:
        """Give the world as `mmm.panel` would build it; `outcome` is revenue."""
        kept = slice(0, self.n_history) if history_only else slice(None)
        cells = ("geo", "period", "channel")
        return xr.Dataset(
            {
                "spend": (cells, self.spend[:, kept]),
                "full_cost": (cells, self.full_cost[:, kept]),
                "kpi": (("outcome", "geo", "period"), self.kpi[None, :, kept]),
                "control_value": (("geo", "period", "control"), self.control[:, kept]),
                "population": ("geo", self.population),
            },
            coords={
                "geo": self.geos.tolist(),
                "period": self.weeks[kept],
                "channel": self.channels.tolist(),
                "outcome": ["revenue"],
                "control": self.controls.tolist(),
            },
            attrs={"currency": "EUR", "frequency": "weekly"},
        )


def saturated(
    pressure: FloatArray, curve: NDArray[np.str_], half_saturation: FloatArray, slope: FloatArray
) -> FloatArray:
    """Apply each channel's curve along the last axis; `linear` gives the pressure back."""
    reached = np.empty_like(pressure)
    for index, (name, half, power) in enumerate(zip(curve, half_saturation, slope, strict=True)):
        ratio = pressure[..., index] / half
        match str(name):
            case "hill":
                reached[..., index] = ratio**power / (1 + ratio**power)
            case "logistic":
                reached[..., index] = np.tanh(0.5 * np.log(3) * ratio)
            case "exponential":
                reached[..., index] = 1 - np.exp(-np.log(2) * ratio)
            case _:
                reached[..., index] = ratio
    return reached


def save_world(world: PlannedWorld, path: Path) -> None:
    """Write a world to an `.npz` file of plain arrays."""
    plain = {name: np.asarray(value) for name, value in asdict(world).items() if name != "response"}
    if world.response is not None:
        plain |= {f"response.{name}": np.asarray(value) for name, value in asdict(world.response).items()}
    np.savez_compressed(path, **plain)


def load_world(path: Path) -> PlannedWorld:
    """Read a world written by `save_world`."""
    with np.load(path) as stored:
        values = {name: stored[name] for name in stored.files}
    known = {name.removeprefix("response."): values.pop(name) for name in list(values) if "." in name}
    scalar = {name: values[name].item() for name in ("name", "noise_df", "carry")}
    return PlannedWorld(**{**values, **scalar, "response": Response(**known) if known else None})
