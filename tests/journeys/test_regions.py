"""An analysis of several regions that sells subscriptions, from files to published pages."""

import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from mmm import cli
from mmm.customers import Contractual, survival
from mmm.simulate import ContractTruth, GeoWorldSize, simulate_contracts, simulate_geos

ROOT = Path(__file__).resolve().parents[2]
HEAD = """\
analysis: regions
title: {fr: Régions, en: Regions}
market: France
country: FR
currency: EUR
calendar: {frequency: weekly, start: 2022-01-03, end: 2023-12-31}
outcomes:
  revenue: {label: {fr: Ventes, en: Sales}, source: sales, column: revenue, unit: money, margin_rate: 0.4}
model: {controls: [price, temperature]}
allocation: {outcome: revenue, horizon_periods: 13, max_decrease: 0.3, max_increase: 0.3, geography: chosen}
customers: {source: subscribers, renewal_months: 1, margin_rate: 0.6, horizon_months: 24}
"""
RENEWING = {
    "channel_1": ContractTruth(share=0.5, alpha=0.8, beta=4.0, amount=20.0),
    "channel_2": ContractTruth(share=0.3, alpha=1.0, beta=2.0, amount=20.0),
    "channel_3": ContractTruth(share=0.2, alpha=0.7, beta=6.0, amount=20.0),
}
FIRST, LAST = date(2022, 1, 3), date(2023, 12, 31)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The run folder of a world of three regions, where one channel is national."""
    base = tmp_path_factory.mktemp("regions")
    world = simulate_geos(2, GeoWorldSize(n_geos=3, n_weeks=104, n_channels=3))
    (base / "params").mkdir()
    (base / "params" / "regions.yaml").write_text(write_exports(world.panel, base), encoding="utf-8")
    (base / "notebooks").symlink_to(ROOT / "notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["mmm", "run", str(base / "params/regions.yaml"), "--as-of", "2024-01-08"])
        with pytest.raises(SystemExit) as left:
            cli.main()
    assert left.value.code == 0
    (pointer,) = (base / "reports").glob("*/latest")
    return pointer.parent / pointer.read_text().strip()


def write_exports(panel: xr.Dataset, base: Path) -> str:
    """Write one file per channel, one of sales and prices, one of the plan; give the params."""
    text = [HEAD, "geos:"]
    people = zip(panel["geo"].to_numpy(), panel["population"].to_numpy(), strict=True)
    text += [f"  {name}: {{label: {{fr: {name}, en: {name}}}, population: {n}}}" for name, n in people]
    text += ["channels:"]
    text += [f"  {name}: {{label: {{fr: {name}, en: {name}}}}}" for name in panel["channel"].to_numpy()]
    text += ["sources:"]
    spend = panel["spend"].to_dataframe("spend").reset_index().rename(columns={"period": "date"})
    for name in panel["channel"].to_numpy():
        rows = spend[spend["channel"] == name][["date", "geo", "spend"]]
        is_national = bool(panel["is_national"].sel(channel=name))
        if is_national:
            rows = rows.groupby("date", as_index=False)["spend"].sum()
        rows.to_csv(base / f"{name}.csv", index=False)
        columns = "{date: date, spend: spend" + ("}" if is_national else ", geo: geo}")
        text += [f"  {name}: {{content: media, path: ../{name}.csv, channel: {name}, columns: {columns}}}"]
    facts = panel["control_value"].to_dataset("control").assign(revenue=panel["kpi"].sel(outcome="revenue"))
    facts.drop_vars("outcome").to_dataframe().reset_index().rename(columns={"period": "date"}).to_csv(
        base / "sales.csv", index=False
    )
    columns = "{date: date, geo: geo, price: price, temperature: temperature}"
    text += ["  sales: {content: outcome, path: ../sales.csv, columns: {date: date, geo: geo}}"]
    text += [f"  prices: {{content: control, path: ../sales.csv, columns: {columns}}}"]
    simulate_contracts(5, RENEWING, 4_000, first=FIRST, until=LAST).to_csv(
        base / "contracts.csv", index=False
    )
    text += ["  subscribers: {content: contracts, path: ../contracts.csv}"]
    weekly = spend.groupby("channel", as_index=False)["spend"].sum()
    weekly["spend"] /= panel.sizes["period"]
    weeks = pd.DataFrame({"date": pd.date_range("2024-01-01", periods=13, freq="W-MON")})
    weeks.merge(weekly, how="cross").to_csv(base / "plan.csv", index=False)
    text += [
        "  plan: {content: plan, path: ../plan.csv, columns: {date: date, channel: channel, spend: spend}}"
    ]
    return "\n".join(text) + "\n"


def test_what_regions_bring_adds_up_to_the_market(folder):
    by_geo = pd.read_parquet(folder / "tables" / "geo_returns.parquet").query("geo != 'all'")
    market = pd.read_parquet(folder / "tables" / "channel_summary.parquet").set_index("channel")
    total = by_geo.groupby("channel")["contribution_mean"].sum()
    np.testing.assert_allclose(total, market["contribution_mean"].reindex(total.index), rtol=1e-3)
    assert set(by_geo["geo"]) == {"geo_001", "geo_002", "geo_003"}


def test_regions_are_averaged_over_specifications_like_a_market(folder):
    table = pd.read_parquet(folder / "tables" / "specifications.parquet").set_index("specification")
    members = table.drop(index="average")
    assert len(members) == 3
    assert members["weight"].sum() == pytest.approx(1)
    assert (members["weight"] > 0).all()


def test_the_budget_of_each_channel_is_shared_out_between_regions(folder):
    cells = pd.read_parquet(folder / "tables" / "allocation_by_geo.parquet")
    plan = pd.read_parquet(folder / "tables" / "allocation.parquet").set_index("channel")["recommended"]
    shared = cells.groupby("channel")["recommended"].sum()
    np.testing.assert_allclose(shared, plan.reindex(shared.index), atol=0.01)


def test_the_page_says_where_to_spend(folder):
    page = (folder / "pages" / "strategic.fr.html").read_text(encoding="utf-8")
    assert "région par région" in page.lower() and "geo_002" in page


def test_the_value_of_a_subscriber_by_channel_holds_what_was_planted(folder):
    table = (
        pd.read_parquet(folder / "tables" / "customers.parquet")
        .query("segment == 'all'")
        .set_index("channel")
    )
    months = np.arange(24)
    for name, one in RENEWING.items():
        alive = survival(Contractual(alpha=one.alpha, beta=one.beta), months)
        planted = 0.6 * one.amount * float(alive @ 1.1 ** (-months / 12))
        assert table.loc[name, "ltv_mean"] == pytest.approx(planted, rel=0.1)
    assert table["ltv_mean"].idxmax() == "channel_3"


def test_renewals_are_shown_and_no_subscriber_is_named(folder):
    retention = pd.read_parquet(folder / "tables" / "retention.parquet")
    assert set(RENEWING) < set(retention["channel"])
    assert retention["retention_mean"].between(0, 1).all()
    page = (folder / "pages" / "steering.en.html").read_text(encoding="utf-8")
    assert "renew" in page.lower()
    names = pd.read_csv(folder.parents[2] / "contracts.csv")["customer"].astype(str)
    assert not any(name in page for name in names[:200])
