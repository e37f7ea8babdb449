"""The posterior's parameters, each with its interval and its convergence figures."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from mmm.effects.intervals import interval
from mmm.records import TABLES

if TYPE_CHECKING:
    from mmm.inference import Fit


def parameters_table(fit: "Fit") -> pd.DataFrame:
    """Tabulate every parameter of a fit: `retention[tv]`, `amplitude[season]`, `sigma` and so on.

    Units are those of the model: `half_saturation` in typical active periods,
    `half_saturation_spend` in money per period, `half_life` in periods, `return` in KPI units per
    unit of full cost, the baseline in mean KPI. An average has the rows of each specification and
    its own, whose convergence figures are the worst of the specifications that weigh.
    """
    if not fit.members:
        tables = [_in_money(fit, fit.figures).assign(specification=fit.specification)]
    else:
        tables = [_average(fit).assign(specification=fit.specification)]
        tables += [
            _in_money(fit, member.figures).assign(specification=member.spec.name) for member in fit.members
        ]
    return pd.concat(tables, ignore_index=True).assign(outcome=fit.spec.outcome)[list(TABLES["parameters"])]


def _in_money(fit: "Fit", figures: pd.DataFrame) -> pd.DataFrame:
    """Add the half-saturation of each channel as money per period."""
    names = {
        f"half_saturation[{channel}]": (f"half_saturation_spend[{channel}]", scale)
        for channel, scale in zip(fit.design.channels, fit.design.media_scale, strict=True)
    }
    rows = figures[figures["name"].isin(names)]
    scales = rows["name"].map(lambda name: names[name][1]).to_numpy(dtype=float)
    stats = {stat: rows[stat].to_numpy() * scales for stat in ("mean", "sd", "p05", "p95")}
    money = rows.assign(name=rows["name"].map(lambda name: names[name][0]), **stats)
    return pd.concat([figures, money], ignore_index=True)


def _average(fit: "Fit") -> pd.DataFrame:
    """Rows of the joined draws: what every specification has, and the carry-over of each channel."""
    converged = pd.concat([member.figures for member in fit.members if member.weight > 0])
    worst = converged.groupby("name").agg({"r_hat": "max", "ess_bulk": "min", "ess_tail": "min"})
    rows = [
        {"name": f"{name}[{channel}]", **_stats(fit.draws[name].sel(channel=channel))}
        for name in ("return", "share", "effect", "half_life")
        if name in fit.draws
        for channel in fit.design.channels
    ]
    noise = "sigma" if "sigma" in fit.draws else "dispersion"
    rows.append({"name": noise, **_stats(fit.draws[noise])})
    return pd.DataFrame(rows).join(worst, on="name")


def _stats(draws: xr.DataArray) -> dict[str, float]:
    values = draws.to_numpy().ravel()
    values = values[~np.isnan(values)]
    found = interval(values) if len(values) else dict.fromkeys(("mean", "p05", "p95"), np.nan)
    spread = float(values.std(ddof=1)) if len(values) > 1 else np.nan
    return {
        "mean": float(found["mean"]),
        "sd": spread,
        "p05": float(found["p05"]),
        "p95": float(found["p95"]),
    }
