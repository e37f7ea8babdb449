"""Everything known of one outcome's fit, ready to be judged."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from mmm.diagnostics.learning import Learning
from mmm.model.spec import PERIODS_PER_YEAR, ModelSpec
from mmm.records import CheckResult

CONVERGENCE = ("r_hat", "ess_bulk", "ess_tail", "divergences", "e_bfmi")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One outcome: what was learnt, what was checked, how the forecast did."""

    spec: ModelSpec
    n_periods: int
    learnt: Learning
    checks: tuple[CheckResult, ...]
    """Every check whose subject is this outcome, one of its channels, or a channel of all outcomes."""
    backtest: pd.DataFrame
    """Rows of this outcome; empty when nothing was held out."""

    @property
    def outcome(self) -> str:
        """Name of the outcome."""
        return self.spec.outcome

    @property
    def is_annual(self) -> bool:
        """Whether periods are years."""
        return PERIODS_PER_YEAR[self.spec.frequency] == 1

    @property
    def not_converged(self) -> CheckResult | None:
        """The first failed check of convergence, R-hat before the others."""
        return next((check for name in CONVERGENCE for check in self.failed(name)), None)

    def failed(self, check: str, channel: str | None = None) -> list[CheckResult]:
        """List the failures of a check; of one channel only when it is named."""
        failures = [found for found in self.checks if found.check == check and not found.passed]
        return [found for found in failures if channel is None or channel in channels_of(found)]


def channels_of(check: CheckResult) -> tuple[str, ...]:
    """Give the channels that a check is about: `revenue/tv, revenue/radio` is about tv and radio."""
    return tuple(part.rpartition("/")[2] for part in check.subject.split(", "))


def of_outcome(
    checks: Iterable[CheckResult], outcome: str, outcomes: Iterable[str]
) -> tuple[CheckResult, ...]:
    """Keep the checks of one outcome and those of channels alone, which hold for every outcome."""
    others = tuple(name for name in outcomes if name != outcome)
    return tuple(
        check
        for check in checks
        if not any(check.subject == other or check.subject.startswith(f"{other}/") for other in others)
    )
