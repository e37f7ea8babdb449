"""A small panel and a posterior made by hand, so that effects and diagnostics are tested without sampling."""

import numpy as np
import pandas as pd
import xarray as xr

from mmm.inference import Fit
from mmm.model import ModelSpec, build_design, saturated_media

CHANNELS = ("search", "tv", "radio")
FEE_RATE = np.array([0.06, 0.1, 0.15])
WEEKS = pd.date_range("2023-10-02", periods=156, freq="W-MON")
FUTURE = pd.date_range("2026-09-28", periods=13, freq="W-MON")


def make_panel(n_periods: int = 156, seed: int = 3, frequency: str = "weekly") -> xr.Dataset:
    """Three channels of different size, one dark at times, an outcome in money and one in counts."""
    rng = np.random.default_rng(seed)
    periods = WEEKS[:n_periods]
    season = 1 + 0.3 * np.sin(2 * np.pi * np.arange(n_periods) / 52.18)
    spend = rng.gamma(4.0, 2_500.0, (n_periods, 3)) * np.array([1.0, 3.0, 0.4])
    spend[:, 1] *= rng.random(n_periods) < 0.7
    revenue = 400_000 * season + 1.5 * spend.sum(axis=1) + rng.normal(0, 20_000, n_periods)
    return (
        _panel(periods, spend, frequency)
        .assign(
            kpi=(("outcome", "geo", "period"), np.stack([revenue, revenue / 90])[:, None]),
        )
        .assign_coords(outcome=["revenue", "new_customers"])
    )


def make_plan(panel: xr.Dataset, multiple: float = 1.0) -> xr.Dataset:
    """The last quarter's spend once more, times `multiple`."""
    spend = panel["spend"].isel(geo=0).transpose("period", "channel").to_numpy()[-len(FUTURE) :]
    return _panel(FUTURE, multiple * spend, panel.attrs["frequency"])


def _panel(periods: pd.DatetimeIndex, spend: np.ndarray, frequency: str) -> xr.Dataset:
    fixed = np.full(spend.shape, 120.0)
    n_periods = len(periods)
    by_channel = ("geo", "period", "channel")
    price = 100 + np.sin(np.arange(n_periods) / 7)
    holiday = (np.arange(n_periods) % 26 == 11).astype(float)[:, None] / 7
    return xr.Dataset(
        {
            "spend": (by_channel, spend[None]),
            "fixed_cost": (by_channel, fixed[None]),
            "full_cost": (by_channel, (spend * (1 + FEE_RATE) + fixed)[None]),
            "fee_rate": ("channel", FEE_RATE),
            "controls": (("geo", "period", "control"), price[None, :, None]),
            "holidays": (("period", "holiday"), holiday),
            "events": (("period", "event"), np.zeros((n_periods, 0))),
        },
        coords={
            "geo": ["all"],
            "period": periods,
            "channel": list(CHANNELS),
            "control": ["price_index"],
            "holiday": ["public"],
            "event": np.array([], dtype=str),
        },
        attrs={"currency": "EUR", "frequency": frequency, "vat": "excluded"},
    )


def make_fit(
    panel: xr.Dataset,
    outcome: str = "revenue",
    *,
    value_per_unit: float | None = 1.0,
    n_chains: int = 2,
    n_draws: int = 300,
    seed: int = 11,
    share: float = 0.06,
) -> Fit:
    """A posterior that did not come from a sampler: independent parameters around plausible values."""
    rng = np.random.default_rng(seed)
    spec = ModelSpec(outcome=outcome, value_per_unit=value_per_unit, controls=("price_index",), harmonics=2)
    design = build_design(panel, spec)
    size = (n_chains, n_draws, len(CHANNELS))
    retention = rng.beta(6, 6, size)
    half = np.exp(rng.normal(0.3, 0.3, size))
    slope = np.exp(rng.normal(0.1, 0.15, size))
    own_share = share * np.exp(rng.normal(0, 0.3, size))
    curves = {"retention": retention, "half_saturation": half, "slope": slope}
    reached = saturated_media(design, curves).sum(axis=-1).reshape(size)
    effect = own_share * len(design.periods) / reached
    coefficient = design.baseline.mean + 0.02 * rng.standard_normal((*size[:2], design.basis.shape[1]))
    by_channel = ("chain", "draw", "channel")
    draws = xr.Dataset(
        {
            "retention": (by_channel, retention),
            "half_life": (by_channel, np.log(0.5) / np.log(retention)),
            "half_saturation": (by_channel, half),
            "slope": (by_channel, slope),
            "effect": (by_channel, effect),
            "share": (by_channel, own_share),
            "return": (by_channel, own_share * design.kpi_total / design.full_cost_total),
            "coefficient": (("chain", "draw", "basis"), coefficient),
            "amplitude": (
                ("chain", "draw", "group"),
                np.abs(rng.normal(0, 0.1, (*size[:2], len(design.baseline.amplitudes)))),
            ),
            "sigma": (("chain", "draw"), 0.05 * np.exp(rng.normal(0, 0.1, size[:2]))),
        },
        coords={
            "chain": range(n_chains),
            "draw": range(n_draws),
            "channel": list(CHANNELS),
            "basis": list(design.basis_names),
            "group": list(design.baseline.amplitudes),
        },
    )
    stats = xr.Dataset(
        {
            "diverging": (("chain", "draw"), np.zeros(size[:2], dtype=bool)),
            "energy": (("chain", "draw"), rng.normal(100, 4, size[:2])),
            "n_steps": (("chain", "draw"), np.full(size[:2], 15)),
            "depth": (("chain", "draw"), np.full(size[:2], 4)),
        }
    )
    return Fit(spec=spec, design=design, draws=draws, stats=stats, seed=seed, attempts=1, engine="by hand")
