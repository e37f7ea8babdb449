"""Every quantity of a posterior by name, with its interval and how far its draws can be trusted."""

from itertools import product

import numpy as np
import pandas as pd
import xarray as xr

from mmm.sampling import mixing

SAMPLED = (
    "retention",
    "delay",
    "weibull_scale",
    "weibull_shape",
    "half_life",
    "half_saturation",
    "slope",
    "exponent",
    "return",
    "effect",
    "amplitude",
    "sigma",
    "return_spread",
    "coefficient",
    "dispersion",
    "noise_exponent",
    "amplitude_geo",
    "geo_spread",
    "effect_geo",
    "coefficient_geo",
)


def convergence_table(draws: xr.Dataset) -> pd.DataFrame:
    """Give mean, sd, 90 % interval, R-hat and effective sizes of every quantity of a fit.

    Returns
    -------
    DataFrame
        Columns name, mean, sd, p05, p95, r_hat, ess_bulk, ess_tail; one row per scalar.
    """
    names = [name for name in SAMPLED if name in draws and draws[name].size]
    arrays = [draws[name].to_numpy().reshape(*draws[name].shape[:2], -1) for name in names]
    values = np.concatenate(arrays, axis=2)
    said = np.array([label for name in names for label in _labels(draws[name])])
    exists = ~np.isnan(values).all(axis=(0, 1))
    values, said = values[:, :, exists], said[exists]
    low, high = np.quantile(values, [0.05, 0.95], axis=(0, 1))
    found = mixing(values)
    return pd.DataFrame(
        {
            "name": said,
            "mean": values.mean(axis=(0, 1)),
            "sd": values.std(axis=(0, 1), ddof=1),
            "p05": low,
            "p95": high,
            "r_hat": found.r_hat,
            "ess_bulk": found.ess_bulk,
            "ess_tail": found.ess_tail,
        }
    )


def _labels(values: xr.DataArray) -> list[str]:
    if values.ndim == 2:
        return [str(values.name)]
    names = [values[dim].to_numpy() for dim in values.dims[2:]]
    return [f"{values.name}[{', '.join(str(part) for part in label)}]" for label in product(*names)]
