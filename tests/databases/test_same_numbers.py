"""Histories and journeys by the same expressions on DuckDB, PostgreSQL and Spark: the same numbers.

PostgreSQL is a server that the test starts (`make test-postgresql`), Spark a local session with
several partitions (`make test-spark`). DuckDB is the reference, and is held to hand-made and published figures elsewhere.
"""

from datetime import date

import ibis
import numpy as np
import pandas as pd
import pytest

from mmm.attribution import JourneyRules, credits, read_paths
from mmm.customers import LtvTerms, ltv_by_channel, pooled, read_contracts, read_history
from mmm.errors import UserInputError
from mmm.simulate import ContractTruth, simulate_contracts
from postgresql_server import running_server, server_binaries


def transactions(n=6000, seed=1):
    """Lines with refunds, zeros, days shared, missing channels, and amounts with cents."""
    rng = np.random.default_rng(seed)
    customer = rng.integers(0, 900, n)
    amount = np.round(rng.gamma(2.0, 25.0, n), 2) * np.where(rng.random(n) < 0.06, -1, 1)
    amount[rng.random(n) < 0.01] = 0.0
    day = pd.Timestamp("2025-01-01") + pd.to_timedelta(
        np.sort(rng.integers(0, 600, n)) - customer % 50, unit="D"
    )
    channel = np.where(rng.random(n) < 0.05, None, np.array(["search", "social", "tv"])[customer % 3])
    return pd.DataFrame(
        {
            "customer": [f"c{c}" for c in customer],
            "date": day,
            "amount": amount,
            "channel": channel,
            "row": range(n),
        }
    )


def touches(n=8000, seed=2):
    """Touches of several conversions per journey, some without channel, some sent twice."""
    rng = np.random.default_rng(seed)
    moment = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 100 * 1440, n), unit="min")
    channel = np.where(
        rng.random(n) < 0.03, None, np.array(["search", "Social", "éclair", "direct"])[rng.integers(0, 4, n)]
    )
    frame = pd.DataFrame(
        {
            "journey": [f"j{j}" for j in rng.integers(0, 2500, n)],
            "date": moment,
            "channel": channel,
            "converted": (rng.random(n) < 0.15).astype(int),
            "value": np.round(rng.gamma(2.0, 40.0, n), 2),
        }
    )
    frame = pd.concat([frame, frame.sample(200, random_state=1)], ignore_index=True)
    return frame.assign(row=range(len(frame)))


@pytest.fixture(scope="session")
def postgresql():
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    binaries = server_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed: make test-postgresql installs it")
    with running_server(binaries) as url:
        yield ibis.connect(url)


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    pytest.importorskip("pyspark", reason="pyspark is not installed: make test-spark installs it")
    from pyspark.sql import SparkSession

    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
        "spark.ui.enabled": "false",
    }
    builder = SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield ibis.pyspark.connect(session)
    session.stop()


@pytest.fixture(
    params=[
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("spark", marks=pytest.mark.spark),
    ]
)
def server(request):
    return request.getfixturevalue(request.param)


def on(backend, name, frame):
    return backend.create_table(name, ibis.memtable(frame).to_pyarrow(), overwrite=True)


def both(server, name, frame):
    return on(ibis.duckdb.connect(), name, frame), on(server, name, frame)


@pytest.mark.parametrize("end", [None, date(2026, 3, 1)])
def test_histories_are_the_same(server, end):
    ours, theirs = (read_history(table, "lines", end) for table in both(server, "lines", transactions()))
    assert [cohort.channel for cohort in ours.cohorts] == [cohort.channel for cohort in theirs.cohorts]
    for part, other in zip(ours.cohorts, theirs.cohorts, strict=True):
        for name in ("frequency", "recency", "age", "count"):
            np.testing.assert_array_equal(getattr(part.purchases, name), getattr(other.purchases, name))
        for name in ("frequency", "mean_spend", "count"):
            np.testing.assert_array_equal(getattr(part.spend, name), getattr(other.spend, name))
        np.testing.assert_array_equal(part.first_spend, other.first_spend)
        np.testing.assert_array_equal(part.first_count, other.first_count)
    for name in ("first_day", "observed_until", "n_left_out", "refunds", "refunds_unmatched"):
        assert getattr(ours, name) == getattr(theirs, name)
    terms = LtvTerms(margin_rate=0.4, discount_rate=0.1, horizon_months=12)
    values = [ltv_by_channel(found.cohorts, terms, 1, 200) for found in (ours, theirs)]
    for channel in values[0]:
        np.testing.assert_array_equal(values[0][channel].draws, values[1][channel].draws)
    assert pooled(ours.cohorts).n_customers == pooled(theirs.cohorts).n_customers


@pytest.mark.parametrize("months", [1, 3])
def test_contracts_are_the_same(server, months):
    truth = {
        "search": ContractTruth(share=0.6, alpha=0.8, beta=4.0),
        "tv": ContractTruth(share=0.4, alpha=1.0, beta=2.5),
    }
    made = simulate_contracts(4, truth, 1_500, first=date(2024, 1, 31), until=date(2026, 1, 4))
    made.loc[::97, "channel"] = None
    made.loc[::89, "date_end"] = made["date"] - pd.Timedelta(days=3)
    again = made.iloc[::50].assign(date=lambda rows: rows["date"] + pd.Timedelta(days=200), date_end=pd.NaT)
    frame = pd.concat([made, again], ignore_index=True)
    ours, theirs = (
        read_contracts(table, "subs", months, date(2026, 1, 4)) for table in both(server, "contracts", frame)
    )
    by = list(ours.lives.columns)
    pd.testing.assert_frame_equal(
        ours.lives.sort_values(by, ignore_index=True),
        theirs.lives[by].sort_values(by, ignore_index=True),
        check_dtype=False,
        rtol=1e-12,
    )
    assert (ours.first_day, ours.observed_until, ours.cut) == (
        theirs.first_day, theirs.observed_until, theirs.cut,
    )  # fmt: skip


@pytest.mark.parametrize("minutes", [0, 30])
def test_journeys_are_the_same(server, minutes):
    rules = JourneyRules(lookback_days=30, session_minutes=minutes)
    ours, theirs = (read_paths(table, "journeys", rules) for table in both(server, "touches", touches()))
    assert ours.channels == theirs.channels
    names = [
        sorted(
            zip(
                map(tuple, np.split(found.touches, found.first_touch[1:])),
                found.conversions,
                found.nulls,
                found.value,
                strict=True,
            )
        )
        for found in (ours, theirs)
    ]
    assert [row[:3] for row in names[0]] == [row[:3] for row in names[1]]
    np.testing.assert_allclose([row[3] for row in names[0]], [row[3] for row in names[1]], rtol=1e-12)
    credited = [credits(found) for found in (ours, theirs)]
    for method, credit in credited[0].items():
        np.testing.assert_allclose(
            credit.conversions, credited[1][method].conversions, rtol=1e-9, err_msg=method
        )


@pytest.mark.postgresql
def test_a_database_that_goes_away_is_a_message_and_no_half_table(postgresql):
    binaries = server_binaries()
    with running_server(binaries) as url:
        leaving = ibis.connect(url)
        table = on(leaving, "lines", transactions(500))
    with pytest.raises(UserInputError, match="the database stopped answering"):
        read_history(table, "lines")
