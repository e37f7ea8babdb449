"""A YAML 1.2 file as plain values, with the line of every key.

`yes` is a word, `1e3` a number, a duplicate key an error; lists come as tuples.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from mmm.errors import UserInputError

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YamlFile:
    """What a YAML file says, and where."""

    path: Path
    values: dict[str, Any]
    lines: dict[Location, int] = field(repr=False)

    def line_of(self, location: Location) -> int:
        """Give the line of a key, or of the nearest parent that is in the file."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.lines:
                return self.lines[location[:length]]
        return 1


def read_yaml(path: Path) -> YamlFile:
    """Read a YAML file whose top level is a mapping.

    Raises
    ------
    UserInputError
        The file is missing, not UTF-8, not YAML, or not a mapping.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UserInputError(str(path), [_missing(path)]) from None
    except IsADirectoryError:
        raise UserInputError(str(path), ["found a folder, expected a YAML file"]) from None
    except UnicodeDecodeError as error:
        raise UserInputError(
            str(path), [f"byte {error.start} is not UTF-8: save the file as UTF-8 in your editor"]
        ) from None
    reader = YAML(typ="safe", pure=True)
    try:
        values = reader.load(text)
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        raise UserInputError(str(path), [_syntax(error)]) from None
    except YAMLError as error:
        raise UserInputError(str(path), [f"not YAML: {error}"]) from None
    if not isinstance(values, dict):
        found = "nothing" if values is None else type(values).__name__
        raise UserInputError(str(path), [f"found {found}, expected `key: value` lines"])
    return YamlFile(path=path, values=_plain(values), lines=dict(_lines(root, ())))


def _missing(path: Path) -> str:
    beside = sorted(p.name for p in path.parent.glob("*.y*ml")) if path.parent.is_dir() else []
    there = f"files there: {', '.join(beside[:5])}" if beside else "no YAML file is there"
    return f"no such file; {there}: check the name, or make one with `mmm init`"


def _syntax(error: MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "unknown line"
    problem = (error.problem or error.context or "syntax").split("\n")[0]
    return f"{where}: not valid YAML, {problem}"


def _plain(value: Any) -> Any:
    """Lists as tuples: records are frozen."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return tuple(_plain(item) for item in value) if isinstance(value, list) else value


def _lines(node: Node, at: Location) -> Iterator[tuple[Location, int]]:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            here = (*at, key.value)
            yield here, key.start_mark.line + 1
            yield from _lines(value, here)
    elif isinstance(node, SequenceNode):
        for index, value in enumerate(node.value):
            yield (*at, index), value.start_mark.line + 1
            yield from _lines(value, (*at, index))
