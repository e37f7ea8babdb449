"""Write worlds of pysimmmulator, inside its environment: `python simulate_pysimmmulator.py OUT NAME...`.

Every channel has a price per impression *and* per click: without the former a click channel sells nothing.
Spend is by campaign of a week; clicks, impressions and conversion rates are noisy by its own rules.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from pysimmmulator import Simulate

HELD = 13
CHANNELS = ("search", "social", "video", "display", "audio")


def config(rng: np.random.Generator, n_channels: int, years: int) -> dict:
    """Draw a configuration in the ranges of the package's own example."""
    channels = list(CHANNELS[:n_channels])
    clicks, impressions = channels[:2], channels[2:]
    spend = 90_000.0
    shares = rng.dirichlet(np.full(n_channels, 4.0))
    price = {name: float(rng.uniform(2, 12)) for name in channels}
    per_click = {name: float(rng.uniform(0.4, 1.5)) for name in clicks}
    kept = {name: float(rng.uniform(0.2, 0.9)) for name in channels}
    rate = {}
    for name, share in zip(channels, shares, strict=True):
        # Conversions such that a euro brings 0.5 to 2.5 or so; carry-over adds up to 1 / (1 - kept).
        wanted = rng.uniform(0.5, 2.5) * share * spend / 30.0 * (1 - kept[name])
        volume = share * spend / (per_click[name] if name in clicks else price[name] / 1000)
        rate[name] = float(np.clip(wanted / (0.6 * volume), 1e-7, 1.0))
    return {
        "basic_params": {
            "years": years,
            "channels_impressions": impressions,
            "channels_clicks": clicks,
            "frequency_of_campaigns": 7,
            "start_date": "2021/01/04",
            "true_cvr": rate,
            "revenue_per_conv": 30.0,
        },
        "baseline_params": {
            "base_p": 1200,
            "trend_p": int(rng.integers(-200, 400)),
            "temp_var": 8,
            "temp_coef_mean": int(rng.integers(5, 25)),
            "temp_coef_sd": 3,
            "error_std": 130,
        },
        "ad_spend_params": {
            "campaign_spend_mean": spend,
            "campaign_spend_std": 0.35 * spend,
            "max_min_proportion_on_each_channel": {
                name: {"min": float(0.4 * share), "max": float(min(1.0, 1.6 * share))}
                for name, share in zip(channels[:-1], shares[:-1], strict=True)
            },
        },
        "media_params": {
            "true_cpm": price,
            "true_cpc": {**per_click, **dict.fromkeys(impressions, 1000000000.0)},
            "noisy_cpm_cpc": {name: {"loc": 0.0, "scale": 0.03} for name in channels},
        },
        "cvr_params": {"noisy_cvr": {name: {"loc": 0.0, "scale": 0.005} for name in channels}},
        "adstock_params": {
            "adstock": {name: {"type": "geometric", "params": {"lambda_": kept[name]}} for name in channels},
            "saturation": {
                name: {
                    "type": "hill",
                    "params": {"alpha": float(rng.uniform(1, 2)), "gamma": float(rng.uniform(0.1, 0.4))},
                }
                for name in channels
            },
        },
        "output_params": {"aggregation_level": "weekly"},
    }


class _Watched(Simulate):
    """Keeps the daily tables that the package throws away."""

    def consolidate_dataframe(self, mmm_df, baseline_sales_df):  # type: ignore[no-untyped-def]
        self.daily = super().consolidate_dataframe(mmm_df, baseline_sales_df)
        self.base = baseline_sales_df
        return self.daily


def world(name: str) -> dict[str, np.ndarray]:
    """Simulate one world and add it up by week."""
    number = int(name.rsplit("-", 1)[1])
    rng = np.random.default_rng([number, 99])
    settings = config(rng, n_channels=int(rng.integers(3, 6)), years=int(rng.integers(3, 5)))
    simulator = _Watched(random_seed=number)
    simulator.run_with_config(settings)
    daily = simulator.daily.reset_index(names="campaign")
    revenue = settings["basic_params"]["revenue_per_conv"]
    channels = [
        *settings["basic_params"]["channels_clicks"],
        *settings["basic_params"]["channels_impressions"],
    ]
    # The package lines its baseline up by campaign, not by day: a day has the baseline of the day whose
    # number is that of its campaign, its error included.
    base = simulator.base.reset_index(drop=True).loc[daily["campaign"]].reset_index(drop=True)
    smooth = (base["base"] + base["trend"] + base["seasonality"]) * base["multiplier_impact"]
    table = pd.DataFrame({"date": daily["date"], "revenue": daily["total_revenue"]})
    for channel in channels:
        table[f"spend {channel}"] = daily[f"{channel}_spend"]
        table[f"brought {channel}"] = daily[f"{channel}_conversions"] * revenue
    table["baseline"] = smooth * revenue
    table = table.dropna()
    n_weeks = len(table) // 7
    weekly = table.iloc[: 7 * n_weeks].drop(columns="date").groupby(np.arange(7 * n_weeks) // 7).sum()
    return {
        "weeks": table["date"].iloc[: 7 * n_weeks : 7].to_numpy().astype("datetime64[ns]"),
        "channels": np.array(channels),
        "spend": weekly[[f"spend {c}" for c in channels]].to_numpy(),
        "contribution": weekly[[f"brought {c}" for c in channels]].to_numpy(),
        "baseline": weekly["baseline"].to_numpy(),
        "revenue": weekly["revenue"].to_numpy(),
        "noise_sd": np.array(
            np.std(weekly["revenue"] - weekly["baseline"] - weekly.filter(like="brought").sum(axis=1))
        ),
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for asked in sys.argv[2:]:
        np.savez_compressed(folder / f"{asked}.npz", **world(asked))
