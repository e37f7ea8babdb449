"""The fit gate as checks: what has not converged, on which channel, and the likely cause."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mmm.diagnostics.data import history_checks, spend_checks
from mmm.diagnostics.results import result
from mmm.model import Design, ModelSpec
from mmm.records import CheckResult

if TYPE_CHECKING:
    from mmm.inference import Fit

CAUSES = {
    "collinear_spend": "cause_collinear",
    "channel_variation": "cause_no_variation",
    "active_periods": "cause_rarely_active",
    "spend_outlier": "cause_scale",
}
"""Failed data check: the cause that it suggests, the likeliest first."""


def convergence_checks(fit: "Fit") -> list[CheckResult]:
    """Check R-hat, effective draws, divergences and E-BFMI; name the worst parameter of each.

    A fit that fails has, beside these five, one check per channel or parameter
    concerned that names the likely cause seen in the data.
    """
    from mmm.inference import convergence_table  # noqa: PLC0415  numba is slow to import
    from mmm.sampling import GATE, e_bfmi  # noqa: PLC0415

    outcome, name = fit.spec.outcome, fit.spec.name
    table = convergence_table(fit.draws).set_index("name")
    figures = [
        ("r_hat", table["r_hat"].idxmax(), table["r_hat"].max(), GATE.max_r_hat, True),
        ("ess_bulk", table["ess_bulk"].idxmin(), table["ess_bulk"].min(), GATE.min_ess, False),
        ("ess_tail", table["ess_tail"].idxmin(), table["ess_tail"].min(), GATE.min_ess, False),
        ("divergences", "", float(fit.stats["diverging"].mean()), GATE.max_divergent, True),
        ("e_bfmi", "", float(e_bfmi(fit.stats["energy"].to_numpy()).min()), GATE.min_e_bfmi, False),
    ]
    found = [
        result(
            check,
            f"{outcome}/{worst}" if worst else outcome,
            passed=value < limit or (check == "divergences" and value == limit) if below else value > limit,
            value=value,
            threshold=limit,
            specification=name,
        )
        for check, worst, value, limit, below in figures
    ]
    poor = table[(table["r_hat"] >= GATE.max_r_hat) | (table["ess_bulk"] <= GATE.min_ess)]
    return [*found, *_causes(fit.design, fit.spec, poor["r_hat"], GATE.max_r_hat)]


def _causes(
    design: Design, spec: ModelSpec, r_hats: "pd.Series[float]", threshold: float
) -> Iterator[CheckResult]:
    """Give one check per channel, or per parameter of the baseline, that mixes badly."""
    worst: dict[str, float] = {}
    for name, value in r_hats.items():
        channel = _channel_of(str(name), design)
        subject = channel or str(name)
        worst[subject] = max(worst.get(subject, 0.0), float(np.nan_to_num(value, nan=np.inf)))
    suspects = [check for check in spend_checks(design) if not check.passed]
    is_small = any(c.check == "rows_per_parameter" and not c.passed for c in history_checks(design, spec))
    for subject, value in worst.items():
        cause, concerned = "cause_too_few_rows" if is_small else "cause_unknown", subject
        for check in sorted(suspects, key=lambda c: list(CAUSES).index(c.check) if c.check in CAUSES else 99):
            if check.check in CAUSES and subject in check.subject.split(", "):
                cause, concerned = CAUSES[check.check], check.subject
                break
        yield result(
            cause,
            ", ".join(f"{spec.outcome}/{part}" for part in concerned.split(", ")),
            passed=False,
            value=value,
            threshold=threshold,
            specification=spec.name,
        )


def _channel_of(parameter: str, design: Design) -> str | None:
    """`retention[tv]` is about tv; `coefficient[sine_1]` is about no channel."""
    kind, _, label = parameter.rstrip("]").partition("[")
    of_media = {"retention", "half_saturation", "slope", "return", "effect"}
    return label if kind in of_media and label in design.channels else None
