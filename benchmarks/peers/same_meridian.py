"""State our beliefs in Meridian: `python same_meridian.py WORLD.npz BELIEFS.json OUT.npz`.

Its KPI is centred and divided by its deviation, its media are in medians of what is spent, its controls have
fixed spreads (so this comparison has none), and its kernel is cut after 40 weeks. Returns are asked alike.
Slopes stay fixed at 1: where a week has no pressure, the derivative of its curve in the slope is not a number
and no chain moves (R-hat 1e16).
"""

import json
import logging
import sys
import warnings

import arviz as az
import numpy as np
import pandas as pd
from meridian import backend
from meridian.analysis import analyzer
from meridian.data import nd_array_input_data_builder as builder_module
from meridian.model import model as model_module
from meridian.model import prior_distribution
from meridian.model import spec as spec_module

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
HELD = 13


def main(source: str, told: str, target: str) -> None:
    with np.load(source) as stored:
        world = {name: stored[name] for name in stored.files}
    with open(told, encoding="utf-8") as text:
        beliefs = json.load(text)
    channels = [str(name) for name in world["channels"]]
    spend, kpi = world["spend"][0, :-HELD], world["kpi"][0, :-HELD]
    dates = [str(pd.Timestamp(day).date()) for day in world["weeks"][:-HELD]]
    builder = builder_module.NDArrayInputDataBuilder(kpi_type="revenue")
    builder.time_coords = dates
    builder.media_time_coords = dates
    builder = builder.with_kpi(kpi[None]).with_revenue_per_kpi(np.ones_like(kpi)[None])
    builder = builder.with_media(spend[None], spend[None], channels)
    typical = np.array([column[column > 0].mean() / np.median(column[column > 0]) for column in spend.T])
    mean, deviation = kpi.mean(), kpi.std()
    level, half = beliefs["level"], beliefs["half_saturation"]
    made, as_float = backend.tfd, np.float64  # a Python float would make a distribution of 32 bits
    centre, spread = as_float((level[0] - 1) * mean / deviation), as_float(level[1] * mean / deviation)
    priors = prior_distribution.PriorDistribution(
        knot_values=made.Normal(centre, spread),
        alpha_m=made.Beta(*map(as_float, beliefs["retention"])),
        ec_m=made.LogNormal(np.log(half[0] * typical), as_float(half[1])),
        roi_m=made.LogNormal(np.log(as_float(beliefs["return"][0])), as_float(beliefs["return"][1])),
        sigma=made.HalfNormal(as_float(beliefs["noise"] * mean / deviation)),
    )
    model = model_module.Meridian(
        input_data=builder.build(), model_spec=spec_module.ModelSpec(prior=priors, knots=1, max_lag=40)
    )
    model.sample_posterior(4, 1000, 500, 1500, seed=[0, 1])
    analysis = analyzer.Analyzer(model_context=model.model_context, inference_data=model.inference_data)
    brought = np.asarray(analysis.incremental_outcome(include_non_paid_channels=False))
    figures = az.convert_to_dataset({"brought": brought})
    np.savez(
        target,
        contribution=brought.reshape(-1, len(channels)),
        ess=np.ravel(az.ess(figures)["brought"].to_numpy()),
        r_hat=np.ravel(az.rhat(figures)["brought"].to_numpy()),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
