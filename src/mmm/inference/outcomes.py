"""Every outcome of an analysis fitted on the same media panel."""

import xarray as xr

from mmm.inference.fitting import fit
from mmm.inference.gate import require_convergence
from mmm.inference.records import Fit
from mmm.model import spec_from_params
from mmm.params import RunParams


def fit_outcomes(panel: xr.Dataset, params: RunParams) -> dict[str, Fit]:
    """Fit each declared outcome; every fit returned has converged.

    Raises
    ------
    NotConvergedError
        After one careful rerun; the message names parameters, channels and the likely cause.
    UserInputError
        See `mmm.inference.fit`.
    """
    fits = {}
    for outcome in params.outcomes:
        fits[outcome] = fit(panel, spec_from_params(params, outcome), params.seed)
        require_convergence(fits[outcome])
    return fits
