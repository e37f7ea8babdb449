"""The tables of a budget by geo, and what choosing its geography gains."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from mmm.allocation.geography import GeoSplit
from mmm.allocation.judgement import FloatArray, Spread, chance, extrapolates, move_gains, spread
from mmm.records import TABLES

ALL = "all"


def geo_allocation_table(splits: Sequence[GeoSplit], period: str) -> pd.DataFrame:
    """Tabulate today's and the recommended spend of every channel in every geo.

    A gain is that of moving away from the channel's recommended total spread as today's plan
    spreads its own: it adds to the gain of the total. `p_gain` is unknown where nothing moves.
    """
    found = [_rows(split, period) for split in splits]
    columns = list(TABLES["allocation_by_geo"])
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def _rows(split: GeoSplit, period: str) -> pd.DataFrame:
    problem, spend = split.problem, split.allocation.spend
    gains = move_gains(split.response, problem.current, spend)
    p05, p95 = np.quantile(gains, [0.05, 0.95], axis=0)
    is_moved = np.round(spend - problem.current, 2) != 0
    return pd.DataFrame(
        {
            "geo": list(problem.channels),
            "channel": split.channel,
            "period": period,
            "current": split.planned,
            "recommended": spend,
            "lower": problem.lower,
            "upper": problem.upper,
            "delta": np.round(spend - split.planned, 2),
            "gain_mean": gains.mean(axis=0),
            "gain_p05": p05,
            "gain_p95": p95,
            "p_gain": np.where(is_moved, (gains > 0).mean(axis=0), np.nan),
            "extrapolates": extrapolates(split.response, spend),
        }
    )


def geo_schedule_table(splits: Sequence[GeoSplit]) -> pd.DataFrame:
    """Tabulate today's and the recommended spend by geo, channel and period."""
    found = []
    for split in splits:
        n_geos, n_periods = split.schedule.current.shape
        found.append(
            pd.DataFrame(
                {
                    "geo": np.repeat(list(split.problem.channels), n_periods),
                    "channel": split.channel,
                    "period": np.tile([str(period) for period in split.response.periods], n_geos),
                    "current": np.round(split.schedule.current, 2).ravel(),
                    "recommended": split.schedule.recommended.ravel(),
                }
            )
        )
    columns = list(TABLES["schedule_by_geo"])
    return pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)


def geo_gain(splits: Sequence[GeoSplit]) -> Iterable[tuple[str, Spread | float]]:
    """Give what choosing where (and when, where timing is chosen) gains over the plan's own geography.

    Quantity and its spread over draws, or its value. The gap is what a better split of the same
    totals could still bring at most; absent where one is not bounded.
    """
    yield "geography_is_chosen", float(bool(splits))
    if not splits:
        return
    gain: FloatArray = sum(
        (
            split.response.profit(split.allocation.spend)
            - split.response.profit(split.problem.current)
            + split.schedule.gain
            for split in splits
        ),
        np.zeros(splits[0].response.n_draws),
    )
    yield "geography_gain", spread(gain)
    yield "p_geography_gain", chance(gain)
    gaps = [split.allocation.gap for split in splits]
    if all(gap is not None for gap in gaps):
        yield "geography_gap", float(sum(gap for gap in gaps if gap is not None))
