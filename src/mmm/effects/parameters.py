"""The posterior's parameters, each with its interval and its convergence figures."""

from typing import TYPE_CHECKING

import pandas as pd

from mmm.records import TABLES

if TYPE_CHECKING:
    from mmm.inference import Fit


def parameters_table(fit: "Fit") -> pd.DataFrame:
    """Tabulate every parameter of a fit: `retention[tv]`, `amplitude[season]`, `sigma` and so on.

    Units are those of the model: `half_saturation` in typical active periods,
    `return` in KPI units per unit of full cost, the baseline in mean KPI.
    """
    from mmm.inference import convergence_table  # noqa: PLC0415  numba is slow to import

    table = convergence_table(fit.draws).assign(outcome=fit.spec.outcome, specification=fit.spec.name)
    return table[list(TABLES["parameters"])]
