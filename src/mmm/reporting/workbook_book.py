"""What every sheet of the workbook shares: formats, title, page, names in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from babel.numbers import get_currency_symbol

from mmm.params import RunParams
from mmm.reporting.workbook_grid import Formats, both, harmless
from mmm.texts import LANGUAGES, say

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
FIRST_ROW = 3
"""Row of the headings: title, its translation and the unit are above."""
_HEADING = {
    "bold": True,
    "text_wrap": True,
    "valign": "vcenter",
    "font_color": "white",
    "bg_color": "#1F3A5F",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
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
        params = self.params
        start, end = str(self.tables["allocation"]["period"].iloc[0]).split("/")
        for row, language in enumerate(LANGUAGES):
            title = say(
                "workbook.title",
                language,
                title=getattr(params.title, language),
                start=date.fromisoformat(start),
                end=date.fromisoformat(end),
            )
            sheet.write_string(row, 0, harmless(title), self.formats["title" if row == 0 else "subtitle"])
        units = [
            say(
                "workbook.unit",
                language,
                unit=params.currency,
                vat=say(f"workbook.vat.{params.vat}", language),
            )
            for language in LANGUAGES
        ]
        sheet.write_string(2, 0, " | ".join(units), self.formats["subtitle"])
        return sheet

    def channel(self, name: str) -> str:
        """Name a channel in both languages."""
        known = self.params.channels.get(name)
        return name if known is None else pair(known.label.fr, known.label.en)

    def long(self, table: str) -> list[dict[str, Any]]:
        """Give the rows of a table."""
        return self.tables[table].to_dict("records")  # type: ignore[return-value]


def formats(file: Any, currency: str) -> Formats:
    """Make the formats of cells; amounts are to the cent with the currency's symbol."""
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
        "heading": file.add_format(_HEADING),
        "heading_figure": file.add_format(_HEADING | {"align": "right"}),
        "title": file.add_format({"bold": True, "font_size": 14}),
        "subtitle": file.add_format({"font_color": "#5A6473"}),
        "wrapped": file.add_format({"text_wrap": True, **ruled}),
    }


def pair(french: str, english: str) -> str:
    """Join words in both languages; once when they are the same."""
    return french if french == english else f"{french} / {english}"
