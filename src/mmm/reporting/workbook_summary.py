"""The first sheet: the figures that matter, linked to the plan's totals, and what is proved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mmm.reporting.workbook_book import FIRST_ROW, Book
from mmm.reporting.workbook_grid import Placed, Row, both, cents
from mmm.texts import LANGUAGES, say

Found = Mapping[tuple[str, str], Row]
NOTHING: Row = {"value": float("nan"), "lower": float("nan"), "upper": float("nan")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One figure: its term, value, formula when it follows from others, and interval."""

    term: str
    value: float
    formula: str = ""
    """In terms of other lines, `={contribution}-{full_cost}`, or of the plan's sheet."""
    interval: Row | None = None
    kind: str = "money"


def plan_gain(book: Book) -> float:
    """Give the plan's gain to the cent, as the summary's own figures make it."""
    found = _found(book)
    return cents(_profit(found) - cents(found["profit", "current"]["value"]))


def summary_sheet(book: Book, sheet: Any, plan: Placed) -> None:
    """Write the figures that matter; those that follow from others are formulas."""
    found = _found(book)
    sheet.set_row(FIRST_ROW, 32)
    for k, term in enumerate(("figure", "value", "low", "high")):
        shape = book.formats["heading" if k == 0 else "heading_figure"]
        sheet.write_string(FIRST_ROW, k, both(f"workbook.term.{term}"), shape)
        sheet.set_column(k, k, 80 if k == 0 else 20)
    lines = _lines(book, found, plan)
    cells = {line.term: f"B{FIRST_ROW + 2 + offset}" for offset, line in enumerate(lines)}
    for row, line in enumerate(lines, start=FIRST_ROW + 1):
        _write(book, sheet, row, line, cells)
    _sentences(book, sheet, FIRST_ROW + len(lines) + 2, found)


def _found(book: Book) -> Found:
    return {(row["quantity"], row["subject"]): row for row in book.long("allocation_summary")}


def _profit(found: Found) -> float:
    """Give the plan's margin after full cost from rounded terms, so that the sheet adds up."""
    contribution, full_cost = (cents(found[name, "plan"]["value"]) for name in ("contribution", "full_cost"))
    return cents(contribution - full_cost)


def _lines(book: Book, found: Found, plan: Placed) -> list[_Line]:
    """List the figures from spend to margin, then what is proved, then the check."""
    budget, full_cost = (cents(found[name, "plan"]["value"]) for name in ("budget", "full_cost"))
    profit, gain, with_fees = _profit(found), plan_gain(book), plan.totals["cost_recommended"]
    name = both("workbook.sheet.plan", " - ")
    links = {
        key: f"='{name}'!{plan.total_cell(key)}" for key in ("current", "recommended", "cost_recommended")
    }
    lines = [
        _Line(term="budget", value=budget),
        _Line(term="current", value=plan.totals["current"], formula=links["current"]),
        _Line(term="recommended", value=plan.totals["recommended"], formula=links["recommended"]),
        _Line(term="cost_recommended", value=with_fees, formula=links["cost_recommended"]),
        _Line(term="fixed_cost", value=cents(full_cost - with_fees)),
        _Line(term="full_cost", value=full_cost, formula="={cost_recommended}+{fixed_cost}"),
        _of("contribution", found["contribution", "plan"]),
        _of("profit", found["profit", "plan"], profit, "={contribution}-{full_cost}"),
        _of("profit_today", found["profit", "current"]),
        _of("gain", found["gain", "plan"], gain, "={profit}-{profit_today}"),
        _Line(term="p_gain", value=found["p_gain", "plan"]["value"], kind="share"),
        _Line(term="moved", value=cents(found["moved", "plan"]["value"])),
    ]
    if ("bound", "plan") in found:
        bound = max(cents(found["bound", "plan"]["value"]), profit)
        lines.append(_Line(term="bound", value=bound))
        lines.append(_Line(term="gap", value=cents(bound - profit), formula="={bound}-{profit}"))
    difference = cents(plan.totals["recommended"] - budget)
    return [*lines, _Line(term="check", value=difference, formula="=ROUND({recommended}-{budget},2)")]


def _of(term: str, row: Row, value: float | None = None, formula: str = "") -> _Line:
    return _Line(
        term=term, value=cents(row["value"]) if value is None else value, formula=formula, interval=row
    )


def _write(book: Book, sheet: Any, row: int, line: _Line, cells: Mapping[str, str]) -> None:
    is_check = line.term == "check"
    shape = book.formats["money_total" if is_check else line.kind]
    label = both("workbook.check" if is_check else f"workbook.term.{line.term}", " / ")
    sheet.write_string(row, 0, label, book.formats["text_total" if is_check else "text"])
    if line.formula:
        sheet.write_formula(row, 1, line.formula.format(**cells), shape, line.value)
    elif line.value == line.value:
        sheet.write_number(row, 1, line.value, shape)
    interval = line.interval or NOTHING
    for k, name in enumerate(("lower", "upper"), start=2):
        if interval[name] == interval[name]:
            sheet.write_number(row, k, cents(interval[name]), shape)


def _sentences(book: Book, sheet: Any, row: int, found: Found) -> None:
    """Say what is proved, and whether today's plan is allowed."""
    allowed = found["current_is_allowed", "current"]["value"]
    gap = found.get(("gap", "plan"))
    sentences = [
        ("allocation.certified", {"gap": gap["value"]}) if gap else ("allocation.not_certified", {}),
        ("allocation.current_allowed" if allowed else "allocation.current_not_allowed", {}),
    ]
    for key, figures in sentences:
        for language in LANGUAGES:
            words = say(key, language, book.params.currency, **figures)
            sheet.write_string(row, 0, words, book.formats["subtitle"])
            row += 1
