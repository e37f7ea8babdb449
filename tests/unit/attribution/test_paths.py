"""Each rule of the grouping of journeys, on a few touches worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from hand_made_customers import table_of
from mmm.attribution import JourneyRules, credits, grouped_paths, read_paths
from mmm.errors import UserInputError


def touches(*rows):
    """Journey, moment, channel, converted, value."""
    frame = pd.DataFrame(rows, columns=["journey", "date", "channel", "converted", "value"])
    return table_of(frame.assign(date=pd.to_datetime(frame["date"], format="ISO8601")))


def paths_of(table, lookback_days=30, **rules):
    found = read_paths(table, "paths", JourneyRules(lookback_days=lookback_days, **rules))
    names = np.split(np.array(found.channels)[found.touches], found.first_touch[1:])
    counts = zip(found.conversions, found.nulls, found.value, strict=True)
    return {">".join(path): tuple(count) for path, count in zip(names, counts, strict=True)}


def test_touches_are_ordered_in_time_and_equal_paths_are_counted():
    found = paths_of(
        touches(
            ("1", "2025-01-03", "email", 1, 80.0),
            ("1", "2025-01-01", "tv", 0, 0.0),
            ("2", "2025-02-01", "tv", 0, 0.0),
            ("2", "2025-02-09", "email", 1, 20.0),
            ("3", "2025-02-01", "tv", 0, 0.0),
            ("3", "2025-02-02", "email", 0, 0.0),
        )
    )
    assert found == {"tv>email": (2, 1, 100)}


def test_touches_of_one_moment_keep_the_order_of_the_file():
    found = paths_of(touches(("1", "2025-01-01", "b", 0, 0.0), ("1", "2025-01-01", "a", 1, 5.0)))
    assert found == {"b>a": (1, 0, 5)}


def test_touches_before_the_lookback_window_do_not_count():
    rows = [
        ("1", "2025-01-01", "old", 0, 0.0),
        ("1", "2025-01-02", "edge", 0, 0.0),
        ("1", "2025-02-01", "x", 1, 9.0),
    ]
    assert paths_of(touches(*rows)) == {"edge>x": (1, 0, 9)}
    assert paths_of(touches(*rows), lookback_days=40) == {"old>edge>x": (1, 0, 9)}


def test_the_window_of_a_journey_that_did_not_convert_ends_with_its_last_touch():
    found = paths_of(touches(("1", "2025-01-01", "old", 0, 0.0), ("1", "2025-03-01", "x", 0, 0.0)))
    assert found == {"x": (0, 1, 0)}


def test_a_conversion_ends_a_path_and_what_follows_is_another():
    found = paths_of(
        touches(
            ("1", "2025-01-01", "a", 0, 0.0),
            ("1", "2025-01-02", "b", 1, 10.0),
            ("1", "2025-01-03", "c", 0, 0.0),
            ("1", "2025-01-04", "b", 1, 30.0),
            ("1", "2025-01-05", "d", 0, 0.0),
        )
    )
    assert found == {"a>b": (1, 0, 10), "c>b": (1, 0, 30), "d": (0, 1, 0)}


def test_unknown_channels_are_named_and_touches_without_journey_left_out():
    found = paths_of(touches(("1", "2025-01-01", None, 1, None), (None, "2025-01-01", "a", 1, 3.0)))
    assert found == {"unknown": (1, 0, 0)}


def test_a_table_without_value_still_counts():
    table = touches(("1", "2025-01-01", "a", 1, 3.0)).drop("value")
    assert paths_of(table) == {"a": (1, 0, 0)}


def test_a_path_of_four_hundred_touches_is_kept_whole():
    rows = [
        ("1", pd.Timestamp("2025-01-01") + pd.Timedelta(minutes=n), f"c{n % 7}", int(n == 399), 1.0)
        for n in range(400)
    ]
    frame = pd.DataFrame(rows, columns=["journey", "date", "channel", "converted", "value"])
    assert read_paths(table_of(frame), "paths", 30).lengths.tolist() == [400]


def test_grouping_runs_in_the_database_and_names_no_journey():
    table = grouped_paths(touches(("jean", "2025-01-01", "a", 1, 3.0)), JourneyRules(lookback_days=30))
    assert list(table.columns) == ["path", "conversions", "nulls", "value"]


def aggregated(*rows):
    return table_of(pd.DataFrame(rows, columns=["path", "conversions", "value", "nulls"]))


def test_aggregated_paths_are_read_whatever_their_spaces():
    found = paths_of(aggregated(("a > b", 2, 20.0, 5), ("a>b", 1, 5.0, 0), (" c", 0, 0.0, 3)))
    assert found == {"a>b": (3, 5, 25), "c": (0, 3, 0)}


def test_aggregated_paths_need_neither_value_nor_nulls():
    assert paths_of(aggregated(("a > b", 2, 20.0, 5)).drop("value", "nulls")) == {"a>b": (2, 0, 0)}


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (aggregated(("a", 1, 1.0, 1)).limit(0), "found no journey, expected at least one: check the file and its `columns`"),
        (touches(("1", "2025-01-01", "a", 1, 3.0)).limit(0), "found no journey, expected at least one: check the file and its `columns`"),
        (aggregated(("a", -1, 1.0, 1)), "found a negative count or value for path a, expected 0 or more"),
        (aggregated(("a > > b", 1, 1.0, 1)), "path 'a>>b' has a touch without channel, expected names between >"),
    ],
)  # fmt: skip
def test_what_is_no_journey_is_refused_in_words(table, problem):
    with pytest.raises(UserInputError) as refused:
        read_paths(table, "paths", 30)
    assert str(refused.value) == f"paths: 1 problem\n  - {problem}"


SESSION = [
    ("1", "2025-01-01 10:00", "email", 0, 0.0),
    ("1", "2025-01-01 10:10", "email", 0, 0.0),
    ("1", "2025-01-01 10:45", "email", 0, 0.0),
    ("1", "2025-01-01 10:50", "tv", 0, 0.0),
    ("1", "2025-01-01 10:55", "email", 1, 9.0),
    ("1", "2025-01-01 10:55", "email", 1, 9.0),
]


def test_without_a_session_rule_every_line_is_a_touch():
    assert paths_of(touches(*SESSION)) == {"email>email>email>tv>email": (1, 0, 9), "email": (1, 0, 9)}


def test_a_session_is_one_touch_and_a_line_sent_twice_counts_once():
    # 10:10 follows 10:00 within half an hour; 10:45 does not follow 10:10 so closely.
    assert paths_of(touches(*SESSION), session_minutes=30) == {"email>email>tv>email": (1, 0, 9)}


def test_a_conversion_is_never_taken_for_the_touch_before_it():
    rows = [("1", "2025-01-01 10:00", "email", 0, 0.0), ("1", "2025-01-01 10:05", "email", 1, 9.0)]
    assert paths_of(touches(*rows), session_minutes=30) == {"email>email": (1, 0, 9)}


def test_time_decay_halves_with_every_half_life_and_is_averaged_over_journeys():
    rows = [
        ("1", "2025-01-01", "tv", 0, 0.0),
        ("1", "2025-01-08", "email", 1, 9.0),
        ("2", "2025-01-01", "tv", 0, 0.0),
        ("2", "2025-01-15", "email", 1, 9.0),
        ("3", "2025-01-15", "tv", 0, 0.0),
    ]
    found = read_paths(touches(*rows), "paths", JourneyRules(lookback_days=30, half_life_days=7.0))
    credit = credits(found)["time_decay"].conversions
    # Shares of email: 1 / 1.5 and 1 / 1.25.
    np.testing.assert_allclose(dict(zip(found.channels, credit, strict=True))["email"], 2 / 3 + 4 / 5)
    assert credit.sum() == pytest.approx(2.0)


def test_a_path_of_four_hundred_touches_is_read_whole():
    day = pd.Timestamp("2025-01-01")
    rows = [("1", str(day + pd.Timedelta(minutes=i)), f"c{i % 7}", int(i == 399), 5.0) for i in range(400)]
    found = read_paths(touches(*rows), "paths", 90)
    assert found.lengths.tolist() == [400]
    assert all(np.isfinite(credit.conversions).all() for credit in credits(found).values())


# Two implementations of the same rules: expressions in the database, arrays in this process.
@pytest.mark.parametrize("minutes", [0, 45])
def test_touches_grouped_in_memory_give_what_the_database_gives(monkeypatch, minutes):
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "journey": [f"j{number}" for number in rng.integers(0, 700, 4000)],
            "date": pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 90_000, 4000), unit="min"),
            "channel": np.array(["search", "éclair", "Social", None, "tv"])[rng.integers(0, 5, 4000)],
            "converted": (rng.random(4000) < 0.2).astype(int),
            "value": np.round(rng.gamma(2.0, 40.0, 4000), 2),
            "row": range(4000),
        }
    )
    rules = JourneyRules(lookback_days=20, session_minutes=minutes, half_life_days=3.0)
    here = read_paths(table_of(frame), "paths", rules)
    monkeypatch.setattr("mmm.attribution.paths.MOST_IN_MEMORY", 0)
    there = read_paths(table_of(frame), "paths", rules)
    assert here.channels == there.channels

    def rows(found):
        spelt = map(tuple, np.split(found.touches, found.first_touch[1:]))
        decay = found.decay.toarray().round(12).tolist()
        return sorted(
            zip(spelt, found.conversions, found.nulls, found.value.round(6), decay, strict=True),
            key=lambda row: row[0],
        )

    assert rows(here) == rows(there)
    assert len(here.lengths) > 200
