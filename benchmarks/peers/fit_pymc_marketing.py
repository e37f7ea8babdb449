"""Fit a world with PyMC-Marketing's defaults, inside its own environment.

`python fit_pymc_marketing.py WORLD.npz OUT.npz {linear,quadratic}`: geometric adstock over 8 weeks, logistic
saturation, every prior as the package has it, two yearly Fourier terms as in its guide, time (from 0 to 1)
and its square as controls, other controls standardised. nutpie, 4 chains of 1000 + 1000 draws.
"""

import json
import logging
import sys
import time
import warnings
from importlib.metadata import version

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

STARTED = time.perf_counter()

import arviz as az  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import xarray as xr  # noqa: E402
from pymc_marketing.mmm import MMM, GeometricAdstock, LogisticSaturation  # noqa: E402

IMPORT_SECONDS = time.perf_counter() - STARTED
HELD, SEED = 13, 1


def tables(world: dict[str, np.ndarray], trend: str) -> tuple[pd.DataFrame, list[str]]:
    """One row per geo and week, as the package reads them."""
    n_weeks = len(world["weeks"])
    history = slice(0, n_weeks - HELD)
    clock = np.arange(n_weeks) / (n_weeks - HELD)
    frames, controls = [], ["t"] if trend == "linear" else ["t", "t2"]
    for at, geo in enumerate(world["geos"]):
        frame = pd.DataFrame({"date": world["weeks"], "geo": str(geo), "y": world["kpi"][at], "t": clock})
        frame["t2"] = clock**2
        for k, name in enumerate(world["controls"]):
            values = world["control"][at, :, k]
            spread = values[history].std()
            frame[str(name)] = (values - values[history].mean()) / (spread if spread > 0 else 1.0)
        for k, name in enumerate(world["channels"]):
            frame[str(name)] = world["spend"][at, :, k]
        frames.append(frame)
    return pd.concat(frames, ignore_index=True), controls + [str(name) for name in world["controls"]]


def draws_of(values: xr.DataArray, *dims: str) -> np.ndarray:
    """(draw, ...) with chains joined."""
    if "sample" in values.dims:
        return values.transpose("sample", *dims).to_numpy()
    stacked = values.transpose("chain", "draw", *dims).to_numpy()
    return stacked.reshape(-1, *stacked.shape[2:])


def main(source: str, target: str, trend: str) -> None:
    with np.load(source) as stored:
        world = {name: stored[name] for name in stored.files}
    table, controls = tables(world, trend)
    national = len(world["geos"]) == 1
    channels = [str(name) for name in world["channels"]]
    seen = table["date"] < world["weeks"][-HELD]
    wall, cpu = time.perf_counter(), time.process_time()
    model = MMM(
        date_column="date",
        channel_columns=channels,
        target_column="y",
        control_columns=controls,
        dims=None if national else ("geo",),
        adstock=GeometricAdstock(l_max=8),
        saturation=LogisticSaturation(),
        yearly_seasonality=2,
    )
    columns = ["date", *([] if national else ["geo"]), *channels, *controls]
    trace = model.fit(
        table.loc[seen, columns],
        table.loc[seen, "y"],
        nuts_sampler="nutpie",
        chains=4,
        draws=1000,
        tune=1000,
        random_seed=SEED,
        progressbar=False,
    )
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    posterior = trace["posterior"]
    posterior = posterior.to_dataset() if hasattr(posterior, "to_dataset") else posterior
    scale = model.get_scales_as_xarray()["target_scale"]
    weekly = posterior["channel_contribution"] * scale
    brought = weekly.sum([dim for dim in ("date", "geo") if dim in weekly.dims])
    sampled = [name for name in posterior.data_vars if "date" not in posterior[name].dims]
    kept = posterior[sampled].assign(brought=brought)
    stats = trace["sample_stats"]
    ahead = model.sample_posterior_predictive(
        table.loc[~seen, columns],
        include_last_observations=True,
        extend_idata=False,
        random_seed=SEED,
        progressbar=False,
    )
    predicted = ahead["y"] * scale
    if "geo" in predicted.dims:
        predicted = predicted.sum("geo")
    about = {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "import_seconds": IMPORT_SECONDS,
        "draws": 4000,
        "r_hat": worst(az.rhat(kept), max),
        "ess": min(worst(az.ess(kept, method="bulk"), min), worst(az.ess(kept, method="tail"), min)),
        "ess_returns": worst(az.ess(kept[["brought"]], method="bulk"), min),
        "divergent": float(np.mean(stats["diverging"].to_numpy())),
        "versions": {name: version(name) for name in ("pymc-marketing", "pymc", "nutpie", "numba")},
    }
    plan = np.full(len(channels), np.nan)
    if national and trend == "quadratic":
        try:
            plan, about["plan_seconds"] = planned(model, table, channels, seen, world)
        except Exception as error:
            about["plan_error"] = f"{type(error).__name__}: {error}"[:300]
    np.savez_compressed(
        target,
        contribution=draws_of(brought, "channel")[
            :, [list(brought["channel"].to_numpy()).index(c) for c in channels]
        ],
        forecast=draws_of(predicted, "date"),
        plan=plan,
        about=json.dumps(about),
    )


def worst(figures: xr.Dataset, choose) -> float:  # type: ignore[no-untyped-def]
    """The worst of all finite figures of a dataset."""
    figures = figures.to_dataset() if hasattr(figures, "to_dataset") else figures
    values = np.concatenate([np.ravel(v.to_numpy()) for v in figures.data_vars.values()]).astype(float)
    return float(choose(values[np.isfinite(values)]))


def planned(model, table, channels, seen, world):  # type: ignore[no-untyped-def]
    """Its optimiser's split of the planned quarter's budget, each channel within 30 % of the plan."""
    ahead = table.loc[~seen].set_index("date")[channels]
    total = ahead.sum()
    bounds = xr.DataArray(
        np.stack([0.7 * total, 1.3 * total], axis=1),
        dims=("channel", "bound"),
        coords={"channel": channels, "bound": ["lower", "upper"]},
    )
    pattern = (ahead / total.where(total > 0, 1.0)).where(total > 0, 1 / HELD)
    pattern = xr.DataArray(pattern.to_numpy(), dims=("date", "channel"), coords={"channel": channels})
    wall = time.perf_counter()
    optimizer = model.budget_optimizer(
        str(pd.Timestamp(world["weeks"][-HELD]).date()),
        str(pd.Timestamp(world["weeks"][-1]).date()),
        budget_distribution_over_period=pattern,
    )
    found = optimizer.allocate_budget(total_budget=float(total.sum()), budget_bounds=bounds)
    return found.budgets.sel(channel=channels).to_numpy(), time.perf_counter() - wall


if __name__ == "__main__":
    main(*sys.argv[1:])
