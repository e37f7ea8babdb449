"""Each rule sees the fault planted for it, on its row, and nothing else; clean files give nothing.

Evidence: faults planted by hand in files of four weeks.
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from four_weeks import FILES
from mmm.errors import UserInputError
from mmm.quality.rules import ROW_RULES, RULES
from mmm.quality.rules.units import unit_breaks
from mmm.texts import keys

SEARCH, TV, SALES, FEES = FILES["search"], FILES["tv"], FILES["sales"], FILES["fees"]
SUNDAY = {"calendar": {"start": "2026-08-30", "end": "2026-09-26"}}
MONTHLY = {"calendar": {"frequency": "monthly", "start": "2026-08-01", "end": "2026-09-30"}}
META = (
    "Reporting starts,Reporting ends,Campaign name,Amount spent (USD),Impressions\n"
    "2026-09-01,2026-09-20,FR_SEA_ACQ_2026Q3,10,100\n2026-09-14,2026-09-20,FR_SEA_ACQ_2026Q3,20,200\n"
)


CONTRACTS = "customer,date,date_end,amount\nc1,2026-09-01,,10\nc2,2026-09-02,2026-09-20,12\n"
SUBSCRIBED = {"subs": {"content": "contracts", "path": "subs.csv", "refresh": "once"}}
DEALS = (
    "Record ID,Deal Name,Deal Stage,Amount,Create Date,Close Date\n1,A,Won,5,2026-09-01,2026-09-02\n"
    "2,B,Won,7,2026-09-01,2026-09-02\n"
)
CRM = {"crm": {"content": "deals", "path": "crm.csv"}}


def spoilt(text: str, *replacements: tuple[str, str]) -> str:
    for old, new in replacements:
        assert text.count(old) == 1, f"{old} is there {text.count(old)} times"
        text = text.replace(old, new)
    return text


def seen(findings: pd.DataFrame, rule: str) -> list[tuple[str, int | None, str, str, str]]:
    found = findings[findings["rule"] == rule]
    return [
        (one.source, None if pd.isna(one.row) else int(one.row), one.column, one.severity, one.value)
        for one in found.itertuples()
    ]


def test_clean_files_give_no_finding(check):
    assert check().empty


def test_the_edge_of_what_is_allowed_is_allowed(check):
    equal = SEARCH.replace("101.5,9000,300,12", "101.5,300,300,300").replace("102.5,9000,300,12", "0,0,0,0")
    nps = FILES["nps"] + "2026-09-29,0\n2026-09-28,10\n"
    assert check({"search": equal, "nps": nps}).empty


PLANTED: dict[str, tuple[dict[str, Any], list[tuple[str, int | None, str, str, str]]]] = {
    "negative_amount": (
        {"files": {"tv": spoilt(TV, (",901", ",-901"))}},
        [("tv", 3, "spend", "fatal", "-901")],
    ),
    "negative_count": (
        {"files": {"search": spoilt(SEARCH, ("101.5,9000,300,12", "101.5,9000,300,-1"))}},
        [("search", 3, "conversions", "warning", "-1")],
    ),
    "not_a_number": (
        {"files": {"sales": spoilt(SALES, ("50900,401", "environ 50900,401"))}},
        [("sales", 3, "ca", "fatal", "environ 50900")],
    ),
    "unreadable_count": (
        {"files": {"search": spoilt(SEARCH, ("101.5,9000", "101.5,9000?"))}},
        [("search", 3, "impressions", "warning", "9000?")],
    ),
    "not_a_date": (
        {"files": {"tv": TV + "semaine 40,FR_TV_BRAND_2026Q3,1\n"}},
        [("tv", 6, "date", "fatal", "semaine 40")],
    ),
    "excel_serial_date": (
        {"files": {"tv": spoilt(TV, ("2026-09-07", "46272"))}},
        [("tv", 3, "date", "fatal", "46272")],
    ),
    "missing_kpi": (
        {"files": {"sales": spoilt(SALES, ("50900,401", ",401"))}},
        [("sales", 3, "ca", "fatal", "")],
    ),
    "missing_amount": (
        {"files": {"tv": spoilt(TV, (",901", ",--"))}},
        [("tv", 3, "spend", "warning", "")],
    ),
    "missing_fee": (
        {"files": {"fees": spoilt(FEES, (",310", ","))}},
        [("fees", 2, "amount", "fatal", "")],
    ),
    "missing_date": (
        {"files": {"tv": TV + ",FR_TV_BRAND_2026Q3,7\n"}},
        [("tv", 6, "date", "fatal", "")],
    ),
    "missing_campaign": (
        {"files": {"tv": TV + "2026-09-21,,7\n"}},
        [("tv", 6, "campaign", "warning", "7")],
    ),
    "future_date": (
        {"files": {"journeys": FILES["journeys"] + "2,2027-01-01 10:00:00,tv,0\n"}},
        [("journeys", 4, "date", "warning", "2027-01-01")],
    ),
    "clicks_above_impressions": (
        {"files": {"search": spoilt(SEARCH, ("101.5,9000,300", "101.5,200,300"))}},
        [("search", 3, "clicks", "warning", "300 > 200")],
    ),
    "conversions_above_clicks": (
        {"files": {"search": spoilt(SEARCH, ("101.5,9000,300,12", "101.5,9000,300,312"))}},
        [("search", 3, "conversions", "warning", "312 > 300")],
    ),
    "spend_without_delivery": (
        {"files": {"search": spoilt(SEARCH, ("101.5,9000,300,12", "101.5,,,"))}},
        [("search", 3, "spend", "warning", "101.5")],
    ),
    "delivery_without_spend": (
        {"files": {"search": spoilt(SEARCH, ("101.5,9000", "0,9000"))}},
        [("search", 3, "impressions", "warning", "9000")],
    ),
    "broken_accents": (
        {"files": {"tv": spoilt(TV, ("2026-09-07,FR_TV_BRAND_2026Q3", "2026-09-07,TÃ©lÃ©"))}},
        [("tv", 3, "campaign", "warning", "TÃ©lÃ©")],
    ),
    "score_outside_scale": (
        {"files": {"nps": FILES["nps"] + "2026-09-26,11\n2026-09-26,7.5\n"}},
        [("nps", 4, "score", "warning", "11"), ("nps", 5, "score", "warning", "7.5")],
    ),
    "missing_score": (
        {"files": {"nps": FILES["nps"] + "2026-09-26,-\n"}},
        [("nps", 4, "score", "note", "")],
    ),
    "missing_customer": (
        {"files": {"buys": FILES["buys"] + ",2026-09-21,5\n"}},
        [("buys", 4, "customer", "warning", "5")],
    ),
    "refund": (
        {"files": {"buys": FILES["buys"] + "a,2026-09-21,-5\n"}},
        [("buys", 4, "amount", "note", "-5")],
    ),
    "conversion_flag": (
        {"files": {"journeys": FILES["journeys"] + "2,2026-09-23 09:00:00,tv,2\n"}},
        [("journeys", 4, "converted", "warning", "2")],
    ),
    "negative_value": (
        {"files": {"funnel": spoilt(FILES["funnel"], ("800,401", "800,-401"))}},
        [("funnel", 3, "sales", "warning", "-401")],
    ),
    "missing_value": (
        {"files": {"funnel": spoilt(FILES["funnel"], ("800,401", ",401"))}},
        [("funnel", 3, "leads", "warning", "")],
    ),
    "empty_source": (
        {"files": {"buys": "customer,date,amount\n"}},
        [("buys", None, "", "fatal", "buys.csv")],
    ),
    "not_aligned": (
        {"files": {"sales": SALES.replace("2026-08-31", "2026-09-06").replace("2026-09-07", "2026-09-13")
                   .replace("2026-09-14", "2026-09-20").replace("2026-09-21", "2026-09-27")}},
        [("sales", 2, "date", "fatal", "2026-09-06, Sunday")],
    ),
    "range_across_periods": (
        {"files": {"search": META}, "exchange_rates": {"USD": 0.9}},
        [("search", 2, "Reporting starts", "fatal", "2026-09-01 - 2026-09-20")],
    ),
    "duplicate_period": (
        {"files": {"sales": SALES + "2026-09-07,1,1\n"}},
        [("sales", 6, "date", "fatal", "2026-09-07")],
    ),
    "kpi_gap": (
        {"calendar": {"start": "2026-08-24", "end": "2026-10-11"}},
        [
            ("sales", None, "date", "fatal", "2026-08-24 (1)"),
            ("sales", None, "date", "fatal", "2026-09-28 - 2026-10-05 (2)"),
        ],
    ),
    "control_gap": (
        {"files": {"prices": spoilt(FILES["prices"], ("2026-09-07,101\n", ""))}},
        [("prices", None, "price", "fatal", "2026-09-07 (1)")],
    ),
    "duplicate_row": (
        {"files": {"tv": TV + "2026-09-07,FR_TV_BRAND_2026Q3,901\n"}},
        [("tv", 6, "date", "warning", "2026-09-07, 901.00")],
    ),
    "media_gap": (
        {"files": {"tv": spoilt(TV, ("2026-09-07,FR_TV_BRAND_2026Q3,901\n", ""))}},
        [("tv", None, "date", "warning", "2026-09-07 (1)")],
    ),
    "late": (
        {"files": {"nps": "date,score\n2026-09-02,10\n2026-09-08,9\n"}, "sources": {"nps": {"refresh": "weekly"}}},
        [("nps", None, "date", "warning", "2026-09-08, 21")],
    ),
    "outside_calendar": (
        {"calendar": {"start": "2026-09-07", "end": "2026-09-27"}, "files": {"prices": FILES["prices"]}},
        [(name, None, "date", "note", "1") for name in ("search", "tv", "sales")],
    ),
    "currency_without_rate": (
        {"sources": {"tv": {"currency": "USD"}, "sales": {"currency": "GBP"}}, "exchange_rates": {"GBP": 1.2}},
        [("tv", None, "currency", "fatal", "USD")],
    ),
    "other_currency": (
        {
            "files": {"tv": "date,spend,currency\n2026-09-07,5,EUR\n2026-09-14,5,USD\n2026-09-21,6,USD\n"},
            "sources": {"tv": {"currency": "EUR"}},
            "exchange_rates": {"USD": 0.9},
        },
        [("tv", 3, "currency", "fatal", "USD / EUR")],
    ),
    "vat": (
        {"sources": {"fees": {"vat": "included"}}},
        [("fees", None, "", "fatal", "included / excluded")],
    ),
    "unknown_channel": (
        {"files": {"fees": FEES + "2026-09-01,tvv,agency,10\n2026-09-02,tvv,agency,10\n"}},
        [("fees", 4, "channel", "fatal", "tvv")],
    ),
    "channel_without_spend": (
        {"files": {"tv": TV.replace(",90", ",0*").replace("*", "") .replace(",00", ",0").replace(",01", ",0")
                   .replace(",02", ",0").replace(",03", ",0")}},
        [("search, tv", None, "channel", "fatal", "tv")],
    ),
    "naming": (
        {"files": {"tv": spoilt(TV, ("2026-09-07,FR_TV_BRAND_2026Q3", "2026-09-07,FR-TV-BRAND-2026Q3"))}},
        [("tv", 3, "campaign", "warning", "FR-TV-BRAND-2026Q3")],
    ),
    "total_gap": (
        {"files": {"tv": TV + "Total,,3700\n"}},
        [("tv", 6, "spend", "warning", "3,700.00 - 3,606.00 = 94.00")],
    ),
    "funnel_order": (
        {"files": {"funnel": spoilt(FILES["funnel"], ("9000,800,401", "700,800,401"))}},
        [("funnel", 3, "leads", "warning", "800 > 700")],
    ),
    "duplicate_touch": (
        {"files": {"journeys": FILES["journeys"] + "1,2026-09-20 10:00:00,tv,0\n"}},
        [("journeys", 4, "journey", "warning", "1, 2026-09-20 10:00:00, tv")],
    ),
    "plan_gap": (
        {
            "files": {"plan": "date,channel,spend\n2026-08-31,tv,5\n2026-08-31,search,5\n2026-09-07,search,5\n"
                              "2026-09-14,tv,5\n2026-09-14,search,5\n"},
            "sources": {"plan": {"content": "plan", "path": "plan.csv"}},
        },
        [("plan", None, "date", "warning", "tv: 2026-09-07 - 2026-09-07 (1)")],
    ),
    "missing_sale": (
        {"files": {"buys": FILES["buys"] + "a,2026-09-21,\n"}},
        [("buys", 4, "amount", "warning", "")],
    ),
    "extreme_amount": (
        {"files": {"buys": FILES["buys"] + "".join(f"c{at},2026-09-21,{20 + at}\n" for at in range(30))
                   + "d,2026-09-21,1000000000\nd,2026-09-21,-1e9\n"}},
        [("buys", 34, "amount", "warning", "1,000,000,000.00"),
         ("buys", 35, "amount", "warning", "-1,000,000,000.00")],
    ),
    "journey_channel": (
        {"files": {"journeys": FILES["journeys"] + "2,2026-09-23 09:00:00,serach,1\n"}},
        [("journeys", 4, "channel", "warning", "serach")],
    ),
    "customer_channel": (
        {"files": {"shop": "customer,date,amount,channel\nc1,2026-09-01,10,search\nc2,2026-09-02,20,Direct\n"
                           "c2,2026-09-03,20,serach\nc3,2026-09-03,20,kiosk\n"},
         "sources": {"shop": {"content": "transactions", "path": "shop.csv", "refresh": "once"}}},
        [("shop", 4, "channel", "warning", "serach"), ("shop", 5, "channel", "warning", "kiosk")],
    ),
    "refunds_exceed": (
        {"files": {"shop": "customer,date,amount\nc1,2026-09-01,10\nc1,2026-09-02,-30.5\nc2,2026-09-02,20\n"},
         "sources": {"shop": {"content": "transactions", "path": "shop.csv", "refresh": "once"}}},
        [("shop", None, "amount", "warning", "30.50 > 30.00")],
    ),
    "visits_gap": (
        {"files": {"funnel": spoilt(FILES["funnel"], ("9000,800,401", "250,240,401"))}},
        [("funnel", 3, "visits", "warning", "300 > 250")],
    ),
    "claimed_sales": (
        {"files": {"search": spoilt(SEARCH, ("101.5,9000,300,12", "101.5,9000,1300,412"))},
         "quality": {"sales_tolerance": 0.02, "severity": {"claimed_sales": "note"}}},
        [("funnel", 3, "sales", "note", "412 > 401")],
    ),
    "cost_gap": (
        {
            "files": {
                "search": "date,campaign,spend\n" + "".join(
                    f"{day.date()},FR_SEA_ACQ_2026Q3,10\n" for day in pd.date_range("2026-08-31", "2026-10-01")),
                "books": "mois,canal,montant\n2026-08-01,search,999\n2026-09-01,search,270\n2026-09-01,tv,5\n",
            },
            "sources": {"books": {"content": "ledger", "path": "books.csv", "refresh": "monthly",
                                  "columns": {"date": "mois", "channel": "canal", "amount": "montant"}}},
        },
        [("books", 3, "montant", "warning", "search, 2026-09: 300.00 / 270.00")],
    ),
    "duplicate_deal": (
        {"files": {"crm": DEALS + "1,Encore,Won,5,2026-09-03,2026-09-04\n"}, "sources": CRM},
        [("crm", 4, "Record ID", "warning", "1")],
    ),
    "closed_before_created": (
        {"files": {"crm": DEALS + "3,Tard,Won,5,2026-09-05,2026-09-04\n"}, "sources": CRM},
        [("crm", 4, "Close Date", "warning", "2026-09-04 < 2026-09-05")],
    ),
    "missing_deal_amount": (
        {"files": {"crm": DEALS + "3,Rien,Lost,,2026-09-03,2026-09-04\n"}, "sources": CRM},
        [("crm", 4, "Amount", "note", "Lost")],
    ),
    "users_above_visits": (
        {"files": {"site": "label,nb_visits,nb_uniq_visitors,nb_actions\nGoogle,90000,80000,1\nBing,5,6,7\n"},
         "sources": {"site": {"content": "web", "path": "site.csv"}}},
        [("site", 3, "nb_uniq_visitors", "warning", "6 > 5")],
    ),
    "opens_above_sends": (
        {"files": {"news": "date,campaign,spend,impressions,opens\n2026-08-31,FR_SEA_ACQ_2026Q3,5,100,100\n"
                           "2026-09-07,FR_SEA_ACQ_2026Q3,5,100,101\n"},
         "sources": {"news": {"content": "media", "path": "news.csv", "channel": "search", "refresh": "once"}}},
        [("news", 3, "opens", "warning", "101 > 100")],
    ),
    "engaged_above_visits": (
        {"files": {"site": "label,visits,engaged_visits\nGoogle,90000,80000\nBing,5,6\n"},
         "sources": {"site": {"content": "web", "path": "site.csv"}}},
        [("site", 3, "engaged_visits", "warning", "6 > 5")],
    ),
    "position_below_one": (
        {"files": {"seo": "date,impressions,clicks,position\n2026-09-07,90,9,1\n2026-09-14,90,9,0.9\n"},
         "sources": {"seo": {"content": "seo", "path": "seo.csv", "refresh": "once"}}},
        [("seo", 3, "position", "warning", "0.9")],
    ),
    "duplicate_sale": (
        {"files": {"shop": "customer,date,amount\nc1,2026-09-01,10\nc2,2026-09-02,20\nc1,2026-09-01,10\n"
                           "c2,2026-09-02,20\nc2,2026-09-03,20\n"},
         "sources": {"shop": {"content": "transactions", "path": "shop.csv", "refresh": "once"}}},
        [("shop", 5, "amount", "warning", "2 / 5")],
    ),
    "no_repeat_purchase": (
        {"files": {"shop": "customer,date,amount\n" + "".join(f"c{at},2026-09-0{at},1{at}\n" for at in range(1, 10))
                           + "c0,2026-09-02,20\nc0,2026-09-02,30\nc0,2026-09-09,-20\n"},
         "sources": {"shop": {"content": "transactions", "path": "shop.csv", "refresh": "once"}}},
        [("shop", None, "customer", "warning", "10")],
    ),
    "no_conversion": (
        {"files": {"ways": "path,conversions,nulls\n" + "search > tv,0,3\n" * 9 + "tv,0,4\n"},
         "sources": {"ways": {"content": "journeys", "path": "ways.csv", "refresh": "once"}}},
        [("ways", None, "conversions", "warning", "10")],
    ),
    "ends_before_start": (
        {"files": {"subs": CONTRACTS + "c3,2026-09-05,2026-09-04,10\n"}, "sources": SUBSCRIBED},
        [("subs", 4, "date_end", "warning", "2026-09-04 < 2026-09-05")],
    ),
    "duplicate_contract": (
        {"files": {"subs": CONTRACTS + "c1,2026-09-01,2026-09-09,10\n"}, "sources": SUBSCRIBED},
        [("subs", 4, "date", "warning", "2026-09-01")],
    ),
    "duplicate_purchase": (
        {"files": {"tags": "date,event,transaction\n2026-09-01,purchase,T1\n2026-09-02,view,T1\n"
                           "2026-09-02,purchase,T1\n"},
         "sources": {"tags": {"content": "events", "path": "tags.csv", "refresh": "once"}}},
        [("tags", 4, "transaction", "warning", "T1")],
    ),
    "unfinished_events": (
        {"files": {"tags": "date,event\n2026-09-27,view\n"},
         "sources": {"tags": {"content": "events", "path": "tags.csv", "refresh": "once"}}},
        [("tags", None, "date", "note", "2026-09-27")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_fault_is_seen_on_its_row(rule, check):
    spoil, expected = PLANTED[rule]
    assert seen(check(**spoil), rule) == expected


def test_a_gap_between_funnel_and_sales_is_seen_where_they_otherwise_agree(check):
    weeks = pd.date_range("2026-06-01", periods=17, freq="7D").strftime("%Y-%m-%d")
    funnel = "date,visits,leads,sales\n" + "".join(
        f"{week},9000,800,{400 + at}\n" for at, week in enumerate(weeks)
    )
    sales = "date,ca,clients\n" + "".join(
        f"{week},50000,{420 if at == 5 else 400 + at}\n" for at, week in enumerate(weeks)
    )
    findings = check({"funnel": funnel, "sales": sales})
    assert seen(findings, "funnel_gap") == [("funnel", 7, "sales", "warning", "405 / 420 (customers)")]
    unrelated = funnel.replace(",800,4", ",800,3")
    assert seen(check({"funnel": unrelated, "sales": sales}), "funnel_gap") == []


@pytest.mark.parametrize(("factor", "position"), [(10.0, 20), (100.0, 3), (0.01, 37), (1000.0, 0)])
def test_one_value_in_another_unit_is_found(factor, position):
    values = 100 * np.exp(np.random.default_rng(1).normal(0, 0.15, 40))
    assert unit_breaks(values) == []
    values[position] *= factor
    assert unit_breaks(values) == [(position, pytest.approx(factor))]


@pytest.mark.parametrize("factor", [100.0, 0.001])
def test_a_change_of_unit_is_found_where_it_begins(factor):
    values = 100 * np.exp(np.random.default_rng(2).normal(0, 0.15, 40))
    values[23:] *= factor
    assert unit_breaks(values) == [(23, pytest.approx(factor))]


@pytest.mark.parametrize("seed", range(20))
def test_seasons_growth_and_campaigns_are_no_change_of_unit(seed):
    rng = np.random.default_rng(seed)
    season = 1 + 0.8 * np.sin(2 * np.pi * np.arange(156) / 52)
    noise = np.exp(rng.normal(0, 0.2, 156))
    flights = np.where(rng.random(156) < 0.3, rng.gamma(2.0, 5_000.0, 156), 50.0)
    assert unit_breaks(1000 * season * noise * np.exp(0.005 * np.arange(156))) == []
    for spend in (rng.gamma(2.0, 100.0, 156), flights):
        assert unit_breaks(spend, (100.0, 1000.0), singles=False) == []


def test_a_week_of_sales_in_cents_is_seen_on_its_line(check):
    weeks = pd.date_range("2026-06-01", periods=17, freq="7D").strftime("%Y-%m-%d")
    sales = "date,ca,clients\n" + "".join(
        f"{week},{5_000_000 if at == 9 else 50_000 + 300 * at},400\n" for at, week in enumerate(weeks)
    )
    assert seen(check({"sales": sales}), "unit_break") == [
        ("sales", 11, "ca", "warning", "5,000,000.00 (x 100)")
    ]


def test_suggestions_are_the_action(check):
    findings = check(
        {
            "fees": FEES + "2026-09-01,tvv,agency,10\n",
            "tv": TV.replace("2026-09-07,FR_TV_BRAND_2026Q3", "46272,FR-TV-BRAND-2026Q3"),
        }
    )
    actions = dict(findings[["rule", "action"]].itertuples(index=False))
    assert actions["unknown_channel"] == "→ tv"
    assert actions["naming"] == "→ FR_TV_BRAND_2026Q3"
    assert actions["excel_serial_date"] == "→ 2026-09-07"


def test_an_unreadable_cell_is_not_said_to_be_empty_as_well(check):
    findings = check({"sales": spoilt(SALES, ("50900,401", "n.c.,401"))})
    assert findings["rule"].tolist() == ["not_a_number"]


def test_every_rule_is_tested_here_and_has_its_sentences():
    elsewhere = {"unit_break", "funnel_gap", "negative_path", "plan_too_short"}
    names = {rule.name for rule in (*RULES, *ROW_RULES)}
    assert names - elsewhere == set(PLANTED)
    known = set(keys("en"))
    for rule in (*RULES, *ROW_RULES):
        assert f"finding.{rule.name}.message" in known
        assert getattr(rule, "suggests", False) != (f"finding.{rule.name}.action" in known)


def test_a_plan_shorter_than_the_horizon_is_seen(check):
    plan = "date,channel,spend\n2026-09-28,tv,100\n2026-10-05,tv,100\n"
    findings = check(
        {"plan": plan},
        {"plan": {"content": "plan", "path": "plan.csv", "refresh": "yearly"}},
        allocation={"outcome": "revenue", "horizon_periods": 4},
    )
    assert seen(findings, "plan_too_short") == [
        ("plan", None, "date", "warning", "2026-10-12 - 2026-10-19 (2)")
    ]


def test_negative_aggregated_paths_are_fatal(check):
    findings = check({"journeys": "path,conversions\na > b,2\nb,-1\n"})
    assert seen(findings, "negative_path") == [("journeys", 3, "conversions", "fatal", "-1")]


def test_weekly_rows_in_a_monthly_analysis_are_one_finding(check):
    head = "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR),Impressions\n"
    mondays = pd.date_range("2026-08-03", periods=9, freq="7D")
    rows = "".join(
        f"{day.date()},{(day + pd.Timedelta(days=6)).date()},FR_SEA_ACQ_2026Q3,10,100\n" for day in mondays
    )
    found = check({"search": head + rows}, **MONTHLY)
    assert seen(found, "range_across_periods") == [
        ("search", 6, "Reporting starts", "fatal", "2026-08-31 - 2026-09-06 (2 / 9)")
    ]


def test_declared_severities_are_those_of_the_findings(check):
    assert set(
        check({"tv": TV + "Total,,3700\n"}, quality={"severity": {"total_gap": "fatal"}})["severity"]
    ) == {"fatal"}
    with pytest.raises(
        UserInputError, match="quality.severity.total_gpa: no such rule, did you mean total_gap"
    ):
        check(quality={"severity": {"total_gpa": "note"}})


@pytest.mark.parametrize("name", ["tv", "direct", "organic", "Referral"])
def test_declared_and_organic_channels_of_journeys_are_no_finding(name, check):
    assert check({"journeys": FILES["journeys"] + f"2,2026-09-23 09:00:00,{name},1\n"}).empty


def test_usual_amounts_that_vary_a_lot_are_not_extreme(check):
    amounts = np.random.default_rng(3).lognormal(4, 1.5, 5_000).round(2)
    buys = "customer,date,amount\n" + "".join(f"c,2026-09-21,{amount}\n" for amount in amounts)
    assert check({"buys": buys}).empty


def test_a_line_of_the_site_or_of_organic_search_that_is_there_twice_is_seen(check):
    findings = check(
        files={
            "site": "date,label,visits\n2026-09-07,Google,90000\n2026-09-07,Bing,0\n2026-09-07,Bing,0\n"
            "2026-09-07,Google,90000\n2026-09-14,Google,90000\n",
            "seo": "date,impressions,clicks,position\n2026-09-07,900,9,2\n2026-09-07,900,9,2\n",
        },
        sources={
            "site": {"content": "web", "path": "site.csv", "refresh": "once"},
            "seo": {"content": "seo", "path": "seo.csv", "refresh": "once"},
        },
    )
    assert seen(findings, "duplicate_row") == [
        ("site", 5, "visits", "warning", "Google, 90,000"),
        ("seo", 3, "impressions", "warning", "900"),
    ]
