"""Panels of several geos made from one another, for what must not matter to the model."""

import xarray as xr


def halved(panel: xr.Dataset) -> xr.Dataset:
    """The first geo cut in two: half of the people, the spend and the KPI each."""
    first = panel.isel(geo=[0])
    half = first.assign({name: first[name] / 2 for name in ("spend", "full_cost", "kpi", "population")})
    twins = [half.assign_coords(geo=[name]) for name in ("east", "west")]
    return xr.concat(
        [*twins, panel.isel(geo=slice(1, None))],
        dim="geo",
        data_vars="minimal",
        coords="minimal",
        join="outer",
    ).transpose("outcome", "geo", "period", "channel", "control")
