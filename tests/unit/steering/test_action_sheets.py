"""Action plans as marketing departments keep them: two layouts of a workbook, targets as people write them."""

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from mmm.errors import UserInputError
from mmm.steering import read_action_plan, read_kpi_reference
from mmm.steering.action_targets import WrongTargetError, read_target

REFERENCE = read_kpi_reference(Path(__file__).resolve().parents[3] / "params" / "kpis.yaml")
GENERAL = [
    "Activité", "Objectif", "KPI", "Cible", "Responsable", "Début", "Échéance", "Où ?", "Comment",
    "Budget (EUR)", "Pourquoi", "Statut",
]  # fmt: skip
DIGITAL = [
    "Levier", "Action", "Pourquoi", "Objectif", "Indicateur", "Valeur cible", "Qui", "Date de début",
    "Date de fin", "Moyens", "Coût", "Avancement",
]  # fmt: skip
EMAILING = [
    "E-mailing inactifs 90 j", "Réactivation", "email_click_rate", "> 25 %", "Marketing", datetime(2026, 7, 6),
    "18/12/2026", "Base CRM", "Trois scénarios", "6 000,50 €", "Un client réactivé coûte moins", "En cours",
]  # fmt: skip
SEA = [
    "SEA", "SEA campagne produit", "CPL trop haut", "Génération de leads", "search_cpc", "< 3 EUR", "Agence média",
    date(2026, 6, 1), date(2026, 10, 31), "Exclusions hebdomadaires", 0, "À lancer",
]  # fmt: skip


def workbook(folder, **sheets):
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    path = folder / "plan.xlsx"
    book.save(path)
    return path


def test_both_layouts_are_read_under_their_title_lines(tmp_path):
    path = workbook(
        tmp_path,
        Notice=[["Comment remplir ce classeur"]],
        General=[["Plan d'action général 2026"], [], GENERAL, EMAILING, [], [None, "ligne sans activité"]],
        Digital=[DIGITAL, SEA, ["SEA", *SEA[1:]]],
    )
    plan = read_action_plan(path, REFERENCE, "EUR")
    assert list(plan) == ["e_mailing_inactifs_90_j", "sea_campagne_produit", "sea_campagne_produit_2"]
    first, second = plan["e_mailing_inactifs_90_j"], plan["sea_campagne_produit"]
    assert (first.target, first.owner, first.budget) == (0.25, "marketing", 6000.5)
    assert (first.start, first.due) == (date(2026, 7, 6), date(2026, 12, 18))
    assert (second.target, second.owner, second.where.fr) == (3.0, "agency", "SEA")
    assert second.why.fr == "CPL trop haut"


def test_a_kpi_is_known_by_its_label_too(tmp_path):
    label = REFERENCE.kpis["email_click_rate"].label.fr.upper()
    row = [*EMAILING]
    row[2] = label
    plan = read_action_plan(workbook(tmp_path, Plan=[GENERAL, row]), REFERENCE)
    assert plan["e_mailing_inactifs_90_j"].kpi == "email_click_rate"


def test_every_wrong_cell_is_said_at_once_with_its_place(tmp_path):
    wrong = ["Landing", "Leads", "email_click_rates", "> 25 %", "Stagiaire", "demain", "18/12/2026", None,
             "Tests", -5, "Conversion", ""]  # fmt: skip
    turned = [*EMAILING]
    turned[3], turned[6] = "< 25 %", "18/12/2025"
    with pytest.raises(UserInputError) as refused:
        read_action_plan(workbook(tmp_path, Plan=[GENERAL, wrong, turned]), REFERENCE)
    assert refused.value.problems == (
        "sheet Plan, row 2, Où: empty, a value is required",
        "sheet Plan, row 2, KPI: email_click_rates is not in kpis.yaml, did you mean email_click_rate?",
        "sheet Plan, row 2, Responsable: Stagiaire is not a role, expected one of management, finance, marketing, "
        "sales, data, agency, or its French name",
        "sheet Plan, row 2, Début: demain is not a day, expected a date such as 05/10/2026",
        "sheet Plan, row 2, Budget (EUR): -5 is negative, expected 0 or more",
        "sheet Plan, row 3, Cible: '< 25 %' asks for a lower value, but higher is better for this KPI: "
        "turn the sign or correct the KPI's direction",
        "sheet Plan, row 3, Échéance: due on 2025-12-18, before it starts on 2026-07-06",
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([["Bonjour"]], "no sheet of Plan has a row with the columns of an action plan"),
        ([GENERAL[:6] + GENERAL[7:], EMAILING], "no column echeance"),
        ([GENERAL], "no action under the header"),
    ],
)
def test_a_workbook_that_is_no_plan_is_refused(tmp_path, rows, said):
    with pytest.raises(UserInputError) as refused:
        read_action_plan(workbook(tmp_path, Plan=rows), REFERENCE)
    assert any(said in problem for problem in refused.value.problems)


def test_a_file_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "plan.xlsx"
    path.write_text("activity;kpi")
    with pytest.raises(UserInputError, match="not a workbook"):
        read_action_plan(path, REFERENCE)


@pytest.mark.parametrize(
    ("found", "kpi", "wanted"),
    [
        ("> 25 %", "email_click_rate", 0.25),
        ("≥ 2,5%", "email_click_rate", 0.025),
        (0.25, "email_click_rate", 0.25),
        ("0,25", "email_click_rate", 0.25),
        ("< 3 EUR", "search_cpc", 3.0),
        ("<0,75 €", "search_cpc", 0.75),
        ("1\u202f234,5", "revenue", 1234.5),
        ("1,234.5 EUR", "revenue", 1234.5),
        ("1.234,5", "revenue", 1234.5),
        (40, "nps", 40.0),
    ],
)
def test_targets_are_read_in_the_unit_of_their_kpi(found, kpi, wanted):
    assert read_target(found, REFERENCE.kpis[kpi], "EUR") == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("found", "kpi", "said"),
    [
        ("beaucoup", "email_click_rate", "is not a target"),
        (25, "email_click_rate", "is not a share"),
        ("> 3 EUR", "search_cpc", "asks for a higher value"),
        ("< 3 USD", "search_cpc", "is in USD, expected EUR"),
        ("< 3 %", "search_cpc", "is a percentage"),
        ("> 3 EUR", "email_click_rate", "is an amount of money"),
        (True, "nps", "is not a target"),
    ],
)
def test_a_target_that_contradicts_its_kpi_is_refused(found, kpi, said):
    with pytest.raises(WrongTargetError, match=said):
        read_target(found, REFERENCE.kpis[kpi], "EUR")
