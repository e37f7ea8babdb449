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

from sqlalchemy import Column, Engine, Integer, MetaData, Text, insert, select
from sqlalchemy import Table as SqlTable
from sqlalchemy.exc import OperationalError

from mmm.errors import UserInputError
from mmm.params import redacted_url
from mmm.registry.opening import opened

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
    """Open a registry, made when it does not exist: a path, a `sqlite:///` or a `postgresql://` URL.

    Raises
    ------
    UserInputError
        The database cannot be opened, or is of another kind.
    """
    where = str(url_or_path)
    return Registry(engine=opened(where, _METADATA), location=redacted_url(where))


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
