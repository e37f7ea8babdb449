"""Params file to `RunParams`: every problem in one message, with its line."""

import json
import os
import re
from pathlib import Path

from pydantic import ValidationError

from mmm.errors import UserInputError
from mmm.params.references import reference_problems
from mmm.params.run import RunParams
from mmm.params.schema_problems import schema_problems
from mmm.params.yaml_file import Location, YamlFile, read_yaml

_VARIABLE = re.compile(r"\$\{(\w+)\}")


def read_params(path: Path | str) -> RunParams:
    """Read and validate a params file.

    Raises
    ------
    UserInputError
        Every problem of the file at once: file, line, what was found, what was expected.
    """
    file = read_yaml(Path(path))
    problems: dict[tuple[Location, str], None] = {}
    params = None
    try:
        params = RunParams.model_validate({**file.values, "file": file.path.resolve()})
    except ValidationError as error:
        problems.update(dict.fromkeys(schema_problems(error, RunParams)))
    problems.update(dict.fromkeys(reference_problems(file.values)))
    if problems or params is None:
        raise UserInputError(str(path), _sentences(file, list(problems)))
    return params


def _sentences(file: YamlFile, problems: list[tuple[Location, str]]) -> list[str]:
    ordered = sorted(problems, key=lambda problem: file.line_of(problem[0]))
    return [
        f"line {file.line_of(place)}, {'.'.join(str(part) for part in place)}: {sentence}"
        for place, sentence in ordered
    ]


def resolved_url(url: str) -> str:
    """Fill `${NAME}` of a database URL from the environment.

    Raises
    ------
    UserInputError
        A variable is not set. The message never holds a value.
    """
    missing = [name for name in _VARIABLE.findall(url) if name not in os.environ]
    if missing:
        raise UserInputError(
            redacted_url(url),
            [f"environment variable {name} is not set: set it before the run" for name in missing],
        )
    return _VARIABLE.sub(lambda match: os.environ[match.group(1)], url)


def redacted_url(url: str) -> str:
    """Hide the password of a database URL.

    Examples
    --------
    >>> redacted_url("postgresql://anna:secret@db.example/sales")
    'postgresql://anna:***@db.example/sales'
    """
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", url)


def schema_json() -> str:
    """Give the JSON schema of a params file, for editors."""
    schema = RunParams.model_json_schema()
    schema["properties"].pop("file", None)
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
