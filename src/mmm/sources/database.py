"""The embedded database of one reading, and the door to it through Ibis."""

import tempfile
from functools import cached_property
from typing import Any

from mmm.sources.raw import literal


class Database:
    """One DuckDB in memory; all tables of a reading live on it, so that they can be joined.

    Ibis takes half a second to import: it is there for the parts that compute
    in the database, and `mmm check` starts without it.
    """

    def __init__(self) -> None:
        import duckdb  # noqa: PLC0415 - only those who read data pay for it

        self.connection: Any = duckdb.connect()
        # Nothing is fetched from a network on the way, and spilled rows stay out of the project.
        self.connection.execute("SET autoinstall_known_extensions = false")
        self.connection.execute(f"SET temp_directory = {literal(f'{tempfile.gettempdir()}/mmm_duckdb')}")

    @cached_property
    def backend(self) -> Any:
        """The same connection as an Ibis backend."""
        import ibis  # noqa: PLC0415

        return ibis.duckdb.from_connection(self.connection)
