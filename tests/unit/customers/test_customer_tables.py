"""The customers' part from sources to published tables: joined where it may be, refused where not."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from hand_made_customers import CHANNELS, Source, make_panel, make_params, simulate_buyers, table_of
from mmm.customers import customer_tables
from mmm.params import RunParams
from mmm.records import TABLES
from mmm.sources import read_sources
from mmm.texts import say


@pytest.fixture(scope="module")
def orders():
    """A year of purchases: 1,200 customers, a tenth of them direct, four of them through `radio`."""
    bought = simulate_buyers(1_200, 52.0, seed=4)
    number = bought["customer"].str[1:].astype(int)
    origin = np.where(number % 10 == 0, "direct", np.where(number % 2 == 0, "search", "social"))
    return bought.assign(channel=np.where(number >= 1_196, "radio", origin))


@pytest.fixture(scope="module")
def brought():
    draws = np.random.default_rng(1).lognormal(5.0, 0.2, (400, 2))
    return xr.DataArray(draws, dims=("draw", "channel"), coords={"channel": list(CHANNELS)})


def run(orders, params=None, panel=None, brought=None):
    params = params or make_params(new_customers="new_customers")
    return customer_tables(params, {"orders": Source(table_of(orders))}, panel or make_panel(), brought)


def notices(result):
    return {check.check.removeprefix("customers."): check for check in result.notices}


def test_tables_have_their_published_columns_and_no_unknown_figure(orders, brought):
    result = run(orders, brought=brought)
    for name in ("customers", "cac"):
        assert tuple(result.tables[name].columns) == TABLES[name]
        known = result.tables[name].drop(columns="cac_marginal_mean", errors="ignore")
        assert not known.isna().any().any()


def test_channels_add_up_to_all_and_small_ones_are_not_published(orders):
    result = run(orders)
    table = result.tables["customers"].set_index("channel")
    # radio's 4 customers would be the total less the others: the smallest of these, direct, goes too.
    assert list(table.index) == ["all", "search", "social"]
    assert table.loc["all", "n_customers"] == 1_200
    assert table["n_customers"].drop("all").sum() == 1_200 - 4 - 120
    assert result.ltv["all"].draws.mean() == pytest.approx(table.loc["all", "ltv_mean"])
    assert notices(result)["small_cells"].subject == "direct, radio"


def test_the_same_seed_gives_the_same_bytes(orders, brought):
    first, second = (run(orders, brought=brought).tables for _ in range(2))
    for name, table in first.items():
        assert table.to_csv() == second[name].to_csv()


@pytest.mark.parametrize("days", [-7_000, 7_000])
def test_calendars_that_do_not_overlap_are_not_joined(orders, brought, days):
    result = run(orders.assign(date=orders["date"] + pd.Timedelta(days=days)), brought=brought)
    assert result.tables["cac"].empty
    assert tuple(result.tables["cac"].columns) == TABLES["cac"]
    assert len(result.tables["customers"]) == 3
    refusal = notices(result)["calendars_do_not_overlap"]
    assert (
        refusal.message == "The file of customers and media share no period: 0% of the periods are covered."
    )
    assert refusal.action.startswith("CAC and LTV/CAC are refused")


def test_paid_cac_counts_the_common_periods_only(orders):
    panel, half = make_panel(new_customers=1_200 / 52), orders["date"] < "2025-07-07"
    result = run(orders[half], make_params(), panel)
    table = result.tables["cac"].set_index("channel")
    counted = run(orders[half]).tables["customers"].set_index("channel")["n_customers"]
    assert table.loc["search", "cac_paid"] == pytest.approx(26 * 100.0 / counted["search"])
    assert table.loc["all", "cac_paid"] == pytest.approx(26 * 300.0 / counted["all"])
    assert notices(result)["calendar"].value == pytest.approx(0.5)


def test_an_extract_is_scaled_to_the_customers_that_sales_count(orders):
    whole = run(orders, panel=make_panel(new_customers=1_200 / 52))
    extract = run(orders, panel=make_panel(new_customers=5 * 1_200 / 52))
    paid = [result.tables["cac"].set_index("channel")["cac_paid"] for result in (whole, extract)]
    np.testing.assert_allclose(paid[1] * 5, paid[0])
    assert "complete_file" not in notices(whole)
    assert notices(extract)["complete_file"].value == pytest.approx(0.2)


def test_without_a_model_of_new_customers_cac_is_the_paid_one_and_says_so(orders):
    result = run(orders)
    np.testing.assert_allclose(result.tables["cac"]["cac_mean"], result.tables["cac"]["cac_paid"])
    assert "incremental" in notices(result)


def test_no_repeat_purchase_leaves_the_first_margin_and_says_so(orders):
    result = run(orders.drop_duplicates("customer"))
    first = orders.drop_duplicates("customer")["amount"].mean()
    assert result.tables["customers"].iloc[0]["ltv_mean"] == pytest.approx(0.5 * first, rel=0.01)
    assert notices(result)["repeat_purchases"].value == 0


def test_transactions_without_channel_give_a_total_alone(orders):
    result = run(orders.drop(columns="channel"))
    assert result.tables["customers"]["channel"].tolist() == ["all", "unknown"]
    cac = result.tables["cac"].set_index("channel")
    assert cac["n_customers"].isna().to_dict() == {"all": False, "search": True, "social": True}
    assert np.isfinite(cac.loc["all", "cac_paid"])
    assert notices(result)["no_customers_of_its_own"].subject == "search, social"


def test_a_handful_of_customers_publishes_nothing(orders):
    few = orders[orders["customer"] < "c000008"]
    result = run(few)
    assert result.tables["customers"].empty
    assert result.tables["cac"].empty
    assert "small_cells" in notices(result)


@pytest.mark.parametrize("content", ["transactions", "contracts"])
def test_amounts_are_turned_once_into_the_currency_of_the_analysis(tmp_path, content):
    # One dollar is half a euro here; the reader of sources converts, and nothing after it.
    (tmp_path / "orders.csv").write_text(
        "customer,date,date_end,amount,currency\na,2025-02-03,,100,USD\nb,2025-02-03,,100,EUR\n"
    )
    given = make_params().model_dump()
    orders = {"content": content, "path": str(tmp_path / "orders.csv")}
    params = RunParams.model_validate(given | {"sources": {**given["sources"], "orders": orders}})
    alone = params.model_copy(update={"sources": {"orders": params.sources["orders"]}})
    table = read_sources(alone)["orders"]
    assert table.select("amount", "ORDER BY customer")["amount"].tolist() == [50.0, 100.0]
    paid = customer_tables(params, {"orders": table}, make_panel()).ltv["all"].cumulative_margin[:, 0]
    assert paid.mean() == pytest.approx(0.5 * 75.0, rel=0.1)


def test_without_a_customers_section_there_is_no_table(orders):
    params = make_params().model_copy(update={"customers": None})
    assert run(orders, params).tables == {}


def test_every_check_has_its_words_in_both_languages(orders):
    early = orders.assign(date=orders["date"] - pd.Timedelta(days=7_000))
    checks = [*run(orders).checks, *run(early).checks]
    for check in checks:
        for language in ("fr", "en"):
            key = f"check.{check.check}"
            assert say(f"{key}.message", language, subject="x", value=check.value, threshold=check.threshold)
            assert say(f"{key}.action", language)


def test_no_identifier_is_published(orders, brought):
    result = run(orders, brought=brought)
    assert "c00" not in "".join(table.to_csv() for table in result.tables.values())


def test_transactions_that_go_on_after_the_calendar_stop_with_it(orders):
    later = pd.concat([orders, orders.tail(1).assign(date=pd.Timestamp(date(2030, 1, 1)))])
    plain, longer = (run(given).tables["customers"].set_index("channel") for given in (orders, later))
    assert longer["n_customers"].to_dict() == plain["n_customers"].to_dict()
    np.testing.assert_allclose(longer["ltv_mean"], plain["ltv_mean"], rtol=0.05)
