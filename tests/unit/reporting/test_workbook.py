"""The workbook for finance: values and formulas agree to the cent, in both languages, without injection."""

import re
import subprocess
from decimal import Decimal
from shutil import which

import openpyxl
import pytest

from hand_made_budget import make_params, make_response
from mmm.allocation import decide
from mmm.params.record import Text
from mmm.reporting.workbook import write_workbook

RESPONSE = make_response(6, 200, seed=4)


@pytest.fixture(scope="module")
def params():
    made = make_params(RESPONSE, groups={"two": {"channels": RESPONSE.channels[:2], "maximum": 5e5}})
    first = made.channels["channel_0"].model_copy(update={"label": Text(fr="=1+1", en="@SUM(A1)")})
    return made.model_copy(update={"channels": {**made.channels, "channel_0": first}})


@pytest.fixture(scope="module")
def tables(params):
    return decide(params, RESPONSE).tables


@pytest.fixture(scope="module")
def written(tmp_path_factory, params, tables):
    path = tmp_path_factory.mktemp("book") / "allocation.xlsx"
    write_workbook(path, tables, params)
    return path


@pytest.fixture(scope="module")
def formulas(written):
    return openpyxl.load_workbook(written)


@pytest.fixture(scope="module")
def values(written):
    return openpyxl.load_workbook(written, data_only=True)


def cents(value):
    return Decimal(repr(float(value))).quantize(Decimal("0.01"))


def rows_of(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def total_row(sheet):
    return next(row for row in sheet.iter_rows() if row[0].value == "Total")


def test_sheets_are_named_in_both_languages(values):
    assert values.sheetnames == [
        "Synthèse - Summary", "Plan", "Matrice - Matrix", "Budgets", "Comparaison - Compared",
        "Limites - Limits", "Calendrier - Schedule", "Tests", "Définitions - Definitions",
    ]  # fmt: skip


def test_every_sum_is_a_formula_whose_value_is_the_sum_of_its_cells(formulas, values):
    seen = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                found = re.fullmatch(r"=SUM\(\$([A-Z]+)\$(\d+):\$[A-Z]+\$(\d+)\)", str(cell.value))
                if found:
                    column, first, last = found[1], int(found[2]), int(found[3])
                    body = [values[sheet.title][f"{column}{k}"].value or 0 for k in range(first, last + 1)]
                    n_periods = len(RESPONSE.periods) if sheet.title.startswith("Calendrier") else 1
                    assert len(body) == len(RESPONSE.channels) * n_periods
                    assert cents(values[sheet.title][cell.coordinate].value) == sum(map(cents, body))
                    seen += 1
    assert seen >= 9


def test_the_plan_adds_up_to_the_budget(values, tables):
    total = total_row(values["Plan"])
    budget = tables["allocation_summary"].query("quantity == 'budget'")["value"].iloc[0]
    assert cents(total[2].value) == cents(budget)
    assert cents(total[1].value) + cents(total[3].value) == cents(total[2].value)


def test_summary_matrix_and_plan_say_the_same(values, tables):
    summary = {row[0]: row[1] for row in rows_of(values["Synthèse - Summary"]) if row[0]}
    plan, matrix = total_row(values["Plan"]), total_row(values["Matrice - Matrix"])
    assert cents(summary["Recommandé / Recommended"]) == cents(plan[2].value) == cents(matrix[4].value)
    assert cents(summary["Actuel / Today"]) == cents(plan[1].value) == cents(matrix[3].value)
    assert cents(summary["Gain de marge / Gain in margin"]) == cents(plan[10].value)
    assert cents(summary["Contribution en marge / Contribution at margin"]) - cents(
        summary["Coût complet / Full cost"]
    ) == cents(summary["Marge après coût complet / Margin after full cost"])
    cost = tables["allocation_summary"].query("quantity == 'full_cost'")["value"].iloc[0]
    assert cents(summary["Coût complet / Full cost"]) == cents(cost)
    assert summary["Contrôle : total recommandé moins budget / Check: recommended total minus budget"] == 0


def test_totals_by_level_add_up_to_the_matrix(values):
    sheet = values["Matrice - Matrix"]
    rows = rows_of(sheet)
    start = next(k for k, row in enumerate(rows) if row[0] == "Par niveau / By level")
    level = rows[start + 1 : start + 4]
    assert sum(cents(row[4]) for row in level) == cents(total_row(sheet)[4].value)


def test_text_from_data_never_becomes_a_formula(formulas):
    cells = [cell for row in formulas["Plan"].iter_rows() for cell in row if "1+1" in str(cell.value)]
    assert [cell.value for cell in cells] == ["'=1+1 / @SUM(A1)"]
    assert cells[0].data_type == "s"


def test_headings_and_definitions_are_in_both_languages(values):
    heading = [row for row in rows_of(values["Plan"]) if row[0] == "Canal\nChannel"]
    assert heading and "Recommandé\nRecommended" in heading[0]
    defined = rows_of(values["Définitions - Definitions"])
    assert ["Regret", "Regret"] in [[row[0], row[2]] for row in defined]


def test_amounts_show_their_currency(values):
    assert "€" in values["Plan"]["C5"].number_format


def test_the_same_tables_write_the_same_bytes(written, tmp_path, params, tables):
    write_workbook(tmp_path / "again.xlsx", tables, params)
    assert (tmp_path / "again.xlsx").read_bytes() == written.read_bytes()


@pytest.mark.skipif(
    which("soffice") is None, reason="LibreOffice is not installed; sums are recomputed above"
)
def test_libreoffice_computes_what_the_cells_carry(formulas, values, tmp_path):
    bare = tmp_path / "allocation.xlsx"
    formulas.save(bare)  # openpyxl writes formulas without their values: LibreOffice must compute them
    subprocess.run(
        [
            "soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to",
            "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"), str(bare),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    computed = openpyxl.load_workbook(tmp_path / "out" / bare.name, data_only=True)
    for sheet in values:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, int | float):
                    again = computed[sheet.title][cell.coordinate].value
                    assert again == pytest.approx(cell.value, abs=1e-6), f"{sheet.title}!{cell.coordinate}"
