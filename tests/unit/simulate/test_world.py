"""What every world of the family must be, and that a seed means one world."""

import numpy as np
import pandas as pd
import pytest

from mmm.simulate import simulate_world

SEEDS = range(1, 21)


@pytest.fixture(scope="module")
def worlds():
    return {seed: simulate_world(seed, n_customers=300, n_journeys=300) for seed in SEEDS}


@pytest.fixture(scope="module")
def world():
    return simulate_world(1)


def test_a_seed_means_one_world(world):
    again = simulate_world(1)
    for name in ("media", "fees", "sales", "plan", "targets", "funnel", "nps", "transactions", "journeys"):
        pd.testing.assert_frame_equal(getattr(world, name), getattr(again, name))
    assert world.truth.faults == again.truth.faults


def test_twenty_seeds_are_twenty_worlds(worlds):
    totals = {tuple(world.truth.outcomes["revenue"].total.round(0).to_numpy()) for world in worlds.values()}
    assert len(totals) == len(SEEDS)


@pytest.mark.parametrize("outcome", ["revenue", "new_customers"])
def test_the_parts_add_up_to_what_is_written(worlds, outcome):
    # Law: identity, to the cent (or the customer).
    for world in worlds.values():
        truth = world.truth.outcomes[outcome]
        parts = truth.contribution.sum("channel") + truth.baseline.sum("component") + truth.noise
        np.testing.assert_allclose(parts, world.sales[outcome], atol=0.005)


def test_campaign_rows_add_up_to_the_spend_of_their_channel(worlds):
    for world in worlds.values():
        rows = world.media.pivot_table(index="date", columns="channel", values="spend", aggfunc="sum")
        spend = world.truth.media.spend
        np.testing.assert_allclose(rows[spend["channel"].to_numpy()], spend, atol=0.005)


def test_amounts_are_rounded_to_cents(world):
    for amounts in (world.media["spend"], world.fees["amount"], world.sales["revenue"]):
        np.testing.assert_array_equal(amounts, amounts.round(2))
    for amounts in (world.transactions["amount"], world.journeys["value"], world.plan["spend"]):
        np.testing.assert_array_equal(amounts, amounts.round(2))
        assert amounts.min() >= 0


def test_levels_are_those_of_a_retailer_of_fifty_million(worlds):
    for world in worlds.values():
        truth, cost = world.truth, world.truth.media.full_cost.sum("period")
        revenue = world.sales["revenue"]
        assert 0.95e6 < revenue.mean() < 1.15e6
        assert revenue.min() > 0.5e6
        assert 750 < world.sales["new_customers"].mean() < 930
        assert 0.15 < float(truth.outcomes["revenue"].total.sum()) / revenue.sum() < 0.35
        assert 0.08 < float(cost.sum()) / revenue.sum() < 0.14
        assert float(cost.sel(channel="email") / cost.sum()) < 0.01
        for outcome in truth.outcomes.values():
            written = world.sales[outcome.name].mean()
            assert 0.024 < float(outcome.noise.std()) / written < 0.06


def test_some_channels_pay_and_some_do_not(worlds):
    paying = []
    for world in worlds.values():
        returned = world.truth.outcomes["revenue"].total / world.truth.media.full_cost.sum("period")
        paying.append(int((0.42 * returned > 1.0).sum()))
    assert min(paying) >= 1
    assert max(paying) < 8


def test_radio_is_dark_every_summer_and_follows_television(worlds):
    together = []
    for world in worlds.values():
        spend = world.truth.media.spend
        summer = spend["period"].dt.month.isin([7, 8])
        assert float(spend.sel(channel="radio_ooh")[summer].max()) == 0.0
        table = pd.DataFrame(spend.to_numpy(), columns=spend["channel"].to_numpy()).corr()
        together.append((table.loc["tv", "radio_ooh"], table.loc["tv", "online_video"]))
    assert np.min(together) > 0.25
    assert np.median(together) > 0.6


def test_spend_does_not_answer_to_the_luck_of_sales(worlds):
    # Under independence |correlation| over 155 weeks exceeds 0.35 once in 70,000: 320 are drawn.
    for world in worlds.values():
        luck = world.truth.outcomes["revenue"].noise.to_numpy()[:-1]
        for channel in world.truth.media.spend["channel"].to_numpy():
            after = world.truth.media.spend.sel(channel=channel).to_numpy()[1:]
            assert abs(np.corrcoef(luck, after)[0, 1]) < 0.35


def test_twelve_campaign_lines_run_each_quarter(world):
    running = world.media[world.media["date"] == world.media["date"].max()]
    assert running["campaign"].nunique() == 12


def test_plan_and_targets_cover_the_last_year_and_the_next_quarter(world):
    assert world.plan["date"].nunique() == world.targets["date"].nunique() == 65
    assert world.plan["date"].max() == world.sales["date"].max() + pd.Timedelta(weeks=13)
    past = world.plan[world.plan["date"] <= world.sales["date"].max()]
    actual = world.media[world.media["date"] >= past["date"].min()]
    gap = actual.groupby("channel")["spend"].sum() / past.groupby("channel")["spend"].sum() - 1.0
    assert gap.abs().max() > 0.02
    assert gap.abs().max() < 0.6
    sales = world.sales.merge(world.targets, on="date", suffixes=("", "_target"))
    assert (sales["revenue"].sum() / sales["revenue_target"].sum()) == pytest.approx(1.0, abs=0.08)


def test_prices_run_past_the_last_week(world):
    assert len(world.prices) == 156 + 13


def test_the_funnel_narrows_and_ends_in_first_orders(worlds):
    for world in worlds.values():
        counts = world.funnel[["visits", "leads", "mql", "sql", "sales"]].to_numpy()
        assert (np.diff(counts, axis=1) < 0).all()
        differs = world.funnel["sales"].to_numpy() != world.sales["new_customers"].to_numpy()
        assert differs.sum() == 1  # the planted gap


def test_the_rate_from_lead_to_mql_drops_in_the_last_weeks(worlds):
    for world in worlds.values():
        rate = np.log(world.funnel["mql"] / world.funnel["leads"]).to_numpy()
        usual = rate[-29:-3]
        assert (rate[-3:] < usual.mean() - 4.0 * usual.std()).all()


def test_clicks_of_one_campaign_become_dear_in_the_last_weeks(worlds):
    for world in worlds.values():
        rows = world.media[world.media["campaign"].str.contains("GADS_SEAGEN_ACQ")]
        price = np.log(rows["spend"] / rows["clicks"]).to_numpy()
        usual = price[-28:-2]
        assert (price[-2:] > usual.mean() + 4.0 * usual.std()).all()


def test_journeys_end_in_at_most_one_order_which_is_the_last_touch(world):
    journeys = world.journeys
    orders = journeys.groupby("journey")["converted"].agg(["sum", "last"])
    assert journeys["journey"].nunique() == 60_000
    assert orders["sum"].max() == 1
    assert 0.10 < orders["sum"].mean() < 0.20
    assert (orders["sum"] == orders["last"]).all()
    assert (journeys["value"] > 0).eq(journeys["converted"] == 1).all()
    assert journeys["date"].max() < pd.Timestamp("2026-09-28")


def test_upper_funnel_starts_journeys_and_brand_search_ends_them(world):
    touches = world.journeys.drop_duplicates(["journey", "date", "channel"])
    bought = touches[touches.groupby("journey")["converted"].transform("max") == 1]
    several = bought[bought.groupby("journey")["channel"].transform("size") > 1]
    first = several.groupby("journey")["channel"].first().value_counts(normalize=True)
    last = several.groupby("journey")["channel"].last().value_counts(normalize=True)
    for channel in ("display", "online_video", "paid_social"):
        assert first[channel] > 1.5 * last[channel]
    for channel in ("search_brand", "email", "direct"):
        assert last[channel] > 1.5 * first[channel]


def test_every_fault_listed_is_in_the_tables(world):
    kinds = sorted(fault.kind for fault in world.truth.faults)
    assert kinds == [
        "clicks_above_impressions",
        "duplicate",
        "late_source",
        *["naming"] * 5,
        "spend_without_delivery",
        "total_gap",
        "total_gap",
    ]
    typed = set(world.media["campaign"])
    assert all(fault.where in typed for fault in world.truth.faults if fault.kind == "naming")
    assert (world.media["clicks"] > world.media["impressions"]).sum() == 1
    assert ((world.media["spend"] > 0) & (world.media["impressions"] == 0)).sum() == 1
    assert world.journeys.duplicated(["journey", "date", "channel"]).sum() == 1
    assert world.nps["date"].max() < world.sales["date"].max() - pd.Timedelta(weeks=6)
