"""Excel sheets into the database: dates and numbers as the sheet holds them."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from mmm.params import nearest
from mmm.sources.dialects import Dialect
from mmm.sources.layout import header_in
from mmm.sources.problems import SourceProblems
from mmm.sources.raw import Raw, column_types, quoted

_HEADER_SEARCHED = 40


def read_sheet(
    connection: Any,
    path: Path,
    name: str,
    sheet: str | None,
    wanted: Collection[str],
    dialects: Sequence[Dialect],
) -> Raw:
    """Load one sheet; `row` is the row number that Excel shows."""
    import pandas as pd  # noqa: PLC0415 - only analyses with a spreadsheet pay for it

    try:
        book = pd.ExcelFile(path)
    except (ValueError, OSError, KeyError) as error:
        raise SourceProblems([f"not an Excel file ({error}): save it as .xlsx or as CSV"]) from None
    with book:
        names = [str(known) for known in book.sheet_names]
        if sheet is not None and sheet not in names:
            raise SourceProblems([f"sheet {sheet} not found: {nearest(sheet, names)}"])
        chosen = sheet or names[0]
        cells = book.parse(chosen, header=None, dtype=object, keep_default_na=False, na_values=[""])
    rows = [
        [_text(cell) or "" for cell in row] for row in cells.head(_HEADER_SEARCHED).itertuples(index=False)
    ]
    if not rows:
        raise SourceProblems([f"sheet {chosen} is empty, expected a header line"])
    _, layout = header_in(rows, wanted, dialects)
    body = cells.iloc[layout.header_line :]
    frame = pd.DataFrame(
        {
            "row": body.index.to_numpy() + 1,
            **{f"c{at}": _column(pd, body.iloc[:, at].tolist()) for at in range(body.shape[1])},
        }
    )
    frame = frame[body.notna().any(axis=1).to_numpy()]
    relation = quoted(f"raw_{name}")
    connection.register("loading_sheet", frame)
    connection.execute(f"CREATE TABLE {relation} AS SELECT * FROM loading_sheet")
    connection.unregister("loading_sheet")
    kinds = list(column_types(connection, relation).values())[1:]
    said = [layout.recognised.label] if layout.recognised else []
    said += ["Excel", f"sheet {chosen}"]
    if layout.header_line > 1:
        said.append(f"{layout.header_line - 1} title line{'s' if layout.header_line > 2 else ''}")
    return Raw(
        relation=relation,
        header=layout.header,
        types=tuple(kinds),
        location=str(path),
        said=tuple(said),
        recognised=layout.recognised,
    )


def _column(pd: Any, cells: list[Any]) -> Any:
    """Keep a column of one kind as it is; a mixed one becomes text."""
    known = [cell for cell in cells if cell is not None and cell == cell]
    if known and all(isinstance(cell, datetime | date) for cell in known):
        return pd.to_datetime(pd.Series(cells, dtype=object))
    if known and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in known):
        return pd.Series(cells, dtype="float64")
    return pd.Series([_text(cell) for cell in cells], dtype="str")


def _text(cell: Any) -> str | None:
    if cell is None or cell != cell:
        return None
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
