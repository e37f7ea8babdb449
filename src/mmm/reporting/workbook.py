"""`allocation.xlsx`: the budget decision for finance, in both languages, with totals that reconcile."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter
from babel.numbers import get_currency_symbol

from mmm.params import RunParams
from mmm.reporting.workbook_grid import Column, Formats, Placed, Row, both, cents, harmless, write_grid
from mmm.texts import LANGUAGES, say

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
FIRST_ROW = 3
DEFINITIONS = (
    "recommended", "current", "lower", "full_cost", "contribution", "profit", "gain", "p_gain",
    "extrapolates", "bound", "regret", "equal", "proportional", "marginal_return", "price", "romi",
)  # fmt: skip
"""Terms that the last sheet defines; `equal` and `proportional` are names of plans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """What every sheet needs."""

    file: Any
    formats: Formats
    params: RunParams
    tables: Tables

    def sheet(self, name: str) -> Any:
        """Add a sheet that prints on A4, its title and unit on top."""
        sheet = self.file.add_worksheet(both(f"workbook.sheet.{name}", " - "))
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(FIRST_ROW)
        sheet.freeze_panes(FIRST_ROW + 1, 1)
        sheet.hide_gridlines(2)
        params, period = self.params, str(self.tables["allocation"]["period"].iloc[0]).replace("/", " - ")
        for row, language in enumerate(LANGUAGES):
            title = say("workbook.title", language, title=getattr(params.title, language), horizon=period)
            sheet.write_string(row, 0, harmless(title), self.formats["title" if row == 0 else "subtitle"])
        units = [
            say(
                "workbook.unit",
                language,
                currency=params.currency,
                vat=say(f"workbook.vat.{params.vat}", language),
            )
            for language in LANGUAGES
        ]
        sheet.write_string(2, 0, " | ".join(units), self.formats["subtitle"])
        return sheet

    def channel(self, name: str) -> str:
        """Name a channel in both languages."""
        known = self.params.channels.get(name)
        return name if known is None else _pair(known.label.fr, known.label.en)

    def long(self, table: str) -> list[dict[str, Any]]:
        """Give the rows of a table."""
        return self.tables[table].to_dict("records")  # type: ignore[return-value]


def write_workbook(path: Path, tables: Tables, params: RunParams) -> None:
    """Write the budget decision as a workbook whose totals are formulas with their values.

    Parameters
    ----------
    path : Path
        The file; an existing one is replaced.
    tables : mapping of name to DataFrame
        `allocation`, `allocation_summary`, `plans`, `frontier`, `shadow_prices` and `matrix`;
        `channel_summary` when there is one.
    """
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "nan_inf_to_errors": False}) as file:
        made = datetime.combine(params.calendar.end, datetime.min.time())
        file.set_properties({"title": harmless(params.title.fr), "created": made})
        book = _Book(file=file, formats=_formats(file, params.currency), params=params, tables=tables)
        summary = book.sheet("summary")  # first in the file, filled once the plan's totals have addresses
        plan = _plan(book)
        _summary(book, summary, plan)
        _matrix(book)
        _frontier(book)
        _plans(book)
        _limits(book)
        if "channel_summary" in tables and len(tables["channel_summary"]):
            _channels(book)
        _definitions(book)


def _formats(file: Any, currency: str) -> Formats:
    symbol = get_currency_symbol(currency, locale="fr_FR").replace('"', "")
    shapes = {
        "money": f'#,##0.00\\ "{symbol}"',
        "share": "0.0%",
        "ratio": "0.00",
        "text": "@",
    }
    ruled = {"bottom": 4, "bottom_color": "#C8CDD6", "valign": "top"}
    made = {name: file.add_format({"num_format": shape, **ruled}) for name, shape in shapes.items()}
    strong = {"bold": True, "top": 1, "bg_color": "#EEF1F6"}
    return made | {
        "money_total": file.add_format({"num_format": shapes["money"], **strong}),
        "text_total": file.add_format(strong),
        "heading": file.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "font_color": "white",
                "bg_color": "#1F3A5F",
            }
        ),
        "title": file.add_format({"bold": True, "font_size": 14}),
        "subtitle": file.add_format({"font_color": "#5A6473"}),
        "wrapped": file.add_format({"text_wrap": True, **ruled}),
    }


def _plan(book: _Book) -> Placed:
    """Write every channel's amounts, with fees, limits and the chance that each move pays."""
    columns = [
        Column(key="channel", kind="text"),
        Column(key="current", is_summed=True),
        Column(key="recommended", is_summed=True),
        _difference("recommended", "current"),
        Column(
            key="change",
            kind="share",
            formula='=IF({current}=0,"",{recommended}/{current}-1)',
            compute=lambda row: row["recommended"] / row["current"] - 1 if row["current"] else float("nan"),
        ),
        Column(key="lower"),
        Column(key="upper"),
        Column(key="fee_rate", kind="share"),
        _with_fees("cost_current", "current"),
        _with_fees("cost_recommended", "recommended"),
        Column(key="gain_mean", term="gain", is_summed=True),
        Column(key="gain_p05", term="gain", suffix="low"),
        Column(key="gain_p95", term="gain", suffix="high"),
        Column(key="p_gain", kind="share"),
        Column(key="extrapolates", kind="flag"),
    ]
    rows = [
        row
        | {
            "channel": book.channel(row["channel"]),
            "fee_rate": book.params.channels[row["channel"]].fee_rate,
            "current": cents(row["current"]),
            "recommended": cents(row["recommended"]),
        }
        for row in book.long("allocation")
    ]
    return write_grid(book.sheet("plan"), book.formats, FIRST_ROW, columns, rows)


def _difference(after: str, before: str) -> Column:
    return Column(
        key="difference",
        formula=f"={{{after}}}-{{{before}}}",
        compute=lambda row: row[after] - row[before],
        is_summed=True,
    )


def _with_fees(key: str, spend: str) -> Column:
    return Column(
        key=key,
        formula=f"=ROUND({{{spend}}}*(1+{{fee_rate}}),2)",
        compute=lambda row: row[spend] * (1 + row["fee_rate"]),
        is_summed=True,
    )


def _summary(book: _Book, sheet: Any, plan: Placed) -> None:
    """Write the figures that matter; those that the plan holds are links to its totals."""
    found = {(row["quantity"], row["subject"]): row for row in book.long("allocation_summary")}
    name = both("workbook.sheet.plan", " - ")
    formats, row = book.formats, FIRST_ROW
    for k, term in enumerate(("figure", "value", "low", "high")):
        sheet.write_string(row, k, both(f"workbook.term.{term}"), formats["heading"])
        sheet.set_column(k, k, 64 if k == 0 else 20)
    linked = {"budget": "recommended", "current": "current", "cost_recommended": "cost_recommended"}
    for term, column in linked.items():
        row += 1
        sheet.write_string(row, 0, both(f"workbook.term.{term}", " / "), formats["text"])
        sheet.write_formula(
            row, 1, f"='{name}'!{plan.total_cell(column)}", formats["money"], plan.totals[column]
        )
    budget, cost = cents(found["budget", "plan"]["value"]), cents(found["full_cost", "plan"]["value"])
    fixed = cents(cost - plan.totals["cost_recommended"])
    row = _fixed_and_full(sheet, formats, row, fixed, plan.totals["cost_recommended"])
    for term, key in _SUMMARY:
        if key in found:
            row += 1
            kind = "share" if term == "p_gain" else "money"
            sheet.write_string(row, 0, both(f"workbook.term.{term}", " / "), formats["text"])
            _numbers(sheet, row, found[key], formats[kind], is_money=kind == "money")
    row += 2
    sheet.write_string(row, 0, both("workbook.check", " / "), formats["text_total"])
    recommended = plan.total_cell("recommended")
    sheet.write_formula(
        row, 1, f"=ROUND('{name}'!{recommended}-{budget!r},2)", formats["money_total"],
        cents(plan.totals["recommended"] - budget),
    )  # fmt: skip
    _sentences(book, sheet, row + 2, found)


_SUMMARY = (
    ("contribution", ("contribution", "plan")),
    ("profit", ("profit", "plan")),
    ("profit_today", ("profit", "current")),
    ("gain", ("gain", "plan")),
    ("p_gain", ("p_gain", "plan")),
    ("moved", ("moved", "plan")),
    ("bound", ("bound", "plan")),
    ("gap", ("gap", "plan")),
)


def _fixed_and_full(sheet: Any, formats: Formats, row: int, fixed: float, variable: float) -> int:
    """Write fixed costs and the full cost that they make with media and fees; give the last row."""
    sheet.write_string(row + 1, 0, both("workbook.term.fixed_cost", " / "), formats["text"])
    sheet.write_number(row + 1, 1, fixed, formats["money"])
    sheet.write_string(row + 2, 0, both("workbook.term.full_cost", " / "), formats["text"])
    sheet.write_formula(row + 2, 1, f"=B{row + 1}+B{row + 2}", formats["money"], cents(fixed + variable))
    return row + 2


def _numbers(sheet: Any, row: int, found: Row, shape: Any, *, is_money: bool) -> None:
    for k, name in enumerate(("value", "lower", "upper"), start=1):
        if found[name] == found[name]:
            sheet.write_number(row, k, cents(found[name]) if is_money else float(found[name]), shape)


def _sentences(book: _Book, sheet: Any, row: int, found: Mapping[tuple[str, str], Row]) -> None:
    """Say what is proved, and whether today's plan is allowed."""
    allowed = found["current_is_allowed", "current"]["value"]
    gap = found.get(("gap", "plan"))
    sentences = [
        ("allocation.certified", {"gap": gap["value"]}) if gap else ("allocation.not_certified", {}),
        ("allocation.current_allowed" if allowed else "allocation.current_not_allowed", {}),
    ]
    for key, figures in sentences:
        for language in LANGUAGES:
            sheet.write_string(
                row, 0, say(key, language, book.params.currency, **figures), book.formats["subtitle"]
            )
            row += 1


def _matrix(book: _Book) -> None:
    """Write the matrix, then its totals by level and by objective."""
    sheet = book.sheet("matrix")
    columns = [
        Column(key="level", kind="text"),
        Column(key="objective", kind="text"),
        Column(key="channel", kind="text"),
        Column(key="before", is_summed=True),
        Column(key="after", is_summed=True),
        _difference("after", "before"),
    ]
    rows = [
        row
        | {
            "level": both(f"workbook.level.{row['level']}", " / "),
            "objective": both(f"workbook.objective.{row['objective']}", " / "),
            "channel": book.channel(row["channel"]),
            "before": cents(row["before"]),
            "after": cents(row["after"]),
        }
        for row in book.long("matrix")
    ]
    placed = write_grid(sheet, book.formats, FIRST_ROW, columns, rows)
    below = placed.last_row + 4
    for key in ("level", "objective"):
        below = _by(sheet, book.formats, below, key, placed, rows) + 2


def _by(sheet: Any, formats: Formats, top: int, key: str, placed: Placed, rows: Iterable[Row]) -> int:
    """Write totals by level or objective as formulas over the matrix; give the last row."""
    listed = list(rows)
    sheet.write_string(top, 0, both(f"workbook.by_{key}", " / "), formats["heading"])
    for name in dict.fromkeys(row[key] for row in listed):
        top += 1
        members = [row for row in listed if row[key] == name]
        sheet.write_string(top, 0, name, formats["text"])
        for k, column in ((3, "before"), (4, "after")):
            formula = f"=SUMIF({placed.span(key)},$A{top + 1},{placed.span(column)})"
            sheet.write_formula(top, k, formula, formats["money"], cents(sum(row[column] for row in members)))
        moved = cents(sum(row["after"] - row["before"] for row in members))
        sheet.write_formula(top, 5, f"=E{top + 1}-D{top + 1}", formats["money"], moved)
    return top


def _wide(book: _Book, table: str) -> list[dict[str, Any]]:
    """Give one row per subject of a long table: `gain`, `gain_low`, `gain_high` and so on."""
    found: dict[str, dict[str, Any]] = {}
    for row in book.long(table):
        wide = found.setdefault(str(row["subject"]), {"subject": str(row["subject"])})
        for name, end in (("value", ""), ("lower", "_low"), ("upper", "_high")):
            wide[f"{row['quantity']}{end}"] = row[name]
    return list(found.values())


def _spread(key: str, kind: Any = "money") -> list[Column]:
    return [
        Column(key=key, kind=kind),
        Column(key=f"{key}_low", term=key, suffix="low", kind=kind),
        Column(key=f"{key}_high", term=key, suffix="high", kind=kind),
    ]


def _frontier(book: _Book) -> None:
    columns = [
        Column(key="change", term="budget_change", kind="share"),
        Column(key="budget"),
        Column(key="feasible", kind="flag"),
        *_spread("profit"),
        *_spread("gain"),
        Column(key="p_gain", kind="share"),
        *_spread("marginal_return", "ratio"),
    ]
    unknown = {column.key: float("nan") for column in columns}
    rows = [unknown | row | {"change": float(row["subject"])} for row in _wide(book, "frontier")]
    write_grid(book.sheet("frontier"), book.formats, FIRST_ROW, columns, rows)


def _plans(book: _Book) -> None:
    columns = [
        Column(key="subject", term="plan_name", kind="text"),
        Column(key="spend"),
        Column(key="full_cost"),
        *_spread("profit"),
        *_spread("gain"),
        Column(key="p_gain", kind="share"),
        *_spread("regret"),
    ]
    rows = [row | {"subject": both(f"workbook.plan.{row['subject']}", " / ")} for row in _wide(book, "plans")]
    write_grid(book.sheet("plans"), book.formats, FIRST_ROW, columns, rows)


def _limits(book: _Book) -> None:
    columns = [
        Column(key="quantity", term="limit", kind="text"),
        Column(key="subject", kind="text"),
        Column(key="value", term="price"),
        Column(key="lower", term="price", suffix="low"),
        Column(key="upper", term="price", suffix="high"),
    ]
    rows = [
        row
        | {
            "quantity": both(f"workbook.limit.{row['quantity']}", " / "),
            "subject": book.channel(row["subject"]),
        }
        for row in book.long("shadow_prices")
    ]
    write_grid(book.sheet("limits"), book.formats, FIRST_ROW, columns, rows)


def _channels(book: _Book) -> None:
    """Write what channels brought over the data, one block per outcome so that costs add up once."""
    sheet, top = book.sheet("channels"), FIRST_ROW
    returns = [
        Column(key=f"{name}_{stat}", term=name, suffix=suffix, kind="ratio")
        for name in ("return", "romi", "mromi")
        for stat, suffix in (("mean", ""), ("p05", "low"), ("p95", "high"))
    ]
    columns = [
        Column(key="outcome", kind="text"),
        Column(key="channel", kind="text"),
        Column(key="media_cost", is_summed=True),
        Column(key="full_cost", is_summed=True),
        Column(key="share_of_kpi", kind="share"),
        *returns,
        Column(key="verdict", kind="text"),
    ]
    table = book.tables["channel_summary"]
    national = table[(table["geo"] == "all") & table["channel"].isin(list(book.params.channels))]
    for outcome, rows in national.groupby("outcome", sort=False):
        label = book.params.outcomes[str(outcome)].label
        named = [
            row
            | {
                "outcome": _pair(label.fr, label.en),
                "channel": book.channel(row["channel"]),
                "verdict": both(f"verdict.{row['verdict']}", " / "),
            }
            for row in rows.to_dict("records")
        ]
        top = write_grid(sheet, book.formats, top, columns, named).last_row + 4


def _definitions(book: _Book) -> None:
    sheet, formats = book.sheet("definitions"), book.formats
    for k, language in enumerate(LANGUAGES):
        sheet.write_string(FIRST_ROW, 2 * k, say("workbook.term.figure", language), formats["heading"])
        sheet.write_string(
            FIRST_ROW, 2 * k + 1, say("workbook.term.definition", language), formats["heading"]
        )
        sheet.set_column(2 * k, 2 * k, 28)
        sheet.set_column(2 * k + 1, 2 * k + 1, 60)
    for offset, term in enumerate(DEFINITIONS, start=1):
        group = "plan" if term in {"equal", "proportional"} else "term"
        for k, language in enumerate(LANGUAGES):
            row = FIRST_ROW + offset
            sheet.write_string(row, 2 * k, say(f"workbook.{group}.{term}", language), formats["wrapped"])
            sheet.write_string(
                row, 2 * k + 1, say(f"workbook.definition.{term}", language), formats["wrapped"]
            )


def _pair(french: str, english: str) -> str:
    return french if french == english else f"{french} / {english}"
