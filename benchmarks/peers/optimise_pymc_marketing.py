"""Ask PyMC-Marketing's optimiser for a plan: `python optimise_pymc_marketing.py CURVES.npz OUT.npz`.

The curves are a PyMC model whose posterior is set to the draws given; the mean response is maximised
(its default utility) by its default solver from its default start. Time of building the optimiser, which
compiles, and of its search are kept apart.
"""

import json
import logging
import sys
import time
import warnings
from importlib.metadata import version

import numpy as np
import pymc as pm
import pymc.dims as pmd
import xarray as xr
from pymc_marketing.mmm.budget_optimizer import BudgetOptimizer

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
NAMES = ("ceiling", "half_saturation", "slope")


def main(source: str, target: str) -> None:
    with np.load(source) as stored:
        curves = {name: stored[name] for name in stored.files}
    channels = [f"channel_{c}" for c in range(len(curves["current"]))]
    n_periods, unit = int(curves["n_periods"]), float(curves["current"].mean())
    coords = {"date": np.arange(n_periods), "channel": channels}
    with pm.Model(coords=coords) as model:
        spend = pmd.Data("channel_data", np.zeros((n_periods, len(channels))), dims=("date", "channel"))
        ceiling, half, slope = (pmd.HalfNormal(name, dims="channel") for name in NAMES)
        # In units of the mean channel: exposure is its share of the half-saturation.
        odds = pmd.math.exp(slope * (pmd.math.log(spend + 1e-12) - pmd.math.log(half)))
        brought = pmd.Deterministic("channel_contribution", ceiling * odds / (1 + odds))
        mu = pmd.Deterministic("total_media_contribution", brought.sum(dim=("date", "channel")))
        pmd.Normal("y", mu=mu, sigma=1.0, observed=0.0)
    scale = {"ceiling": unit, "half_saturation": unit, "slope": 1.0}
    posterior = xr.Dataset(
        {name: (("chain", "draw", "channel"), curves[name][None] / scale[name]) for name in NAMES},
        coords={"chain": [0], "draw": np.arange(len(curves["slope"])), "channel": channels},
    )
    started = time.process_time(), time.perf_counter()
    optimiser = BudgetOptimizer(
        model=model,
        idata=xr.DataTree.from_dict({"posterior": posterior}),
        num_periods=n_periods,
        channel_scales=1.0,
        response_variable="total_media_contribution",
    )
    built = time.process_time(), time.perf_counter()
    current, total = curves["current"] / unit, float(curves["total"]) / unit / n_periods
    bounds = {
        name: (float(low) / n_periods, float(high) / n_periods)
        for name, low, high in zip(channels, curves["lower"] / unit, curves["upper"] / unit, strict=True)
    }
    plans, seconds, errors = [], [], []
    for start in (None, current / n_periods):
        before = time.process_time()
        try:
            found = optimiser.allocate_budget(total_budget=total, budget_bounds=bounds, x0=start)
            plan = found.budgets.sel(channel=channels).to_numpy() * unit * n_periods
        except Exception as error:  # what it cannot solve is a result too
            plan, message = np.full(len(channels), np.nan), f"{type(error).__name__}: {error}"[:200]
            errors.append(message)
        plans.append(plan)
        seconds.append(time.process_time() - before)
    about = {
        "build_seconds": built[0] - started[0],
        "build_wall": built[1] - started[1],
        "seconds": seconds,
        "errors": errors,
        "version": version("pymc-marketing"),
    }
    np.savez(target, plan=plans[0], plan_from_today=plans[1], about=json.dumps(about))


if __name__ == "__main__":
    main(*sys.argv[1:])
