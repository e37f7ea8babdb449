"""KPI formulas: SQL expressions over declared columns, in a database that can reach nothing else.

A formula is parsed, never evaluated as Python. Only columns, constants,
arithmetic, comparisons, CASE and the functions of `FUNCTIONS` may stand in it;
the connection has no file, network or extension access and cannot get it back.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import duckdb

from mmm.errors import listed
from mmm.params import nearest

FUNCTIONS = ("sum", "avg", "min", "max", "count", "nullif", "abs", "round", "greatest", "least", "ln", "exp")
"""Functions that a formula may call."""
_ARITHMETIC = ("+", "-", "*", "/", "**", "^", "%")
_AGGREGATES = frozenset({"sum", "avg", "min", "max", "count"})
_ALLOWED = frozenset({"FUNCTION", "COLUMN_REF", "CONSTANT", "OPERATOR", "CASE", "COMPARISON", "CONJUNCTION"})
_NOT_ONE_EXPRESSION = "expected one SQL expression such as sum(clicks) / nullif(sum(impressions), 0)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A formula that was parsed: its text and the columns it reads, in order."""

    text: str
    columns: tuple[str, ...]


@cache
def parse_formula(text: str) -> Formula:
    """Parse a formula, or say in one sentence why it is refused.

    Raises
    ------
    ValueError
        Not one expression, or it holds something else than columns, arithmetic and `FUNCTIONS`.

    Examples
    --------
    >>> parse_formula("sum(full_cost) / nullif(sum(new_customers), 0)").columns
    ('full_cost', 'new_customers')
    """
    nodes = tuple(_nodes(_expression(text)))
    refused = {node["class"].lower() for node in nodes} - {kind.lower() for kind in _ALLOWED}
    if refused:
        raise ValueError(
            f"found a {listed(sorted(refused))}, expected columns, arithmetic and functions only"
        )
    called = [node["function_name"] for node in nodes if node["class"] == "FUNCTION"]
    for name in called:
        if name not in FUNCTIONS and name not in _ARITHMETIC:
            raise ValueError(f"function {name} is not allowed, {nearest(name, FUNCTIONS)}")
    if not _AGGREGATES & set(called):
        raise ValueError(f"found no {listed(sorted(_AGGREGATES))}: say how the periods are put together")
    references = [node["column_names"] for node in nodes if node["class"] == "COLUMN_REF"]
    for names in references:
        if len(names) > 1:
            raise ValueError(f"found {'.'.join(names)}, expected a column name alone")
    columns = tuple(dict.fromkeys(names[0] for names in references))
    _bind(text, columns)
    return Formula(text=text, columns=columns)


def _bind(text: str, columns: Sequence[str]) -> None:
    """Refuse what parses and cannot be computed, such as a sum of sums."""
    empty = ", ".join(f'0.0::DOUBLE AS "{name}"' for name in columns) or "0.0 AS nothing"
    try:
        _parser().cursor().execute(f"SELECT ({text}\n)::DOUBLE FROM (SELECT {empty}) AS facts")
    except duckdb.Error as error:
        sentence = str(error).split("\n")[0].removeprefix("Binder Error: ")
        raise ValueError(f"cannot be computed, {sentence[0].lower()}{sentence[1:]}") from None


def _expression(text: str) -> dict[str, Any]:
    if not text.strip() or any(mark in text for mark in (";", "--", "/*")):
        raise ValueError(_NOT_ONE_EXPRESSION)
    answer = json.loads(_parse(f"SELECT ({text}\n) AS value FROM facts"))
    if answer["error"]:
        raise ValueError(f"{answer['error_message']}, {_NOT_ONE_EXPRESSION}")
    (statement,) = answer["statements"]
    node = statement["node"]
    one = node["type"] == "SELECT_NODE" and len(node["select_list"]) == 1
    if not one or node["from_table"]["type"] != "BASE_TABLE" or node["where_clause"] is not None:
        raise ValueError(_NOT_ONE_EXPRESSION)
    expression: dict[str, Any] = node["select_list"][0]
    return expression


def _parse(statement: str) -> str:
    row = _parser().cursor().execute("SELECT json_serialize_sql(?)", [statement]).fetchone()
    assert row is not None
    return str(row[0])


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    """Give an empty database that formulas are parsed in."""
    return locked_database(())


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every expression of the parse tree."""
    if isinstance(value, dict):
        if "class" in value:
            yield value
        for item in value.values():
            yield from _nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _nodes(item)


def locked_database(tables: Sequence[tuple[str, Any]]) -> duckdb.DuckDBPyConnection:
    """Load Arrow tables in a new in-memory database, then close every other door.

    After this no statement can read or write a file, load an extension, attach
    a database, look up a Python variable, or change these settings.
    """
    connection = duckdb.connect(":memory:", config={"threads": 1})
    for name, table in tables:
        connection.register("incoming", table)
        connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM incoming')
        connection.unregister("incoming")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET lock_configuration = true")
    return connection
