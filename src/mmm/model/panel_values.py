"""Variables of a panel found by their dimensions, whatever they are called."""

import xarray as xr

_MONEY = {"spend", "full_cost", "fixed_cost"}


def panel_values(panel: xr.Dataset, dim: str) -> xr.DataArray | None:
    """Find the variable by period and `dim`: outcome, control, holiday or event; None when there is none.

    A dataset cannot hold a variable of several dimensions under the name of one of them, so the
    name is left to whoever builds the panel.
    """
    for name, values in panel.data_vars.items():
        if name not in _MONEY and {dim, "period"} <= set(values.dims) <= {dim, "period", "geo"}:
            return values
    return None


def labels(panel: xr.Dataset, dim: str) -> tuple[str, ...]:
    """Names along `dim`; none where the panel lacks it."""
    return tuple(str(name) for name in panel[dim].to_numpy()) if dim in panel.coords else ()


def outcome_values(panel: xr.Dataset, outcome: str) -> xr.DataArray:
    """Give the KPI per period of one outcome, all geos together; missing where a geo is missing."""
    values = panel_values(panel, "outcome")
    if values is None:
        raise ValueError("the panel holds no outcome by period")
    return national(values.sel(outcome=outcome))


def national(values: xr.DataArray) -> xr.DataArray:
    """Sum over geos; missing where a geo is missing."""
    return values.sum("geo", skipna=False) if "geo" in values.dims else values
