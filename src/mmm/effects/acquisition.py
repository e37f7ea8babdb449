"""New customers that media brought, draw by draw: what incremental and marginal CAC are divided by."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import xarray as xr

from mmm.effects.returns import return_draws
from mmm.params import RunParams

if TYPE_CHECKING:
    from mmm.inference import Fit


def incremental_customers(
    fits: Mapping[str, "Fit"], panel: xr.Dataset, params: RunParams
) -> xr.DataArray | None:
    """Give the new customers that each channel brought over the panel, (draw, channel).

    None when the params name no outcome that counts new customers.
    """
    fit = _customers_fit(fits, params)
    if fit is None:
        return None
    draws = return_draws(fit, panel)
    return xr.DataArray(
        draws.contribution, dims=("draw", "channel"), coords={"channel": list(draws.channels)}
    )


def marginal_customers(
    fits: Mapping[str, "Fit"], panel: xr.Dataset, params: RunParams
) -> xr.DataArray | None:
    """Give the new customers that one more unit of full cost would bring, (draw, channel).

    None when the params name no outcome that counts new customers.
    """
    fit = _customers_fit(fits, params)
    if fit is None:
        return None
    draws = return_draws(fit, panel)
    each = draws.marginal / draws.marginal_cost
    return xr.DataArray(each, dims=("draw", "channel"), coords={"channel": list(draws.channels)})


def _customers_fit(fits: Mapping[str, "Fit"], params: RunParams) -> "Fit | None":
    asked = params.customers
    return None if asked is None or asked.new_customers is None else fits.get(asked.new_customers)
