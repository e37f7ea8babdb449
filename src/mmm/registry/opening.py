"""How a registry's database is opened: SQLite by path, PostgreSQL by URL; writers take turns in both."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.pool import NullPool

from mmm.errors import UserInputError
from mmm.params import redacted_url, resolved_url

BUSY_SECONDS = 60
"""A writer waits this long for its turn."""
SCHEMA = "mmm_registry"
"""Schema of PostgreSQL that holds the entries."""
_TURN = 7_106_019
"""Number of the advisory lock that writers on PostgreSQL take; any will do, always the same."""
_REFUSED = "the registry is append-only"
_SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER IF NOT EXISTS entries_keep_{verb} BEFORE {verb} ON entries "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    for verb in ("UPDATE", "DELETE")
)
_POSTGRESQL_GUARDS = (
    f"CREATE OR REPLACE FUNCTION {SCHEMA}.keep_entries() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$",
    f"CREATE OR REPLACE TRIGGER entries_keep_rows BEFORE UPDATE OR DELETE ON {SCHEMA}.entries "
    f"FOR EACH ROW EXECUTE FUNCTION {SCHEMA}.keep_entries()",
    f"CREATE OR REPLACE TRIGGER entries_keep_all BEFORE TRUNCATE ON {SCHEMA}.entries "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {SCHEMA}.keep_entries()",
)


def opened(where: str, metadata: MetaData) -> Engine:
    """Open the database of a registry and make its table and its guards where they are missing.

    Raises
    ------
    UserInputError
        The folder is missing or read-only, the file is no registry, the server does not answer,
        its driver is not installed, or the URL is of another database.
    """
    url = resolved_url(where) if "://" in where else f"sqlite:///{Path(where).resolve()}"
    kind = url.split(":", 1)[0].split("+", 1)[0]
    if kind == "sqlite":
        return _sqlite(where, url, metadata)
    if kind in {"postgresql", "postgres"}:
        return _postgresql(where, url, metadata)
    expected = "expected a path, sqlite:///PATH or postgresql://..."
    raise UserInputError(redacted_url(where), [f"found a {kind} database, {expected}"])


def _sqlite(where: str, url: str, metadata: MetaData) -> Engine:
    engine = create_engine(
        url, poolclass=NullPool, connect_args={"timeout": BUSY_SECONDS, "isolation_level": None}
    )
    event.listen(engine, "connect", _survive_crashes)
    event.listen(engine, "begin", _take_turn_on_sqlite)
    try:
        with engine.begin() as connection:
            metadata.create_all(connection)
            for guard in _SQLITE_GUARDS:
                connection.execute(text(guard))
    except DatabaseError as error:
        raise UserInputError(
            redacted_url(where), [_cannot_open(Path(engine.url.database or ""), error)]
        ) from None
    return engine


def _survive_crashes(connection: Any, _: Any) -> None:
    """After a crash in the middle of a write the journal is replayed: whole entries or none."""
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _take_turn_on_sqlite(connection: Any) -> None:
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


def _postgresql(where: str, url: str, metadata: MetaData) -> Engine:
    try:
        full = make_url(url).set(drivername="postgresql+psycopg")
        engine = create_engine(full, poolclass=NullPool, connect_args={"connect_timeout": BUSY_SECONDS})
    except ModuleNotFoundError:
        advice = 'the driver of PostgreSQL is not installed: `pip install "psycopg[binary]"` first'
        raise UserInputError(redacted_url(where), [advice]) from None
    except (ArgumentError, ValueError):
        raise UserInputError(redacted_url(where), ["not a database URL: correct it"]) from None
    engine = engine.execution_options(schema_translate_map={None: SCHEMA})
    event.listen(engine, "begin", _take_turn_on_postgresql)
    try:
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            metadata.create_all(connection)
            for guard in _POSTGRESQL_GUARDS:
                connection.execute(text(guard))
    except DatabaseError as error:
        reason = str(error.orig).strip().splitlines()[-1]
        secret = full.password
        reason = reason.replace(str(secret), "***") if secret else reason
        raise UserInputError(
            redacted_url(where),
            [f"the database does not answer ({reason}): check the URL, the server and its rights"],
        ) from None
    return engine


def _take_turn_on_postgresql(connection: Any) -> None:
    """Wait for the one lock that writers share; it goes with the transaction, crashed or not."""
    if connection.get_execution_options().get("read_only"):
        return
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'")
    connection.exec_driver_sql("SET LOCAL synchronous_commit = on")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
