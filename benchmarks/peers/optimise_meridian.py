"""Ask Meridian's grid optimiser for a plan on given curves: `python optimise_meridian.py CURVES.npz OUT.npz`.

Its optimiser takes a fitted model, so a model is fitted for a few draws and its posterior is then replaced by
the curves given: no carry-over, its Hill curve with our half-saturations and slopes, effects that make our
ceilings. What it says the current plan brings is returned, to be held against the curves.
"""

import json
import logging
import sys
import time
import warnings
from importlib.metadata import version

import arviz as az
import numpy as np
import pandas as pd
from meridian.analysis import analyzer, optimizer
from meridian.data import nd_array_input_data_builder as builder_module
from meridian.model import model as model_module
from meridian.model import spec as spec_module

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
N_BEFORE, CHAINS = 60, 4


def main(source: str, target: str) -> None:
    with np.load(source) as stored:
        curves = {name: stored[name] for name in stored.files}
    channels = [f"channel_{c}" for c in range(len(curves["current"]))]
    n_periods = int(curves["n_periods"])
    model, dates = _model(curves, channels, n_periods)
    model = _with_curves(model, curves, n_periods)
    window = {"start_date": dates[-n_periods], "end_date": dates[-1]}
    analysis = analyzer.Analyzer(model_context=model.model_context, inference_data=model.inference_data)
    says = np.asarray(
        analysis.incremental_outcome(selected_times=dates[-n_periods:], include_non_paid_channels=False)
    )
    started = time.process_time(), time.perf_counter()
    found = optimizer.BudgetOptimizer(model).optimize(
        **window,
        fixed_budget=True,
        budget=float(curves["total"]),
        spend_constraint_lower=(1 - curves["lower"] / curves["current"]).tolist(),
        spend_constraint_upper=(curves["upper"] / curves["current"] - 1).tolist(),
    )
    about = {
        "seconds": time.process_time() - started[0],
        "wall": time.perf_counter() - started[1],
        "says": says.reshape(-1, len(channels)).mean(axis=0).tolist(),
        "version": version("google-meridian"),
    }
    plan = found.optimized_data["spend"].sel(channel=channels).to_numpy()
    np.savez(target, plan=np.asarray(plan, dtype=float), about=json.dumps(about))


def _model(curves: dict[str, np.ndarray], channels: list[str], n_periods: int):  # type: ignore[no-untyped-def]
    """A model of weeks before, then of the horizon at today's plan, fitted for a few draws."""
    rng = np.random.default_rng(0)
    weekly = curves["current"] / n_periods
    before = weekly * rng.uniform(0.5, 1.5, (N_BEFORE, len(channels)))
    spend = np.vstack([before, np.tile(weekly, (n_periods, 1))])
    kpi = 5 * spend.sum(axis=1) * rng.uniform(0.9, 1.1, len(spend))
    first = pd.Timestamp("2024-01-01")
    dates = [str((first + pd.Timedelta(weeks=k)).date()) for k in range(len(spend))]
    builder = builder_module.NDArrayInputDataBuilder(kpi_type="revenue")
    builder.time_coords = dates
    builder.media_time_coords = dates
    builder = builder.with_kpi(kpi[None]).with_revenue_per_kpi(np.ones_like(kpi)[None])
    builder = builder.with_media(spend[None], spend[None], channels)
    model = model_module.Meridian(
        input_data=builder.build(), model_spec=spec_module.ModelSpec(knots=1, max_lag=2)
    )
    model.sample_posterior(CHAINS, 5, 5, 5, seed=[0, 1])
    return model, dates


def _with_curves(model, curves: dict[str, np.ndarray], n_periods: int):  # type: ignore[no-untyped-def]
    """The model with what the curves are made of replaced, draw by draw; the rest is repeated."""
    n_draws = len(curves["slope"]) // CHAINS
    posterior = model.inference_data.posterior
    repeated = posterior.isel(draw=np.resize(np.arange(posterior.sizes["draw"]), n_draws))
    repeated = repeated.assign_coords(draw=np.arange(n_draws))
    scaled = np.asarray(model.media_tensors.media_scaled)[0, -1]
    money = curves["current"] / n_periods / scaled  # of one unit of its scaled media
    unit = float(np.asarray(model.kpi_transformer._population_scaled_stdev))

    def by_chain(values: np.ndarray) -> np.ndarray:
        return values.reshape(CHAINS, n_draws, -1)

    own = {
        "alpha_m": np.zeros_like(by_chain(curves["slope"])),
        "ec_m": by_chain(curves["half_saturation"] / money),
        "slope_m": by_chain(curves["slope"]),
        "beta_m": by_chain(curves["ceiling"] / unit),
        "beta_gm": by_chain(curves["ceiling"] / unit)[:, :, None],
    }
    for name, values in own.items():
        if name in repeated:
            repeated[name] = (repeated[name].dims, values.astype(repeated[name].dtype))
    return model_module.Meridian(
        input_data=model.input_data,
        model_spec=model.model_spec,
        inference_data=az.InferenceData(posterior=repeated),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
