"""Fit a world with Meridian's defaults, in its own environment: `python fit_meridian.py WORLD.npz OUT.npz`.

Every prior as the package has it (return on the full cost, LogNormal(0.2, 0.9)), knots chosen by its
automatic selection *on the history*; the weeks ahead are held out by its own mask. JAX in 64 bits,
4 chains of 500 + 500 + 500 draws (worlds kept with 4,000 draws: 1000 + 500 + 1000).
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
from meridian.analysis import analyzer, optimizer  # noqa: E402
from meridian.data import nd_array_input_data_builder as builder_module  # noqa: E402
from meridian.model import model as model_module  # noqa: E402
from meridian.model import spec as spec_module  # noqa: E402

IMPORT_SECONDS = time.perf_counter() - STARTED
HELD, SEED = 13, 1
CHAINS, ADAPT, BURN, KEEP = 4, 500, 500, 500


def input_data(world: dict[str, np.ndarray], n_weeks: int):  # type: ignore[no-untyped-def]
    """Its input for the first `n_weeks` weeks."""
    dates = [str(pd.Timestamp(day).date()) for day in world["weeks"][:n_weeks]]
    national = len(world["geos"]) == 1
    cut = lambda values: values[:, :n_weeks]  # noqa: E731
    builder = builder_module.NDArrayInputDataBuilder(kpi_type="revenue")
    builder.time_coords = dates
    builder.media_time_coords = dates
    if not national:
        builder.geos = [str(name) for name in world["geos"]]
    builder = builder.with_kpi(cut(world["kpi"]))
    if world["controls"].size:
        builder = builder.with_controls(cut(world["control"]), [str(name) for name in world["controls"]])
    if not national:
        builder = builder.with_population(world["population"])
    channels = [str(name) for name in world["channels"]]
    builder = builder.with_media(cut(world["spend"]), cut(world["full_cost"]), channels)
    builder = builder.with_revenue_per_kpi(np.ones_like(cut(world["kpi"])))
    return builder.build()


def main(source: str, target: str) -> None:
    with np.load(source) as stored:
        world = {name: stored[name] for name in stored.files}
    n_weeks, n_geos = len(world["weeks"]), len(world["geos"])
    wall, cpu = time.perf_counter(), time.process_time()
    history = model_module.Meridian(
        input_data=input_data(world, n_weeks - HELD), model_spec=spec_module.ModelSpec(enable_aks=True)
    )
    knots = [int(at) for at in np.atleast_1d(history.knot_info.knot_locations)]
    mask = np.zeros((n_geos, n_weeks), dtype=bool)
    mask[:, -HELD:] = True
    chosen = spec_module.ModelSpec(knots=knots, holdout_id=mask[0] if n_geos == 1 else mask)
    model = model_module.Meridian(input_data=input_data(world, n_weeks), model_spec=chosen)
    model.sample_posterior(CHAINS, ADAPT, BURN, KEEP, seed=[0, SEED])
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    analysis = analyzer.Analyzer(model_context=model.model_context, inference_data=model.inference_data)
    by_week = np.asarray(analysis.incremental_outcome(aggregate_times=False, include_non_paid_channels=False))
    brought = by_week[:, :, : n_weeks - HELD].sum(axis=2)
    expected = np.asarray(analysis.expected_outcome(aggregate_geos=False, aggregate_times=False))
    forecast = predicted(model, expected[..., -HELD:], world)
    posterior = model.inference_data.posterior
    sampled = [
        v for v in posterior.data_vars if v in WATCHED and posterior[v].size and float(posterior[v].std()) > 0
    ]
    kept = posterior[sampled]
    returns = az.convert_to_dataset({"brought": brought})
    about = {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "import_seconds": IMPORT_SECONDS,
        "draws": CHAINS * KEEP,
        "n_knots": len(knots),
        "r_hat": max(worst(az.rhat(kept), max), worst(az.rhat(returns), max)),
        "ess": min(worst(az.ess(d, method=kind), min) for d in (kept, returns) for kind in ("bulk", "tail")),
        "ess_returns": worst(az.ess(returns), min),
        "divergent": float(model.inference_data.sample_stats["diverging"].mean()),
        "versions": {
            name: version(name) for name in ("google-meridian", "tfp-nightly", "jax", "arviz", "pandas")
        },
    }
    plan = np.full(len(world["channels"]), np.nan)
    if n_geos == 1:
        try:
            plan, about["plan_seconds"] = planned(analysis, model, world)
        except Exception as error:
            about["plan_error"] = f"{type(error).__name__}: {error}"[:300]
    np.savez_compressed(
        target,
        contribution=brought.reshape(-1, brought.shape[-1]),
        forecast=forecast,
        plan=plan,
        about=json.dumps(about),
    )


WATCHED = (
    "roi_m",
    "alpha_m",
    "ec_m",
    "beta_m",
    "sigma",
    "knot_values",
    "mu_t",
    "gamma_c",
    "tau_g",
    "eta_m",
    "xi_c",
)


def predicted(model, expected: np.ndarray, world: dict[str, np.ndarray]) -> np.ndarray:  # type: ignore[no-untyped-def]
    """Add each geo's noise to what is expected; (draw, week), all geos together."""
    sigma = np.asarray(model.inference_data.posterior["sigma"])
    sigma = sigma.reshape(*sigma.shape[:2], -1)
    heads = world["population"] if len(world["geos"]) > 1 else np.ones(1)
    scale = float(np.asarray(model.kpi_transformer._population_scaled_stdev))
    rng = np.random.default_rng(SEED)
    noise = rng.standard_normal(expected.shape) * sigma[:, :, :, None] * scale * heads[None, None, :, None]
    return (expected + noise).sum(axis=2).reshape(-1, expected.shape[-1])


def worst(figures, choose) -> float:  # type: ignore[no-untyped-def]
    """The worst of all finite figures of a dataset."""
    values = np.concatenate([np.ravel(v.to_numpy()) for v in figures.data_vars.values()]).astype(float)
    return float(choose(values[np.isfinite(values)]))


def planned(analysis, model, world):  # type: ignore[no-untyped-def]
    """Its optimiser's split of the planned quarter's budget, each channel within 30 % of the plan."""
    wall = time.perf_counter()
    first, last = (str(pd.Timestamp(world["weeks"][at]).date()) for at in (-HELD, -1))
    found = optimizer.BudgetOptimizer(model).optimize(
        start_date=first,
        end_date=last,
        fixed_budget=True,
        spend_constraint_lower=0.3,
        spend_constraint_upper=0.3,
    )
    table = found.optimized_data["spend"]
    ordered = table.sel(channel=[str(name) for name in world["channels"]]).to_numpy()
    return np.asarray(ordered, dtype=float), time.perf_counter() - wall


if __name__ == "__main__":
    main(*sys.argv[1:])
