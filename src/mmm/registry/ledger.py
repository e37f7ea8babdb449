"""An append-only ledger in a database: every entry is chained to the one before by its digest.

Entries are never changed nor removed; triggers refuse it, and the chain shows it
where somebody went round them. Writers take turns through the database's own
write lock, so that several processes may record at once.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Engine, Integer, MetaData, Text, create_engine, event, insert, select, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import NullPool

from mmm.errors import UserInputError
from mmm.params import redacted_url, resolved_url

BUSY_SECONDS = 60
"""A writer waits this long for its turn."""
FIRST = "0" * 64
"""What the first entry is chained to."""
_METADATA = MetaData()
_ENTRIES = SqlTable(
    "entries",
    _METADATA,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False, index=True),
    Column("content", Text, nullable=False),
    Column("previous", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False, unique=True),
)
_GUARDS = tuple(
    f"CREATE TRIGGER IF NOT EXISTS entries_keep_{verb} BEFORE {verb} ON entries "
    "BEGIN SELECT RAISE(ABORT, 'the registry is append-only'); END"
    for verb in ("UPDATE", "DELETE")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """An open registry."""

    engine: Engine
    location: str
    """Path or URL, without password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger."""

    sequence: int
    """1 for the first."""
    kind: str
    content: Mapping[str, Any]
    digest: str


def open_registry(url_or_path: str | Path) -> Registry:
    """Open a registry, made when it does not exist: a path, or a `sqlite:///` URL.

    Raises
    ------
    UserInputError
        The folder is missing or read-only, the file is no database, or the URL is of another database.
    """
    where = str(url_or_path)
    url = resolved_url(where) if "://" in where else f"sqlite:///{Path(where).resolve()}"
    if not url.startswith("sqlite:"):
        kind = url.split(":", 1)[0]
        raise UserInputError(
            redacted_url(where), [f"found a {kind} database, expected a path or sqlite:///PATH"]
        )
    engine = create_engine(
        url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _take_turn)
    try:
        with engine.begin() as connection:
            _METADATA.create_all(connection)
            for guard in _GUARDS:
                connection.execute(text(guard))
    except (OperationalError, DatabaseError) as error:
        raise UserInputError(
            redacted_url(where), [_cannot_open(Path(engine.url.database or ""), error)]
        ) from None
    return Registry(engine=engine, location=redacted_url(where))


def _prepare(connection: Any, _: Any) -> None:
    """Survive a crash in the middle of a write: the journal is replayed, whole entries or none."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _take_turn(connection: Any) -> None:
    """Lock at the start: whoever reads the last digest is the next to write."""
    options = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN" if options.get("read_only") else "BEGIN IMMEDIATE")


def _cannot_open(path: Path, error: DatabaseError) -> str:
    if not path.parent.is_dir():
        return f"folder {path.parent} does not exist: make it, or correct the path"
    reason = str(error.orig)
    if "not a database" in reason:
        return "found a file that is not a registry: correct the path, or move the file away"
    return f"cannot be opened ({reason}): check that the folder can be written to"


def append(registry: Registry, kind: str, content: Mapping[str, Any]) -> Entry:
    """Add an entry at the end. On return it is on disk.

    Raises
    ------
    UserInputError
        The database cannot be written to: disk full, read-only, or locked for too long.
    """
    written = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    try:
        return _append(registry, kind, written)
    except OperationalError as error:
        raise UserInputError(
            registry.location,
            [f"nothing was recorded ({error.orig}): free the disk or the lock, then record it again"],
        ) from None


def _append(registry: Registry, kind: str, written: str) -> Entry:
    with registry.engine.begin() as connection:
        last = connection.execute(
            select(_ENTRIES.c.sequence, _ENTRIES.c.digest).order_by(_ENTRIES.c.sequence.desc()).limit(1)
        ).one_or_none()
        sequence, previous = (1, FIRST) if last is None else (last.sequence + 1, last.digest)
        digest = chained_digest(sequence, kind, written, previous)
        row = {"sequence": sequence, "kind": kind, "content": written, "previous": previous, "digest": digest}
        connection.execute(insert(_ENTRIES).values(row))
    return Entry(sequence=sequence, kind=kind, content=json.loads(written), digest=digest)


def chained_digest(sequence: int, kind: str, content: str, previous: str) -> str:
    """Give the digest of an entry: SHA-256 of its number, kind, content and the digest before it."""
    return sha256(json.dumps([sequence, kind, content, previous]).encode()).hexdigest()


def entries(registry: Registry, kind: str | None = None) -> tuple[Entry, ...]:
    """Give the entries, oldest first; of one kind when asked."""
    query = select(_ENTRIES).order_by(_ENTRIES.c.sequence)
    if kind is not None:
        query = query.where(_ENTRIES.c.kind == kind)
    with registry.engine.connect().execution_options(read_only=True) as connection:
        rows = connection.execute(query).all()
    return tuple(
        Entry(sequence=row.sequence, kind=row.kind, content=json.loads(row.content), digest=row.digest)
        for row in rows
    )


def verify_chain(registry: Registry, known_head: str | None = None) -> tuple[str, ...]:
    """List what was altered in a registry; nothing when the chain is whole.

    Parameters
    ----------
    known_head
        Digest of an entry seen before, such as the last one of an earlier run. A chain
        cut at its end is whole by itself: only a digest kept elsewhere shows the cut.
    """
    return tuple(_breaks(registry, known_head))


def _breaks(registry: Registry, known_head: str | None) -> Iterator[str]:
    previous, expected, seen = FIRST, 1, known_head is None
    with registry.engine.connect().execution_options(read_only=True) as connection:
        rows = connection.execute(select(_ENTRIES).order_by(_ENTRIES.c.sequence)).all()
    for row in rows:
        if row.sequence != expected:
            yield f"entry {expected}: missing, found entry {row.sequence} in its place"
        if row.previous != previous:
            yield f"entry {row.sequence}: does not follow the entry before it"
        if chained_digest(row.sequence, row.kind, row.content, row.previous) != row.digest:
            yield f"entry {row.sequence}: its content was altered"
        previous, expected, seen = row.digest, row.sequence + 1, seen or row.digest == known_head
    if not seen:
        yield f"entry with digest {known_head}: missing, entries were removed at the end or rewritten"


def head(registry: Registry) -> str:
    """Give the digest of the last entry; sixty-four zeros for an empty registry."""
    found = entries(registry)
    return found[-1].digest if found else FIRST
