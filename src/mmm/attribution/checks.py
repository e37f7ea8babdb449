"""What a reader must know before believing journeys, as `CheckResult`s worded from the texts."""

from collections.abc import Sequence

from mmm.attribution.paths import JourneyPaths
from mmm.errors import listed
from mmm.records import CheckResult
from mmm.texts import say

SPECIFICATION = "attribution"
FEW_CONVERSIONS = 100
LONG_PATH = 50


def path_checks(paths: JourneyPaths, channels: Sequence[str]) -> tuple[CheckResult, ...]:
    """Check conversions, journeys without one, paid channels never seen, very long paths."""
    unseen = [channel for channel in channels if channel not in paths.channels]
    conversions, nulls = float(paths.conversions.sum()), float(paths.nulls.sum())
    longest = int(paths.lengths.max())
    return (
        _check("conversions", "journeys", conversions >= FEW_CONVERSIONS, conversions, FEW_CONVERSIONS),
        _check("unconverted", "journeys", nulls > 0, nulls, 1.0),
        _check("seen", listed(unseen) if unseen else "journeys", not unseen, len(unseen), 0.0),
        _check("path_length", "journeys", longest <= LONG_PATH, longest, LONG_PATH),
    )


def _check(check: str, subject: str, passed: bool, value: float, threshold: float) -> CheckResult:
    key = f"check.attribution.{check}"
    return CheckResult(
        check=f"attribution.{check}",
        subject=subject,
        specification=SPECIFICATION,
        passed=bool(passed),
        value=float(value),
        threshold=float(threshold),
        message=say(f"{key}.message", "en", subject=subject, value=value, threshold=threshold),
        action="" if passed else say(f"{key}.action", "en"),
    )
