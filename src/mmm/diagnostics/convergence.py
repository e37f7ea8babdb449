"""The fit gate as checks: what has not converged, on which channel, and the likely cause."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mmm.diagnostics.data import history_checks, spend_checks
from mmm.diagnostics.results import result
from mmm.model import Design
from mmm.model.media_prior import COEFFICIENT
from mmm.model.prior_draws import comparable_strength
from mmm.records import CheckResult

if TYPE_CHECKING:
    from mmm.inference import Fit

CAUSES = {
    "collinear_spend": "cause_collinear",
    "channel_variation": "cause_no_variation",
    "active_periods": "cause_rarely_active",
    "spend_outlier": "cause_scale",
    "collinear_baseline": "cause_baseline",
}
"""Failed data check: the cause that it suggests, the likeliest first."""
FAR_FROM_BELIEF = 3.0
"""Standard deviations of a declared belief that the data pull the answer away, to call it opposed."""
N_BELIEVED = 2000


def convergence_checks(fit: "Fit") -> list[CheckResult]:
    """Check R-hat, effective draws, divergences and E-BFMI; name the worst parameter of each.

    A fit that fails has, beside these five, one check per channel or parameter
    concerned that names the likely cause seen in the data.
    """
    from mmm.sampling import GATE, e_bfmi  # noqa: PLC0415

    outcome, name = fit.spec.outcome, fit.spec.name
    table = fit.figures.set_index("name")
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
    return [*found, *_causes(fit, poor["r_hat"], GATE.max_r_hat)]


def engine_checks(fit: "Fit") -> list[CheckResult]:
    """Say where another engine than the one asked for sampled; nothing where none did."""
    if not fit.notice:
        return []
    outcome, name = fit.spec.outcome, fit.specification
    return [result("other_engine", outcome, passed=False, value=0.0, threshold=1.0, specification=name)]


def likely_causes(fit: "Fit") -> list[str]:
    """Say in words what probably keeps a fit from converging, channel by channel; none when it converged."""
    return [
        f"{check.message}: {check.action}"
        for check in convergence_checks(fit)
        if check.check.startswith("cause_")
    ]


def _causes(fit: "Fit", r_hats: "pd.Series[float]", threshold: float) -> Iterator[CheckResult]:
    """Give one check per channel, or per parameter of the baseline, that mixes badly."""
    design, spec = fit.design, fit.spec
    worst: dict[str, float] = {}
    for name, value in r_hats.items():
        channel = _channel_of(str(name), design)
        subject = channel or str(name)
        worst[subject] = max(worst.get(subject, 0.0), float(np.nan_to_num(value, nan=np.inf)))
    suspects = [check for check in spend_checks(design) if not check.passed]
    opposed = _priors_against_data(fit) if worst else set()
    is_small = any(c.check == "rows_per_parameter" and not c.passed for c in history_checks(design, spec))
    for subject, value in worst.items():
        cause, concerned = "cause_too_few_rows" if is_small else "cause_unknown", subject
        if subject in opposed:
            cause = "cause_prior"
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


def _priors_against_data(fit: "Fit") -> set[str]:
    """Channels with a belief of their own from which the draws have been pulled far."""
    names = [name for name in fit.design.channels if name in fit.spec.channel_priors]
    if not names:
        return set()
    believed = comparable_strength(fit.design, N_BELIEVED)
    found = set()
    for name in names:
        at = fit.design.channels.index(name)
        signed = fit.design.media_prior.kind[at] == COEFFICIENT
        drawn = fit.draws["effect" if signed else "share"].sel(channel=name).to_numpy()
        learnt = np.median(drawn if signed else np.log(np.maximum(drawn, np.finfo(float).tiny)))
        if abs(learnt - believed[:, at].mean()) > FAR_FROM_BELIEF * believed[:, at].std():
            found.add(name)
    return found


def _channel_of(parameter: str, design: Design) -> str | None:
    """`retention[tv]` and `effect_geo[north, tv]` are about tv; `coefficient[sine_1]` is about no channel."""
    kind, _, label = parameter.rstrip("]").partition("[")
    name = label.rpartition(", ")[2]
    return name if not kind.startswith("coefficient") and name in design.channels else None
