"""An average of specifications made by hand from posteriors that no sampler gave."""

from dataclasses import replace

import numpy as np
import xarray as xr

from hand_made_fit import make_fit
from mmm.diagnostics import convergence_checks
from mmm.inference import Fit, Member, join

FORMS = (("geometric", "hill"), ("geometric", "power"))
WEIGHTS = (0.3, 0.7)


def make_members(panel: xr.Dataset, outcome: str = "revenue", **asked) -> list[Fit]:
    """One posterior per form; the second has an exponent where the first has a half-saturation."""
    fits = [make_fit(panel, outcome, seed=seed, **asked) for seed in (11, 12)]
    exponent = 1 / (1 + fits[1].draws["slope"])
    straight = fits[1].draws.drop_vars(["half_saturation", "slope"]).assign(exponent=exponent)
    fits[1] = replace(fits[1], draws=straight)
    return [
        replace(fit, spec=replace(fit.spec, adstock=adstock, saturation=saturation))
        for fit, (adstock, saturation) in zip(fits, FORMS, strict=True)
    ]


def make_average(
    panel: xr.Dataset,
    outcome: str = "revenue",
    weights: tuple[float, ...] = WEIGHTS,
    left_out: tuple[str, ...] = (),
    **asked,
) -> Fit:
    """Join the members; those left out have a failed check and no weight."""
    fits = make_members(panel, outcome, **asked)
    members = [
        Member(
            spec=fit.spec,
            n_lags=1,
            weight=weight,
            elpd=-100.0 - place,
            figures=fit.figures,
            checks=tuple(
                replace(check, passed=check.check != "r_hat" or fit.spec.name not in left_out)
                for check in convergence_checks(fit)
                if check.check in {"r_hat", "ess_bulk", "ess_tail", "divergences", "e_bfmi"}
            ),
            attempts=1,
        )
        for place, (fit, weight) in enumerate(zip(fits, weights, strict=True))
    ]
    return join(fits, members, seed=4)


def draws_of(fit: Fit, name: str) -> np.ndarray:
    """Draws of one specification of an average."""
    return fit.draws.isel(chain=0, draw=fit.draws["specification"].to_numpy() == name)
