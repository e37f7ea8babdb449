"""How a file would be read, without any params: what it is, its columns, its evidence, what to declare."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from mmm.params.data import Source
from mmm.sources.contents import columns_of_content
from mmm.sources.database import Database
from mmm.sources.dialects import DIALECTS
from mmm.sources.interpretation import Interpreted, interpret
from mmm.sources.opening import open_file
from mmm.sources.placing import place
from mmm.sources.problems import SourceProblems
from mmm.sources.proposing import Proposal, propose, proposed_columns
from mmm.sources.raw import Opening, Raw, quoted

NOT_READ = "not read"
_COUNTED = frozenset({"score", "position"})
"""Columns of numbers whose sum means nothing."""
_USUAL = ("date", "spend", "amount", "campaign", "jour", "semaine", "montant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One file as it would be read."""

    path: Path
    said: str
    """What was recognised: "Google Ads FR, UTF-16, tab, 2 title lines, 3 total rows left out"."""
    tool: str = ""
    """Value of `format`; empty for a file of no known tool."""
    content: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Our column: its name in the file."""
    unused: tuple[str, ...] = ()
    """Columns of the file that nothing uses."""
    rows: int = 0
    first: date | None = None
    last: date | None = None
    sums: Mapping[str, float] = field(default_factory=dict)
    """Our column of numbers: its sum, total rows left aside."""
    unreadable: int = 0
    """Cells that hold something and cannot be read."""
    currency: str = ""
    """Currencies that the file states; empty when it states none."""
    problems: tuple[str, ...] = ()
    """What a person must decide or correct before this file can be read."""
    is_typed: bool = False
    """Rows were read: their number, dates and sums are known."""
    is_proposed: bool = False
    """The columns are a proposal: no tool was recognised."""

    @property
    def declaration(self) -> str:
        """Lines to paste under `sources` of a params file."""
        name = "".join(letter if letter.isalnum() else "_" for letter in self.path.stem.casefold()).strip("_")
        lines = [f"{name}:", f"  content: {self.content or '?'}", f"  path: {self.path}"]
        declared = self._declared
        if self.tool:
            lines.append(f"  format: {self.tool}")
        elif declared:
            lines.append("  columns:")
            lines += [f"    {ours}: {_yaml(header)}" for ours, header in declared.items()]
        if self.content == "outcome":
            lines.append(
                "# and under `outcomes` (or, for a target: `content: target` and these in `columns`):"
            )
            lines += [
                f"#   {ours}: {{source: {name}, column: {_yaml(header)}}}"
                for ours, header in self.columns.items()
                if ours not in declared
            ]
        if self.content == "media" and "channel" not in declared:
            lines.append("  channel: ?            # or `campaigns: {pattern: channel}`")
        if self.content in {"media", "deals", "fees", "transactions", "contracts"} and not self.currency:
            lines.append("  currency: ?           # the file does not say it")
        return "\n".join(lines)

    @property
    def _declared(self) -> dict[str, str]:
        """Columns as they stand in a source: those of outcomes are named under `outcomes`."""
        named_elsewhere = set(self.columns) - {"date"} if self.content == "outcome" else set()
        return {ours: header for ours, header in self.columns.items() if ours not in named_elsewhere}


def explain_file(path: Path) -> Explanation:
    """Open one file and say how it is read; what cannot be decided is a problem, never a guess."""
    database = Database()
    with tempfile.TemporaryDirectory(prefix="mmm_") as folder:
        source = Source(content="media", path=str(path))
        opening = Opening(
            connection=database.connection, name="file", folder=Path(folder), wanted=_USUAL, dialects=DIALECTS
        )
        try:
            raw = open_file(opening, path, source)
        except SourceProblems as found:
            return Explanation(path=path, said=NOT_READ, problems=found.problems)
        return _explained(database.connection, path, raw)


def _explained(connection: Any, path: Path, raw: Raw) -> Explanation:
    dialect = raw.recognised.dialect if raw.recognised else None
    proposal = None if dialect else propose(connection, raw)
    content = dialect.content if dialect else proposal.content if proposal else ""
    if not content:
        return Explanation(
            path=path,
            said=", ".join(raw.said),
            unused=raw.header,
            problems=(
                "no known tool and no column that looks like ours: declare `content` and `columns`, "
                "or leave the file out",
            ),
        )
    source = Source.model_validate(
        {"content": content, "path": str(path), "columns": dict(proposal.columns) if proposal else {}}
    )
    known = columns_of_content(content) if proposal is None else proposed_columns(content)
    try:
        placed = place(source, raw, [column for column in known if _is_there(column.name, proposal)])
        typed = interpret(connection, "weekly", source, raw, placed)
    except SourceProblems as found:
        return Explanation(
            path=path,
            said=", ".join(raw.said),
            tool=dialect.name if dialect else "",
            content=content,
            columns=proposal.columns if proposal else {},
            problems=found.problems,
            is_proposed=proposal is not None,
        )
    return _measured(connection, raw, typed, proposal, Explanation(path=path, said="", content=content))


def _is_there(name: str, proposal: Proposal | None) -> bool:
    return proposal is None or name in proposal.columns


def _measured(
    connection: Any, raw: Raw, typed: Interpreted, proposal: Proposal | None, begun: Explanation
) -> Explanation:
    """Complete an explanation with what the typed rows hold."""
    columns = ", ".join(f"{sql} AS {quoted(ours)}" for ours, sql in typed.columns.items())
    connection.execute(
        f"CREATE TEMP TABLE explained AS SELECT {columns} FROM {raw.relation} WHERE {typed.where}"
    )
    kinds = {name: kind for name, kind, *_ in connection.execute("DESCRIBE explained").fetchall()}
    numbers = [name for name, kind in kinds.items() if kind == "DOUBLE"]
    asked = ["count(*)", *(f"sum({quoted(name)})" for name in numbers)]
    count, *sums = connection.execute(f"SELECT {', '.join(asked)} FROM explained").fetchall()[0]
    first, last = _range(connection, kinds)
    faults = sum(
        connection.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0]
        for query in typed.faults.values()
    )
    missing = tuple(
        f"no column found for {name}: name it in `columns`" for name in (proposal.missing if proposal else ())
    )
    return replace(
        begun,
        said=", ".join((*raw.said, *typed.said)),
        tool=raw.recognised.dialect.name if raw.recognised else "",
        columns=typed.headers,
        unused=tuple(name for name in raw.header if name and name not in typed.headers.values()),
        rows=count,
        first=first,
        last=last,
        sums={
            name: total
            for name, total in zip(numbers, sums, strict=True)
            if total is not None and name not in _COUNTED
        },
        unreadable=faults,
        currency=_currency(connection, raw, typed, kinds),
        problems=missing,
        is_typed=True,
        is_proposed=proposal is not None,
    )


def _range(connection: Any, kinds: Mapping[str, str]) -> tuple[date | None, date | None]:
    ends = [name for name in ("date", "date_end") if name in kinds]
    if not ends:
        return None, None
    first, last = connection.execute(
        f"SELECT min({ends[0]})::DATE, max({ends[-1]})::DATE FROM explained"
    ).fetchall()[0]
    return first, last


def _currency(connection: Any, raw: Raw, typed: Interpreted, kinds: Mapping[str, str]) -> str:
    stated = {(raw.recognised and raw.recognised.currency) or typed.currency or ""}
    if "currency" in kinds:
        rows = connection.execute(
            "SELECT DISTINCT upper(currency) FROM explained WHERE currency IS NOT NULL"
        ).fetchall()
        stated |= {name for (name,) in rows}
    return ", ".join(sorted(name for name in stated if name))


def _yaml(text: str) -> str:
    return text if text.replace(" ", "").replace("_", "").isalnum() else '"' + text.replace('"', '\\"') + '"'
