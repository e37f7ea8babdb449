"""What makes a panel of several geos unfit for a model."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from mmm.errors import listed
from mmm.model.geo_design import has_geos, national_channels
from mmm.model.panel_values import labels, panel_values


def geo_problems(panel: xr.Dataset, outcome: str) -> Iterator[str]:
    """Say what keeps the geos of a panel from being compared; nothing for a national panel."""
    if not has_geos(panel):
        return
    geos = np.array(labels(panel, "geo"))
    if len(set(geos)) < len(geos):
        yield f"geos: {listed(sorted({g for g in geos if (geos == g).sum() > 1}))} twice, expected each once"
        return
    if "population" not in panel:
        yield "geos: no population, expected one per geo: declare it in `geos:`"
        return
    people = panel["population"].to_numpy().astype(float)
    wrong = ~(np.isfinite(people) & (people > 0))
    if wrong.any():
        yield f"geos: the population of {listed(geos[wrong])} is not above 0: correct it in `geos:`"
        return
    yield from _outcome_problems(panel, outcome, geos)
    yield from _national_problems(panel, people)


def _outcome_problems(panel: xr.Dataset, outcome: str, geos: np.ndarray) -> Iterator[str]:
    kpi = panel_values(panel, "outcome")
    if kpi is None:
        return
    by_geo = kpi.sel(outcome=outcome).transpose("geo", "period").to_numpy().astype(float)
    finite = np.isfinite(by_geo).all(axis=1)
    if not finite.all():
        yield (
            f"outcome {outcome}: not a finite number in some period of geos {listed(geos[~finite])}, "
            "expected one per geo and period: complete its source or remove the geo"
        )
    still = finite & (np.ptp(np.where(np.isfinite(by_geo), by_geo, 0.0), axis=1) == 0)
    if still.any():
        yield (
            f"outcome {outcome}: never moves in geos {listed(geos[still])}, expected values that do: "
            "check the column or remove the geo"
        )
    nothing = finite & ~still & (by_geo.mean(axis=1) <= 0)
    if nothing.any():
        yield (
            f"outcome {outcome}: not above 0 over all periods together in geos {listed(geos[nothing])}, "
            "expected more, as each geo is seen in units of its own: check the column or remove the geo"
        )


def _national_problems(panel: xr.Dataset, people: np.ndarray) -> Iterator[str]:
    for name, is_national in zip(labels(panel, "channel"), national_channels(panel), strict=True):
        spend = panel["spend"].sel(channel=name).transpose("geo", "period").to_numpy() / people[:, None]
        if is_national and np.isfinite(spend).all() and not np.allclose(spend, spend[:1], rtol=1e-6):
            yield (
                f"channel {name}: said to be national, but its spend per head differs between geos: "
                "share it out by population, or let it have geos"
            )
