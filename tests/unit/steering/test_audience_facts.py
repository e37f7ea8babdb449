"""Facts on the audience against figures added up by hand: the site, organic search, customers who leave."""

import numpy as np
import pandas as pd
import pytest

from mmm.params import read_params
from mmm.sources import read_sources
from mmm.steering.facts import fact_names, observed_facts

WEEK = pd.Timestamp("2026-09-14")
DECLARED = """
  site: {content: web, path: site.csv}
  pages: {content: web, path: pages.csv}
  range: {content: web, path: range.csv}
  google: {content: seo, path: google.csv}
  shop: {content: transactions, path: shop.csv}
customers: {source: shop, sales_cost: 3, new_customers: new_customers}
"""
FILES = {
    "site.csv": "date,label,visits,engaged_visits,page_views,engagement_seconds\n"
    "2026-09-14,A,100,60,300,9000\n2026-09-14,B,50,,70,500\n2026-09-21,A,10,5,20,\n",
    "pages.csv": "date,label,visits\n2026-09-14,/home,150\n",
    "range.csv": "date,date_end,label,visits\n2026-09-01,2026-09-30,A,99999\n",
    "google.csv": "date,impressions,clicks,position\n2026-09-14,900,9,2\n2026-09-16,100,5,12\n",
    "shop.csv": "customer,date,amount\na,2024-06-10,5\nb,2025-09-17,5\nc,2026-09-08,5\nc,2026-09-20,5\n",
}


@pytest.fixture(scope="module")
def observed(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("audience")
    for path in world.folder.glob("*"):
        (folder / path.name).write_text(path.read_text())
    params = (folder / "params.yaml").read_text()
    (folder / "params.yaml").write_text(params.replace("channels:", DECLARED.lstrip("\n") + "channels:", 1))
    for name, text in FILES.items():
        (folder / name).write_text(text)
    read = read_params(folder / "params.yaml")
    return read, observed_facts(read, read_sources(read), world.panel)


def test_two_reports_of_one_site_are_not_added_up(observed):
    assert observed[1].loc[WEEK, "web_visits"] == 150.0  # `pages` counts the same visits by page


def test_visits_of_all_origins_are_added_up_and_a_report_over_a_month_is_no_week(observed):
    week = observed[1].loc[WEEK, ["web_visits", "engaged_visits", "page_views", "engagement_seconds"]]
    assert week.tolist() == [150.0, 60.0, 370.0, 9_500.0]
    assert np.isnan(observed[1].loc["2026-09-21", "engagement_seconds"])
    assert np.isnan(observed[1].loc["2026-09-07", "web_visits"])


def test_a_position_counts_as_often_as_it_was_shown(observed):
    week = observed[1].loc[WEEK]
    assert week["organic_positions"] / week["organic_impressions"] == (900 * 2 + 100 * 12) / 1_000
    assert week["organic_clicks"] == 14


def test_customers_are_there_until_a_year_of_silence(observed):
    there, lost = (observed[1][name] for name in ("active_customers", "lost_customers"))
    assert np.isnan(there["2025-06-02"])  # less than a year of history
    assert there["2025-06-16":"2025-09-15"].tolist() == [0.0] * 14
    assert (there[WEEK], lost[WEEK]) == (2.0, 0.0 + 1.0)  # b falls silent on 17 September
    assert np.isnan(there["2026-09-28":]).all()


def test_selling_costs_go_with_new_customers(observed):
    assert observed[1].loc[WEEK, "selling_cost"] == 3 * observed[1].loc[WEEK, "new_customers"]


def test_their_names_are_known_to_formulas(observed):
    params, found = observed
    assert set(found.columns) <= set(fact_names(params))
