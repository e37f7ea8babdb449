"""State our beliefs in PyMC-Marketing: `python same_pymc_marketing.py WORLD.npz BELIEFS.json OUT.npz`.

Its scales are maxima where ours are means, so every belief is brought to them; its kernel is cut after 60
weeks, where ours goes on. Writes draws of each channel's contribution over the history.
"""

import json
import logging
import sys
import warnings

import arviz as az
import numpy as np
import pandas as pd
from pymc_extras.prior import Prior
from pymc_marketing.mmm import MMM, GeometricAdstock, HillSaturation

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
    table = pd.DataFrame(spend, columns=channels)
    table["date"], table["y"] = world["weeks"][:-HELD], kpi
    price = world["control"][0, :-HELD, 0]
    table["price"] = (price - price.mean()) / price.std()
    mean_over_max = kpi.mean() / kpi.max()
    typical = np.array([column[column > 0].mean() / column.max() for column in spend.T])
    retention, half, slope = beliefs["retention"], beliefs["half_saturation"], beliefs["slope"]
    effect = beliefs["effect"]
    model = MMM(
        date_column="date",
        channel_columns=channels,
        target_column="y",
        control_columns=["price"],
        adstock=GeometricAdstock(
            l_max=60, priors={"alpha": Prior("Beta", alpha=retention[0], beta=retention[1], dims="channel")}
        ),
        saturation=HillSaturation(
            priors={
                "kappa": Prior("LogNormal", mu=np.log(half[0] * typical), sigma=half[1], dims="channel"),
                "slope": Prior("LogNormal", mu=np.log(slope[0]), sigma=slope[1], dims="channel"),
                "beta": Prior(
                    "Normal",
                    mu=effect[0] * mean_over_max,
                    sigma=effect[1] * mean_over_max,
                    dims="channel",
                ),
            }
        ),
        model_config={
            "intercept": Prior(
                "Normal", mu=beliefs["level"][0] * mean_over_max, sigma=beliefs["level"][1] * mean_over_max
            ),
            "gamma_control": Prior(
                "Normal",
                mu=0,
                sigma=Prior("HalfNormal", sigma=beliefs["controls"] * mean_over_max),
                dims="control",
            ),
            "likelihood": Prior(
                "Normal",
                sigma=Prior("HalfNormal", sigma=beliefs["noise"] * mean_over_max),
                dims="date",
            ),
        },
    )
    trace = model.fit(
        table[["date", *channels, "price"]],
        table["y"],
        nuts_sampler="nutpie",
        chains=4,
        draws=1500,
        tune=1000,
        target_accept=0.9,
        random_seed=1,
        progressbar=False,
    )
    posterior = trace["posterior"]
    posterior = posterior.to_dataset() if hasattr(posterior, "to_dataset") else posterior
    brought = (posterior["channel_contribution"] * model.get_scales_as_xarray()["target_scale"]).sum("date")
    brought = brought.sel(channel=channels).transpose("chain", "draw", "channel")
    table = brought.rename("brought").to_dataset()
    np.savez(
        target,
        contribution=brought.to_numpy().reshape(-1, len(channels)),
        ess=np.ravel(az.ess(table)["brought"].to_numpy()),
        r_hat=np.ravel(az.rhat(table)["brought"].to_numpy()),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
