"""What a reader must know before believing journeys, as `CheckResult`s worded from the texts."""

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from mmm.attribution.paths import UNKNOWN_CHANNEL, JourneyPaths
from mmm.errors import listed
from mmm.records import CheckResult
from mmm.texts import result

SPECIFICATION = "attribution"
FEW_CONVERSIONS = 100
LONG_PATH = 50
ALIKE = 0.75
"""Names closer than this are taken for two spellings of one channel."""


def path_checks(
    paths: JourneyPaths, channels: Sequence[str], direct: Collection[str] = ()
) -> tuple[CheckResult, ...]:
    """Check conversions, journeys without one, channels that only one side knows, very long paths."""
    unseen = [channel for channel in channels if channel not in paths.channels]
    conversions, nulls = float(paths.conversions.sum()), float(paths.nulls.sum())
    longest = int(paths.lengths.max())
    return (
        _check("conversions", "journeys", conversions >= FEW_CONVERSIONS, conversions, FEW_CONVERSIONS),
        _check("unconverted", "journeys", nulls > 0, nulls, 1.0),
        _check("seen", listed(unseen) if unseen else "journeys", not unseen, len(unseen), 0.0),
        *_undeclared(paths, channels, direct),
        _check("path_length", "journeys", longest <= LONG_PATH, longest, LONG_PATH),
    )


def _undeclared(
    paths: JourneyPaths, channels: Sequence[str], direct: Collection[str]
) -> tuple[CheckResult, ...]:
    """Say which channels of the journeys have no declared cost, and whether one looks misspelt."""
    unknown = [name for name in paths.channels if name not in {*channels, *direct, UNKNOWN_CHANNEL}]
    misspelt = [name for name in unknown if get_close_matches(name, channels, n=1, cutoff=ALIKE)]
    if misspelt:
        pairs = [f"{name} ({get_close_matches(name, channels, n=1, cutoff=ALIKE)[0]}?)" for name in misspelt]
        return (_check("misspelt", listed(pairs), False, len(misspelt), 0.0),)
    if unknown:
        return (_check("undeclared", listed(unknown), True, len(unknown), 0.0),)
    return ()


def _check(check: str, subject: str, passed: bool, value: float, threshold: float) -> CheckResult:
    return result(
        f"attribution.{check}",
        subject,
        passed=passed,
        value=value,
        threshold=threshold,
        specification=SPECIFICATION,
    )
