"""What the beliefs imply, in words and before any sampling; what cannot be meant is refused."""

import pandas as pd
import xarray as xr

from mmm.errors import UserInputError
from mmm.model import build_design, spec_from_params
from mmm.model.prior_check import Implication, implications
from mmm.params import RunParams
from mmm.records import TABLES, Severity
from mmm.texts import say
from mmm.texts.locale import Language

_WORST_FIRST = (Severity.FATAL, Severity.WARNING, Severity.NOTE)


def prior_check(panel: xr.Dataset, params: RunParams, language: Language = "en") -> pd.DataFrame:
    """Say what the declared and default beliefs imply for every outcome, the worst first.

    Nothing is fitted: it takes a fraction of a second per outcome.

    Returns
    -------
    DataFrame
        Columns of the table `prior_check`; nine times in ten the quantity is between `p05` and `p95`.

    Raises
    ------
    UserInputError
        What the beliefs imply is impossible: every problem of every outcome at once.
    """
    rows, problems = [], []
    for outcome in params.outcomes:
        spec = spec_from_params(params, outcome)
        try:
            implied = implications(build_design(panel, spec), spec)
        except UserInputError as refused:
            problems += [f"{outcome}: {problem}" for problem in refused.problems]
            continue
        for found in implied:
            rows.append(_row(outcome, found, params, language))
            if found.severity is Severity.FATAL:
                action = say(f"prior.{found.quantity}.action", "en")
                problems.append(f"{outcome}, {found.subject}: {_sentence(found, params, 'en')}: {action}")
    if problems:
        raise UserInputError("beliefs", problems)
    table = pd.DataFrame(rows, columns=list(TABLES["prior_check"]))
    order = table["severity"].map(_WORST_FIRST.index)
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _row(outcome: str, found: Implication, params: RunParams, language: Language) -> dict[str, object]:
    has_action = found.severity is not Severity.NOTE
    return {
        "outcome": outcome,
        "subject": found.subject,
        "quantity": found.quantity,
        "p05": found.p05,
        "p50": found.p50,
        "p95": found.p95,
        "severity": found.severity.value,
        "message": _sentence(found, params, language),
        "action": say(f"prior.{found.quantity}.action", language) if has_action else "",
    }


def _sentence(found: Implication, params: RunParams, language: Language) -> str:
    labelled = params.channels.get(found.subject) or params.outcomes[found.subject]
    return say(
        f"prior.{found.quantity}.message",
        language,
        params.currency,
        subject=getattr(labelled.label, language),
        low=found.p05,
        middle=found.p50,
        high=found.p95,
        **found.figures,
    )
