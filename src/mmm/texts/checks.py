"""`CheckResult`s worded from the texts: the one place where a check gets its sentences."""

from mmm.records import CheckResult
from mmm.texts.catalogue import say

ANY = "all"
"""Specification of a check that holds for every one of them."""


def result(
    check: str, subject: str, *, passed: bool, value: float, threshold: float, specification: str = ANY
) -> CheckResult:
    """Give one check with its sentences; the action is empty when it passed.

    The texts are `check.<check>.message` and `check.<check>.action`; they may quote
    {subject}, {value} and {threshold}.
    """
    key = f"check.{check}"
    return CheckResult(
        check=check,
        subject=subject,
        specification=specification,
        passed=bool(passed),
        value=float(value),
        threshold=float(threshold),
        message=say(f"{key}.message", "en", subject=subject, value=value, threshold=threshold),
        action="" if passed else say(f"{key}.action", "en"),
    )
