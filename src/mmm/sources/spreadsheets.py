"""Excel sheets into the database: dates and numbers as the sheet holds them."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmm.params import nearest
from mmm.sources.layout import header_in
from mmm.sources.problems import SourceProblems
from mmm.sources.raw import Opening, Raw, column_types, title_lines

if TYPE_CHECKING:
    import pandas as pd

_SEARCHED = 40


def read_sheet(opening: Opening, path: Path, sheet: str | None) -> Raw:
    """Load one sheet; `row` is the row number that Excel shows."""
    chosen, cells = _cells(path, sheet)
    rows = [[_text(cell) or "" for cell in row] for row in cells.head(_SEARCHED).itertuples(index=False)]
    if not rows:
        raise SourceProblems([f"sheet {chosen} is empty, expected a header line"])
    _, layout = header_in(rows, opening.wanted, opening.dialects)
    body = _typed(cells.iloc[layout.header_line :])
    opening.connection.register("loading_sheet", body)
    opening.connection.execute(f"CREATE TABLE {opening.relation} AS SELECT * FROM loading_sheet")
    opening.connection.unregister("loading_sheet")
    tool = [layout.recognised.label] if layout.recognised else []
    return Raw(
        relation=opening.relation,
        header=layout.header,
        types=tuple(column_types(opening.connection, opening.relation).values())[1:],
        location=str(path),
        said=(*tool, "Excel", f"sheet {chosen}", *title_lines(layout.header_line)),
        recognised=layout.recognised,
        above=layout.above,
    )


def _cells(path: Path, sheet: str | None) -> "tuple[str, pd.DataFrame]":
    import pandas as pd  # noqa: PLC0415 - only analyses with a spreadsheet pay for it

    try:
        book = pd.ExcelFile(path)
    except (ValueError, OSError, KeyError, ImportError) as error:
        raise SourceProblems([f"not an Excel file ({error}): save it as .xlsx or as CSV"]) from None
    with book:
        names = [str(known) for known in book.sheet_names]
        if sheet is not None and sheet not in names:
            raise SourceProblems([f"sheet {sheet} not found: {nearest(sheet, names)}"])
        chosen = sheet or names[0]
        # As objects: a column that mixes numbers and words must show its words.
        cells = pd.read_excel(
            book, sheet_name=chosen, header=None, dtype=object, keep_default_na=False, na_values=[""]
        )
    return chosen, cells


def _typed(body: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd  # noqa: PLC0415

    columns = {f"c{at}": _column(body.iloc[:, at].tolist()) for at in range(body.shape[1])}
    frame = pd.DataFrame({"row": body.index.to_numpy() + 1, **columns})
    return frame[body.notna().any(axis=1).to_numpy()]


def _column(cells: list[Any]) -> "pd.Series":
    """Keep a column of one kind as it is; a mixed one becomes text."""
    import pandas as pd  # noqa: PLC0415

    known = [cell for cell in cells if not pd.isna(cell)]
    if known and all(isinstance(cell, datetime | date) for cell in known):
        return pd.to_datetime(pd.Series(cells, dtype=object))
    if known and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in known):
        return pd.Series(cells, dtype="float64")
    return pd.Series([_text(cell) for cell in cells], dtype="str")


def _text(cell: Any) -> str | None:
    import pandas as pd  # noqa: PLC0415

    if pd.isna(cell):
        return None
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
