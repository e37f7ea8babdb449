"""The KPI reference: every problem in one message, and the pyramid leads to money."""

import pytest

from mmm.errors import UserInputError
from mmm.steering import read_kpi_reference

ENTRY = """
  {name}:
    label: {{fr: Nom, en: Name}}
    definition: {{fr: Définition, en: Definition}}
    formula: {formula}
    unit: share
    direction: {direction}
    level: tactical
    owner: marketing
    source: {{fr: CRM, en: CRM}}
    action: {{fr: Agir, en: Act}}
{more}"""


def reference(path, *entries):
    path.write_text("kpis:" + "".join(entries))
    return read_kpi_reference(path)


def entry(name, formula="sum(clicks)", direction="higher", more=""):
    return ENTRY.format(name=name, formula=formula, direction=direction, more=more)


def test_the_reference_of_the_project_is_complete_and_leads_to_money(root):
    found = read_kpi_reference(root / "params" / "kpis.yaml")
    assert len(found.kpis) >= 20
    assert [name for name in found.kpis if not found.leads_to_finance(name)] == []
    assert {kpi.level for kpi in found.kpis.values()} == {"strategic", "tactical", "operational"}
    for kpi in found.kpis.values():
        for text in (kpi.label, kpi.definition, kpi.source, kpi.action):
            assert text.fr.strip() and text.en.strip()
    assert found.path("search_cpc") == ("search_cpc", "cpc", "cpl", "cac", "ltv_cac")


ASKED = {
    "ROMI": ("romi_incremental", "romi_attributed"),
    "CAC": ("cac", "cac_incremental"),
    "LTV": ("ltv", "ltv_cac"),
    "funnel": ("ctr", "visit_to_lead", "lead_to_mql", "mql_to_sql", "sql_to_sale", "visit_to_sale"),
    "customers": ("nps", "churn", "repurchase_rate", "basket"),
    "prices": ("cpc", "cpl", "cpa_platform"),
    "reactions": ("social_ctr", "email_open_rate", "engagement_rate", "social_engagement"),
    "audience": ("visits", "organic_traffic", "average_position", "time_per_page"),
}


@pytest.mark.parametrize("family", ASKED)
def test_every_usual_kpi_is_in_the_reference(root, family):
    assert set(ASKED[family]) <= set(read_kpi_reference(root / "params" / "kpis.yaml").kpis)


def test_every_problem_of_a_reference_is_said_at_once(tmp_path):
    with pytest.raises(UserInputError) as refused:
        reference(
            tmp_path / "kpis.yaml",
            entry("clicks", formula="sum(clicks"),
            entry("visits", direction="up", more="    parent: click\n"),
            entry("leads", more="    tresholds: {warning: 1}\n"),
            entry("first", more="    parent: second\n"),
            entry("second", more="    parent: first\n"),
            entry("rate", more="    target: 0.2\n    thresholds: {warning: 0.3, critical: 0.1}\n"),
        )
    assert refused.value.problems == (
        'line 5, kpis.clicks.formula: syntax error at or near "AS", '
        "expected one SQL expression such as sum(clicks) / nullif(sum(impressions), 0)",
        'line 18, kpis.visits.direction: found the text "up", expected higher or lower',
        "line 23, kpis.visits.parent: click is not a KPI of this file, did you mean clicks?",
        "line 35, kpis.leads.tresholds: unknown key, did you mean thresholds?",
        "line 47, kpis.first.parent: goes round in a circle (first > second > first), "
        "expected a top: remove one parent",
        "line 59, kpis.second.parent: goes round in a circle (second > first > second), "
        "expected a top: remove one parent",
        "line 72, kpis.rate.thresholds: warning 0.3 is better than target 0.2 where higher is better: "
        "swap them or correct direction",
    )


def test_thresholds_must_be_in_order_with_the_direction(tmp_path):
    more = "    target: 0.2\n    thresholds: {warning: 0.3, critical: 0.1}\n"
    with pytest.raises(UserInputError) as refused:
        reference(tmp_path / "kpis.yaml", entry("rate", more=more))
    assert refused.value.problems == (
        "line 13, kpis.rate.thresholds: warning 0.3 is better than target 0.2 where higher is better: "
        "swap them or correct direction",
    )
    same = reference(
        tmp_path / "kpis.yaml", entry("rate", direction="lower", more=more.replace("0.1", "0.4"))
    )
    assert same.kpis["rate"].thresholds.critical == 0.4


def test_a_kpi_that_serves_no_financial_objective_is_known(world):
    found = read_kpi_reference(world.folder / "kpis.yaml")
    assert [name for name in found.kpis if not found.leads_to_finance(name)] == ["orphan"]


def test_the_gap_is_positive_on_the_wrong_side_whatever_the_direction(world):
    kpis = read_kpi_reference(world.folder / "kpis.yaml").kpis
    assert kpis["cac"].gap(30.0, 20.0) == pytest.approx(10.0)
    assert kpis["mql_to_sql"].gap(0.3, 0.5) == pytest.approx(0.2)
