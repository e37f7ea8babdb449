"""`CheckResult`s worded from the texts, and their table."""

from collections.abc import Iterable
from dataclasses import asdict

import pandas as pd

from mmm.records import TABLES, CheckResult
from mmm.texts import say

ANY = "all"
"""Specification of a check that holds for every one of them."""


def result(
    check: str, subject: str, *, passed: bool, value: float, threshold: float, specification: str = ANY
) -> CheckResult:
    """Give one check with its sentences; the action is empty when it passed."""
    message = say(f"check.{check}.message", "en", subject=subject, value=value, threshold=threshold)
    action = "" if passed else say(f"check.{check}.action", "en")
    return CheckResult(
        check=check,
        subject=subject,
        specification=specification,
        passed=bool(passed),
        value=float(value),
        threshold=float(threshold),
        message=message,
        action=action,
    )


def checks_table(results: Iterable[CheckResult]) -> pd.DataFrame:
    """Tabulate checks in the columns of a run folder."""
    return pd.DataFrame([asdict(check) for check in results], columns=list(TABLES["checks"]))
