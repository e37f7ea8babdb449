"""The action plan from a workbook, in the two layouts that marketing departments keep.

The general plan has one row per action; the digital plan adds the lever (SEO, SEA, e-mail, ...),
which says where the action takes place. Columns are found by their titles, French or English,
in any order, under any number of title lines; sheets without them are left out. `Statut` is what
its owner believes: the status that is published is computed from the data.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from mmm.errors import UserInputError, listed
from mmm.params import nearest
from mmm.params.record import Text
from mmm.steering.action_plan import Action
from mmm.steering.action_targets import WrongTargetError, read_target
from mmm.steering.reference import Kpi, KpiReference, Owner

TITLES: Mapping[str, tuple[str, ...]] = {
    "activity": ("activite", "action", "quoi", "activity", "what", "campagne", "campaign"),
    "objective": ("objectif", "objective", "goal"),
    "kpi": ("kpi", "indicateur", "indicator"),
    "target": ("cible", "target", "valeur cible", "seuil"),
    "owner": ("responsable", "qui", "owner", "who", "porteur", "pilote"),
    "start": ("debut", "date de debut", "lancement", "start", "from"),
    "due": ("echeance", "fin", "date de fin", "due", "deadline", "quand", "when"),
    "where": ("ou", "lieu", "perimetre", "where", "marche", "market"),
    "lever": ("levier", "lever", "canal", "channel"),
    "how": ("comment", "moyens", "how", "means"),
    "budget": ("budget", "combien", "cout", "how much", "cost"),
    "why": ("pourquoi", "raison", "why", "reason"),
    "status": ("statut", "status", "etat", "avancement"),
}
REQUIRED = ("activity", "objective", "kpi", "target", "owner", "start", "due", "where", "how", "why")
OWNERS: Mapping[Owner, tuple[str, ...]] = {
    "management": ("direction", "direction generale", "dg", "ceo", "management"),
    "finance": ("daf", "direction financiere", "controle de gestion", "cfo", "finance"),
    "marketing": ("direction marketing", "cmo", "marketing"),
    "sales": ("commercial", "ventes", "direction commerciale", "sales"),
    "data": ("data", "dsi", "si", "it", "donnees", "donnees et si"),
    "agency": ("agence", "agences", "agence media", "agency"),
}
_MIN_TITLES = 5
"""A row with this many known titles is the header."""
_LAST_HEADER_ROW = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One row of a sheet by column, and where it stands."""

    place: str
    """Sheet and row, for messages."""
    cells: dict[str, Any]
    titles: Mapping[str, str]
    """Title of each column, as the sheet has it."""

    def problem(self, name: str, said: object) -> str:
        """Say what is wrong with a cell, and where."""
        return f"{self.place}, {self.titles.get(name, TITLES[name][0])}: {said}"


def read_action_sheets(path: Path, reference: KpiReference, currency: str | None = None) -> dict[str, Action]:
    """Read every action of a workbook; its name is made of the words of its activity.

    Raises
    ------
    UserInputError
        The file is no workbook, no sheet has the columns of a plan, or cells are wrong: every
        problem at once, with sheet, row and column.
    """
    sheets = _sheets(path)
    problems: list[str] = []
    plan: dict[str, Action] = {}
    found = False
    for sheet, rows in sheets.items():
        at, columns = _header(rows)
        if not columns:
            continue
        found = True
        problems += _missing_columns(sheet, columns)
        for row in _rows(sheet, rows, at, columns):
            action, wrong = _action(row, reference, currency)
            problems += wrong
            if action is not None:
                plan[_unused(_slug(action.activity.fr), plan)] = action
    if not found:
        problems.append(
            f"no sheet of {listed(sheets)} has a row with the columns of an action plan, expected "
            "Activité, Objectif, KPI, Cible, Responsable, Début, Échéance, Où, Comment, Budget, Pourquoi"
        )
    elif not plan and not problems:
        problems.append("no action under the header, expected at least one row")
    if problems:
        raise UserInputError(str(path), problems)
    return plan


def _sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - 0.2 s, and only plans in Excel need it
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except FileNotFoundError:
        raise UserInputError(
            str(path), ["no such file: correct steering.actions in the params file"]
        ) from None
    except (ValueError, OSError, KeyError, BadZipFile, InvalidFileException) as error:
        raise UserInputError(
            str(path), [f"not a workbook that can be read ({error}): save it as .xlsx"]
        ) from None
    try:
        return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
    finally:
        book.close()


def _header(rows: list[tuple[Any, ...]]) -> tuple[int, dict[str, int]]:
    """Find the row of titles, and which column each one heads."""
    for at, row in enumerate(rows[:_LAST_HEADER_ROW]):
        columns: dict[str, int] = {}
        for position, cell in enumerate(row):
            name = _column(cell)
            if name is not None and name not in columns:
                columns[name] = position
        if len(columns) >= _MIN_TITLES and {"activity", "kpi"} <= set(columns):
            return at, columns
    return 0, {}


def _column(cell: Any) -> str | None:
    if not isinstance(cell, str):
        return None
    title = _plain(re.sub(r"\(.*?\)|[?:*]", " ", cell))
    return next((name for name, titles in TITLES.items() if title in titles), None)


def _missing_columns(sheet: str, columns: Mapping[str, int]) -> Iterator[str]:
    known = {*columns, "where"} if "lever" in columns else set(columns)
    lacking = ", ".join(TITLES[name][0] for name in REQUIRED if name not in known)
    if lacking:
        yield f"sheet {sheet}: no column {lacking}: every action says who, when, where, how and why"


def _rows(sheet: str, rows: list[tuple[Any, ...]], at: int, columns: Mapping[str, int]) -> Iterator[_Row]:
    titles = {name: str(rows[at][position]).strip(" ?:*") for name, position in columns.items()}
    for number, row in enumerate(rows[at + 1 :], start=at + 2):
        cells = {
            name: row[position]
            for name, position in columns.items()
            if position < len(row) and row[position] is not None and str(row[position]).strip()
        }
        if {"activity", "kpi"} & set(cells):
            yield _Row(place=f"sheet {sheet}, row {number}", cells=cells, titles=titles)


def _action(row: _Row, reference: KpiReference, currency: str | None) -> tuple[Action | None, list[str]]:
    cells = dict(row.cells)
    cells.setdefault("where", cells.get("lever"))
    problems = [
        row.problem(name, "empty, a value is required") for name in REQUIRED if cells.get(name) is None
    ]
    values: dict[str, Any] = {}

    def read(name: str, reader: Any) -> None:
        if cells.get(name) is None:
            return
        try:
            values[name] = reader(cells[name])
        except ValueError as error:
            problems.append(row.problem(name, error))

    read("kpi", lambda cell: _kpi_name(cell, reference))
    kpi = reference.kpis.get(values.get("kpi", ""))
    if kpi is not None:
        read("target", lambda cell: _target(cell, kpi, currency))
    read("owner", _owner)
    read("start", _day)
    read("due", _day)
    read("budget", _amount)
    if "start" in values and "due" in values and values["due"] < values["start"]:
        problems.append(row.problem("due", f"due on {values['due']}, before it starts on {values['start']}"))
    if problems:
        return None, problems
    words = {name: _words(cells[name]) for name in ("activity", "objective", "where", "how", "why")}
    return Action.model_validate({**words, **values}), []


def _words(cell: Any) -> Text:
    """Give a cell's words; a workbook has one language, shown on the pages of both."""
    return Text(fr=str(cell).strip(), en=str(cell).strip())


def _kpi_name(cell: Any, reference: KpiReference) -> str:
    """Accept the name of a KPI in the reference, or its label in either language."""
    wanted = _plain(str(cell))
    for name, kpi in reference.kpis.items():
        if wanted in {
            _plain(name),
            _plain(name.replace("_", " ")),
            _plain(kpi.label.fr),
            _plain(kpi.label.en),
        }:
            return name
    labels = [kpi.label.fr for kpi in reference.kpis.values()]
    raise ValueError(
        f"{cell} is not in {reference.file.name}, {nearest(str(cell), [*reference.kpis, *labels])}"
    )


def _target(cell: Any, kpi: Kpi, currency: str | None) -> float:
    try:
        return read_target(cell, kpi, currency)
    except WrongTargetError as error:
        raise ValueError(str(error)) from None


def _owner(cell: Any) -> str:
    wanted = _plain(str(cell))
    for owner, words in OWNERS.items():
        if wanted == owner or wanted in words:
            return owner
    raise ValueError(f"{cell} is not a role, expected one of {', '.join(OWNERS)}, or its French name")


def _day(cell: Any) -> date:
    """Accept a date cell, 2026-10-05, or 05/10/2026 (day first, as French workbooks write)."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(str(cell).strip(), form).date()
        except ValueError:
            continue
    raise ValueError(f"{cell} is not a day, expected a date such as 05/10/2026")


def _amount(cell: Any) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        amount = float(cell)
    else:
        digits = re.sub(r"[\s\u00a0\u202f€]|EUR", "", str(cell)).replace(",", ".")
        try:
            amount = float(digits)
        except ValueError:
            raise ValueError(f"{cell} is not an amount, expected a number such as 6000") from None
    if amount < 0:
        raise ValueError(f"{cell} is negative, expected 0 or more")
    return amount


def _plain(words: str) -> str:
    """Give words without case, accents, hyphens and doubled spaces."""
    decomposed = unicodedata.normalize("NFKD", words.casefold())
    kept = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return re.sub(r"[\s_'’-]+", " ", kept).strip()


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", _plain(words)).strip("_")[:40].strip("_") or "action"


def _unused(name: str, taken: Mapping[str, Action]) -> str:
    if name not in taken:
        return name
    return next(other for k in range(2, len(taken) + 3) if (other := f"{name}_{k}") not in taken)
