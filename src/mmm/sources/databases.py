"""Tables of databases: DuckDB files attached read-only, others copied in through Ibis."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from mmm.errors import UserInputError
from mmm.params import nearest, redacted_url, resolved_url
from mmm.sources.problems import SourceProblems
from mmm.sources.raw import Opening, Raw, column_types, literal, quoted, renamed

_DUCKDB = "duckdb://"


def read_database_table(opening: Opening, url: str, table: str, beside: Path) -> Raw:
    """Point at a table of a DuckDB file, or copy one of another database."""
    shown = redacted_url(url)
    try:
        full = resolved_url(url)
    except UserInputError as error:
        raise SourceProblems(error.problems) from None
    if full.startswith(_DUCKDB):
        source, kind = _attached(opening, full, table, beside), "DuckDB"
    else:
        source, kind = _copied(opening, full, table), full.split(":", 1)[0]
    kinds = column_types(opening.connection, source)
    cells = f"SELECT row_number() OVER () AS row, {renamed(list(kinds))} FROM {source}"
    opening.connection.execute(f"CREATE VIEW {opening.relation} AS {cells}")
    return Raw(
        relation=opening.relation,
        header=tuple(kinds),
        types=tuple(kinds.values()),
        location=f"{shown}, table {table}",
        said=(f"{kind} table {table}",),
        stays=True,
    )


def _attached(opening: Opening, url: str, table: str, beside: Path) -> str:
    import duckdb  # noqa: PLC0415 - only those who read data pay for it

    path = Path(url.removeprefix(_DUCKDB).removeprefix("/"))
    path = path if path.is_absolute() else (beside / path).resolve()
    if not path.is_file():
        raise SourceProblems([f"no such database file {path}: check the path"])
    alias = f"base_{opening.name}"
    connection = opening.connection
    try:
        connection.execute(f"ATTACH {literal(str(path))} AS {quoted(alias)} (READ_ONLY)")
    except duckdb.Error as error:
        raise SourceProblems([f"not a readable DuckDB file ({str(error).splitlines()[0]})"]) from None
    schema, _, bare = table.rpartition(".")
    known = [
        f"{found_schema}.{found}" if found_schema != "main" else found
        for found_schema, found in connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? UNION ALL "
            "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = ? AND NOT internal",
            [alias, alias],
        ).fetchall()
    ]
    if table not in known:
        raise SourceProblems(
            [f"table {table} not found: {nearest(table, known) if known else 'the file has none'}"]
        )
    return ".".join(map(quoted, (alias, schema or "main", bare)))


def _copied(opening: Opening, url: str, table: str) -> str:
    import ibis  # noqa: PLC0415 - only analyses with a database server pay for its driver

    try:
        server = ibis.connect(url)
    except (ImportError, AttributeError):
        driver = url.split(":", 1)[0].removesuffix("ql")
        raise SourceProblems(
            [f'the driver is not installed: `pip install "ibis-framework[{driver}]"` first']
        ) from None
    except Exception as error:
        reason = _without_password(str(error), url).splitlines()[0]
        raise SourceProblems([f"the database does not answer ({type(error).__name__}: {reason})"]) from None
    schema, _, bare = table.rpartition(".")
    known = list(server.list_tables(database=schema or None))
    if bare not in known:
        raise SourceProblems([f"table {table} not found: {nearest(bare, known)}"])
    batches = server.table(bare, database=schema or None).to_pyarrow_batches()
    relation = quoted(f"copy_{opening.name}")
    opening.connection.register("loading_batches", batches)
    opening.connection.execute(f"CREATE TABLE {relation} AS SELECT * FROM loading_batches")
    opening.connection.unregister("loading_batches")
    return relation


def _without_password(message: str, url: str) -> str:
    password = urlsplit(url).password
    for secret in {password, unquote(password)} if password else ():
        message = message.replace(secret, "***")
    return redacted_url(message)
