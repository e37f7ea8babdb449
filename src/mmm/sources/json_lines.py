"""JSON lines into the database, such as event tables of BigQuery: nested fields by their path."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmm.sources.dialects import recognise
from mmm.sources.problems import SourceProblems
from mmm.sources.raw import Opening, Raw, literal

_LOOKED_AT = 2_000
"""Lines whose fields make the columns."""
_LARGEST = 100_000_000


def is_json_lines(start: bytes) -> bool:
    """Tell from its first bytes whether a file holds one JSON object per line."""
    return start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{")


def read_json_lines(opening: Opening, path: Path) -> Raw:
    """Load objects as rows of text cells; `a.b` is field b of a, `event_params.k` the parameter k."""
    import duckdb  # noqa: PLC0415 - only those who read data pay for it

    header = _fields(path)
    columns = ", ".join(f"{_extracted(name)} AS c{at}" for at, name in enumerate(header))
    call = (
        f"read_json_objects({literal(str(path))}, format='newline_delimited', maximum_object_size={_LARGEST})"
    )
    query = f"SELECT row_number() OVER () AS row, {columns} FROM {call}"
    try:
        opening.connection.execute(f"CREATE TABLE {opening.relation} AS {query}")
    except duckdb.Error as error:
        raise SourceProblems([f"not JSON lines ({str(error).splitlines()[0]}): export it again"]) from None
    known = (recognise(dialect, header) for dialect in opening.dialects)
    recognised = max((found for found in known if found), key=lambda found: len(found.columns), default=None)
    return Raw(
        relation=opening.relation,
        header=tuple(header),
        types=("VARCHAR",) * len(header),
        location=str(path),
        said=(recognised.label if recognised else "JSON", "UTF-8", "one object per line"),
        recognised=recognised,
    )


def _fields(path: Path) -> list[str]:
    names: dict[str, None] = {}
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if number > _LOOKED_AT:
                break
            if line.strip():
                names |= dict.fromkeys(_paths(_object(line, number)))
    return list(names)


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise SourceProblems([f"line {number} is not JSON ({error}): export the file again"]) from None
    if not isinstance(found, dict):
        raise SourceProblems([f"line {number} is not an object, expected one per line: export it so"])
    return found


def _paths(value: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _paths(inner, f"{prefix}{name}.")
        elif isinstance(inner, list):
            keys = [item["key"] for item in inner if isinstance(item, dict) and "key" in item]
            yield from (f"{prefix}{name}.{key}" for key in keys)
        else:
            yield f"{prefix}{name}"


def _extracted(name: str) -> str:
    *folders, last = name.split(".")
    path = "$" + "".join(f'."{part}"' for part in (*folders, last))
    plain = f"json_extract_string(json, {literal(path)})"
    if not folders:
        return plain
    at = "$" + "".join(f'."{part}"' for part in folders)
    item = (
        f"list_filter(from_json(json_extract(json, {literal(at)}), '[\"JSON\"]'), "
        f"lambda x: json_extract_string(x, '$.key') = {literal(last)})[1]"
    )
    kinds = ("string_value", "int_value", "float_value", "double_value")
    values = ", ".join(f"json_extract_string({item}, '$.value.{kind}')" for kind in kinds)
    is_list = f"json_type(json, {literal(at)}) = 'ARRAY'"
    return f"CASE WHEN {is_list} THEN coalesce({values}) ELSE {plain} END"
