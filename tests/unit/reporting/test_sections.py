"""Sections of the pages: what they say, that they leave when there is nothing to say, that they escape."""

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pandas as pd
import pytest

from mmm.records import TABLES
from mmm.reporting import SECTIONS, in_language, page_section, read_report
from mmm.reporting.decisions import asked_decisions
from mmm.reporting.document import report_html
from mmm.reporting.moves import is_unsure, total_moved
from mmm.reporting.operational import _localised
from mmm.reporting.steps import sales_steps
from sample_run import build_sample_run

EVERY = [(page, section) for page, sections in SECTIONS.items() for section in sections]
ALWAYS = {"message", "limits"}


def text(html: str) -> str:
    """Keep what a reader sees, without tags and with ordinary spaces."""
    bare = re.sub(
        r"\s+", " ", re.sub(r"<[^>]+>", " ", re.sub(r"<(style|svg).*?</\1>", " ", html, flags=re.S))
    )
    return bare.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(("page", "section"), EVERY)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_section_is_well_formed_in_both_languages(french, language, page, section):
    html = page_section(in_language(french, language), page, section)
    assert html
    assert "{" not in text(html)
    assert "nan" not in text(html).lower().split()
    ElementTree.fromstring(f"<page>{html}</page>".replace("&nbsp;", " "))


@pytest.mark.parametrize(("page", "section"), EVERY)
def test_a_section_without_figures_is_absent_never_an_empty_frame(tmp_path, page, section):
    bare = read_report(build_sample_run(tmp_path, without={*TABLES, "simulator"}), "en")
    html = page_section(bare, page, section)
    assert (section in ALWAYS) or html == "", html


def test_the_message_says_what_to_do_what_it_brings_and_how_sure(french, english):
    assert (
        "Déplacer 111 k€ entre canaux (9 % du budget média du plan) : +283 k€ de marge attendue, probable (93 %)"
        in text(page_section(french, "strategic", "message"))
    )
    assert (
        "Move €111k between channels (9% of the planned media budget): +€283k of margin expected, likely (93%)"
        in text(page_section(english, "strategic", "message"))
    )
    assert "90% interval: €41.0k to €520k; model only" in text(page_section(english, "strategic", "message"))


def test_money_moved_counts_the_rises_once(english):
    # 18 % of 103,000 + 30 % of 163,750, 128,000 and 15,250: cuts are the same money leaving.
    moved, share = total_moved(english)
    assert moved == pytest.approx(0.18 * 103_000 + 0.3 * (163_750 + 128_000 + 15_250))
    assert share == pytest.approx(moved / 1_258_250)


def test_a_verdict_not_usable_asks_for_no_decision(tmp_path):
    report = read_report(build_sample_run(tmp_path, level="not_usable"), "en")
    assert asked_decisions(report) == []
    assert "Do not decide on this analysis" in text(page_section(report, "strategic", "message"))
    assert "the figures are shown to understand, not to decide" in text(
        page_section(report, "strategic", "header")
    )


def test_at_most_three_decisions_and_an_unsure_channel_is_tested_never_cut(english):
    asked = asked_decisions(english)
    assert [decision.kind for decision in asked] == ["adjust", "adjust", "test"]
    tested = asked[-1]
    # TV: 405,000 planned and the widest interval for its size, -0.32 to +1.00 around the break-even.
    assert tested.what.startswith("TV: measure its effect by a test on a limited scope before any cut")
    assert "(−0.32 to +1.00)" in tested.what
    assert tested.gain == "Spend at stake: €405k over the plan's horizon"
    assert is_unsure(english, "paid_social")
    assert not is_unsure(english, "search_brand")
    assert ("Confidence", "likely (93%), model only") in asked[0].facts


def test_the_test_that_is_worth_most_is_asked_for_with_its_worth(english):
    rows = [(1, "paid_social", "paid_social", 4, 0.2, 9e3, 8e3, None, None, None)]
    worth = pd.DataFrame(rows, columns=list(TABLES["value_of_information"]))
    tested = asked_decisions(replace(english, tables={**english.tables, "value_of_information": worth}))[-1]
    assert tested.kind == "test"
    assert "TV" not in tested.what
    assert tested.gain.startswith("The test is expected to bring €8,000 over the plan's horizon")


def test_a_plan_that_is_not_sure_enough_is_kept(english):
    summary = english.table("allocation_summary").copy()
    summary.loc[summary["quantity"] == "p_gain", "value"] = 0.55
    doubtful = replace(english, tables={**english.tables, "allocation_summary": summary})
    assert "Keep the current plan" in text(page_section(doubtful, "strategic", "message"))
    assert [decision.kind for decision in asked_decisions(doubtful)] == ["adjust", "test"]


def test_the_waterfall_lands_on_the_actual_total(english):
    steps = sales_steps(english)
    assert steps[0].end == pytest.approx(48.6e6)
    assert steps[-1].end == pytest.approx(52.3e6)
    assert steps[-2].end == pytest.approx(52.3e6)
    for before, after in pairwise(steps[1:-1]):
        assert after.start == pytest.approx(before.end)


def test_markup_in_a_label_is_shown_as_text(tmp_path):
    label = '<img src=x onerror="alert(1)">'
    report = read_report(build_sample_run(tmp_path, channel_label=label), "en")
    html = report_html(report)
    assert "<img" not in html
    assert "&lt;img src=x" in html


def test_the_single_file_asks_for_nothing_outside_itself(french):
    html = report_html(french)
    addresses = set(re.findall(r"https?://[^\"'\s<)]+", html))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "<script" not in html
    assert html.count("<h1") == 3


def test_every_chart_has_a_name_and_its_table(french):
    for page, sections in SECTIONS.items():
        for section in sections:
            html = page_section(french, page, section)
            assert html.count("<svg") == html.count('role="img"')
            assert html.count("<figure") == html.count('<details class="data">')
            assert html.count("<svg") == 2 * html.count("<figure") + html.count('class="middle"')


def test_ids_of_a_page_are_unique(french):
    html = "".join(page_section(french, "steering", section) for section in SECTIONS["steering"])
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_reasons_of_the_verdict_are_words_with_labels(english):
    header = text(page_section(english, "strategic", "header"))
    assert "Usable with caution" in header
    assert "1% of the cost is on channels of which the data say little (E-mail)" in header


def test_a_report_reads_the_run_that_latest_names(run_folder):
    report = read_report(run_folder.parent / "latest", "en")
    assert report.folder == run_folder


def test_an_outcome_without_a_value_in_money_shows_no_return(english):
    summary = english.table("channel_summary")
    summary = summary[summary["outcome"] == "new_customers"].copy()
    money = [name for name in summary.columns if name.startswith(("return_", "romi_", "mromi_"))]
    summary[money] = float("nan")
    kept = {name: table for name, table in english.tables.items() if name in {"fit", "findings"}}
    count = replace(english, tables={**kept, "channel_summary": summary})
    assert page_section(count, "steering", "returns") == ""
    assert (
        text(page_section(count, "strategic", "message"))
        .strip()
        .startswith("New customers: over the whole period media bring")
    )
    assert "No return in money" in text(page_section(count, "steering", "message"))
    assert "ROMI" not in text(page_section(count, "strategic", "figures"))


def test_the_order_of_outcomes_in_a_table_does_not_decide_which_channel_is_unsure(english):
    summary = english.table("channel_summary").copy()
    money = [name for name in summary.columns if name.startswith(("return_", "romi_", "mromi_"))]
    summary.loc[summary["outcome"] == "new_customers", money] = float("nan")
    counts_first = replace(english, tables={**english.tables, "channel_summary": summary.iloc[::-1]})
    assert is_unsure(counts_first, "paid_social")
    assert asked_decisions(counts_first)[-1].kind == "test"


def test_a_channel_that_the_plan_lowers_is_tested_before_going_further(english):
    allocation = english.table("allocation").copy()
    allocation.loc[allocation["channel"] == "tv", "delta"] = -5_000.0
    lowered = replace(english, tables={**english.tables, "allocation": allocation})
    assert "before going beyond the proposed decrease" in asked_decisions(lowered)[-1].what


def test_gains_of_a_split_and_of_a_budget_are_named_apart(english):
    split, size, _ = asked_decisions(english)
    assert split.gain.startswith("Expected effect on net margin: +€283k")
    assert size.gain.startswith("Expected effect on net margin, new split included: ")


def test_channels_of_which_the_data_say_little_are_named_beside_the_limits(english):
    assert "E-mail: the data say little of it" in text(page_section(english, "strategic", "limits"))


def test_break_even_on_margin_stands_beside_break_even_on_revenue(english):
    without = text(page_section(english, "steering", "returns"))
    assert "In margin" not in without
    priced = replace(english, manifest={**english.manifest, "margins": {"revenue": 0.42}})
    # Paying in margin takes a ROMI of 1 / 0.42 - 1 = +1.38; the surest, e-mail, starts at +0.97.
    assert "In margin (rate of 42%): 0." in text(page_section(priced, "steering", "returns"))
    assert "margin break-even" in page_section(priced, "steering", "returns")


def test_incremental_and_overall_ratios_are_named_apart(french):
    customers = text(page_section(french, "steering", "customers"))
    assert "LTV/CAC incrémental par canal" in customers
    assert "Le LTV/CAC global de la pyramide divise par tous les nouveaux clients" in customers


def test_alerts_that_are_not_shown_are_named(english):
    alerts = english.table("alerts")
    many = replace(english, tables={**english.tables, "alerts": alerts.iloc[[0, 1] * 4]})
    assert "Also open: " in text(page_section(many, "steering", "alerts"))


def test_figures_quoted_by_a_finding_are_written_as_the_reader_does(french):
    written = _localised(french, "5,513,241.98 - 5,512,723.98 = 518.00, 2026-08-09, new_customers")
    assert (
        written.replace("\u202f", " ") == "5 513 241,98 - 5 512 723,98 = 518, 9 août 2026, Nouveaux clients"
    )


def test_charts_of_thirty_channels_draw_the_largest_and_say_so(english):
    names = [f"channel_{number}" for number in range(30)]
    tables = dict(english.tables)
    for name in ("channel_summary", "allocation", "response_curves", "cac", "triangulation"):
        table = english.table(name)
        one = table[table["channel"] == "tv"]
        rest = table[table["channel"] == "all"]
        tables[name] = pd.concat([*(one.assign(channel=each) for each in names), rest], ignore_index=True)
    labels = {"channels": {name: f"Regional campaign of awareness {name}" for name in names}}
    many = replace(english, tables=tables, manifest={**english.manifest, "labels": labels})
    for page, section in (
        ("strategic", "budget"),
        ("steering", "returns"),
        ("steering", "curves"),
        ("steering", "customers"),
        ("steering", "attribution"),
    ):
        html = page_section(many, page, section)
        assert "12 channels drawn of 30, all in the table" in text(html), section
        assert "Regional campaign of awareness channel_29" in text(html)


def test_one_channel_that_keeps_its_budget_is_said_in_words(english):
    tables = {
        name: table[table["channel"].isin(["tv", "all"])] if "channel" in table else table
        for name, table in english.tables.items()
    }
    alone = replace(english, tables=tables)
    assert "Every channel keeps its budget." in text(page_section(alone, "strategic", "budget"))
    assert "no move of budget does better" in text(page_section(alone, "strategic", "message"))
    for page, section in EVERY:
        page_section(alone, page, section)


def test_channels_that_all_lose_money_are_named_not_praised(english):
    summary = english.table("channel_summary").copy()
    returns = [name for name in summary.columns if name.startswith(("return_", "romi_", "mromi_"))]
    summary[returns] -= 9.0
    losing = replace(english, tables={**english.tables, "channel_summary": summary})
    said = text(page_section(losing, "steering", "returns"))
    assert "with 95% of chances: 0 of 8. Not paying: 8 channels." in said
    assert asked_decisions(losing)[-1].kind != "test"


def test_the_plan_of_each_period_is_beside_the_forecast(french):
    html = page_section(in_language(french, "en"), "steering", "sales")
    assert text(html).count("€1.78M") == 13
    assert ">Plan</text>" in html
