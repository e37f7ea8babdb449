"""A panel of several geos against figures worked out by hand; every row that belongs to none is refused."""

import numpy as np
import pytest

from four_weeks import label
from mmm.errors import UserInputError
from mmm.panel import build_panel, build_plan
from mmm.sources import read_sources

GEOS = {"geos": {"nord": {"label": label("Nord")["label"], "population": 3e6}}}
GEOS["geos"]["sud"] = {"label": {"fr": "Le Sud", "en": "South"}, "population": 1e6}
SEARCH = (
    {"content": "media", "channel": "search", "columns": {"geo": "region"}},
    "date,region,spend\n2026-08-31,nord,10\n2026-09-01,Le Sud,5\n2026-09-07, NORD ,20\n2026-09-14,south,7\n",
)
TV = ({"content": "media", "channel": "tv"}, "date,spend\n2026-08-31,100\n2026-09-14,300\n")
SALES = (
    {"content": "outcome", "columns": {"geo": "region"}},
    "date,region,ca\n2026-08-31,nord,900\n2026-08-31,sud,300\n2026-09-07,nord,800\n"
    "2026-09-07,sud,200\n2026-09-14,nord,700\n2026-09-14,sud,100\n",
)
PRICE = (
    {"content": "control", "columns": {"geo": "region", "price": "prix"}},
    "date,region,prix\n2026-08-31,nord,1\n2026-08-31,sud,2\n2026-09-07,nord,3\n"
    "2026-09-07,sud,4\n2026-09-14,nord,5\n2026-09-14,sud,6\n",
)
FEES = (
    {"content": "fees", "refresh": "monthly"},
    "date,channel,amount\n2026-08-01,search,310\n2026-09-01,search,600\n",
)
FILES = {"search": SEARCH, "tv": TV, "sales": SALES, "price": PRICE, "fees": FEES}
MODEL = {"model": {"controls": ["price"]}}


@pytest.fixture
def built(make_params):
    def build(files=None, **more):
        params = make_params({**FILES, **(files or {})}, **{**GEOS, **MODEL, **more})
        tables = read_sources(params)
        return params, tables, build_panel(params, tables)

    return build


def test_rows_go_to_their_geo_by_name_or_label_and_national_media_by_population(built):
    _, _, panel = built()
    search, tv = (panel["spend"].sel(channel=name) for name in ("search", "tv"))
    np.testing.assert_allclose(search.sel(geo="nord"), [10, 20, 0])
    np.testing.assert_allclose(search.sel(geo="sud"), [5, 0, 7])
    np.testing.assert_allclose(tv.sel(geo="nord"), [75, 0, 225])
    np.testing.assert_allclose(tv.sel(geo="sud"), [25, 0, 75])
    assert panel["is_national"].to_numpy().tolist() == [False, True]
    np.testing.assert_allclose(panel["kpi"].sel(outcome="revenue", geo="sud"), [300, 200, 100])
    np.testing.assert_allclose(panel["control_value"].sel(control="price", geo="sud"), [2, 4, 6])


def test_fixed_fees_follow_the_spend_of_the_channel_and_sum_to_themselves(built):
    _, _, panel = built()
    fixed = panel["fixed_cost"].sel(channel="search")
    # Six days of September's fee at 20 a day and one of August's at 10; 10 of 15 were spent in the north.
    assert float(fixed.sel(geo="nord")[0]) == pytest.approx((10 + 6 * 20) * 10 / 15)
    assert float(fixed.sum("geo")[1]) == pytest.approx(140)
    assert float(fixed.sel(geo="sud")[2]) == pytest.approx(140)


def test_a_plan_without_geos_follows_the_spend_so_far(built):
    plan = ({"content": "plan"}, "date,channel,spend\n2026-09-21,search,42\n2026-09-21,tv,80\n")
    params, tables, panel = built({"plan": plan})
    ahead = build_plan(params, tables, panel)
    assert float(ahead["spend"].sel(channel="search", geo="nord")[0]) == pytest.approx(30)
    assert float(ahead["spend"].sel(channel="tv", geo="sud")[0]) == pytest.approx(20)
    np.testing.assert_allclose(ahead["control_value"].sel(control="price", geo="nord")[0], 5)
    assert ahead["is_national"].to_numpy().tolist() == [False, True]


def test_geos_that_are_not_declared_are_refused_all_at_once(built):
    search = (SEARCH[0], SEARCH[1] + "2026-09-15,nordd,7\n2026-09-16,,7\n")
    sales = (SALES[0], SALES[1] + "2026-09-15,Corse,7\n")
    with pytest.raises(UserInputError) as refused:
        built({"search": search, "sales": sales})
    assert str(refused.value) == (
        "geos: 3 problems\n"
        "  - sources.search, column region: 1 rows without a geo, expected one of nord, sud: complete them\n"
        "  - sources.search, column region: nordd (1 rows) is not a declared geo, did you mean nord?\n"
        "  - sources.sales, column region: Corse (1 rows) is not a declared geo, known: nord, sud"
    )


def test_a_geo_without_sales_in_some_period_is_refused(built):
    sales = (SALES[0], SALES[1].replace("2026-09-07,sud,200\n", ""))
    with pytest.raises(UserInputError) as refused:
        built({"sales": sales})
    assert str(refused.value) == (
        "geos: 1 problem\n"
        "  - outcome revenue, geo sud: nothing in 2026-09-07, expected every period: "
        "complete its source, or remove the geo"
    )
