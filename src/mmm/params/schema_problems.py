"""What pydantic refuses, in the words of the person who wrote the file."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mmm.errors import listed
from mmm.params.yaml_file import Location

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "date_type": "a date such as 2026-09-28",
    "date_from_datetime_inexact": "a date such as 2026-09-28",
    "dict_type": "`key: value` lines",
    "model_type": "`key: value` lines",
    "tuple_type": "a list",
    "missing": "a value",
}


def nearest(name: str, known: Sequence[str]) -> str:
    """Suggest the known name that was probably meant, or list the known ones.

    Examples
    --------
    >>> nearest("chanels", ["channels", "sources"])
    'did you mean channels?'
    """
    close = get_close_matches(str(name), list(known), n=1)
    return f"did you mean {close[0]}?" if close else f"known: {listed(known)}"


def schema_problems(error: ValidationError, schema: type[BaseModel]) -> Iterator[tuple[Location, str]]:
    """Give the place and the sentence of each thing refused, unions said once."""
    seen: set[tuple[Location, str]] = set()
    for detail in error.errors(include_url=False):
        if detail["type"] == "bool_type" and isinstance(detail["input"], dict):
            continue  # the other option of a union, of which the keys were refused one by one
        place = _place(detail["loc"])
        problem = (place, _sentence(detail, place, schema))
        if problem not in seen:
            seen.add(problem)
            yield problem


def _place(loc: Location) -> Location:
    """Leave out what pydantic adds for unions, such as `float` or `literal['plan']`."""
    return tuple(part for part in loc if isinstance(part, int) or not _is_type_tag(part))


def _is_type_tag(part: str) -> bool:
    tags = {"float", "int", "str", "bool", "HolidayWindow", "[key]"}
    return part in tags or part.startswith(("literal[", "constrained-"))


def _sentence(detail: ErrorDetails, place: Location, schema: type[BaseModel]) -> str:
    kind, found = detail["type"], detail["input"]
    known = _known_sentence(detail, place, schema)
    if known is not None:
        return known
    if kind in _EXPECTED:
        return f"found {_shown(found)}, expected {_EXPECTED[kind]}"
    return f"found {_shown(found)}, {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _known_sentence(detail: ErrorDetails, place: Location, schema: type[BaseModel]) -> str | None:
    """Say what was expected where the schema itself names it."""
    kind, found, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        parent = _model_at(schema, place[:-1])
        return f"unknown key, {nearest(str(place[-1]), list(parent.model_fields) if parent else [])}"
    if kind == "missing":
        return "missing, a value is required"
    sentence = None
    if kind == "union_tag_invalid":
        tags = [tag.strip("' ") for tag in context["expected_tags"].split(",")]
        sentence = f'found kind "{context["tag"]}", {nearest(context["tag"], tags)}'
    elif kind == "union_tag_not_found":
        sentence = f"found {_shown(found)}, expected a {context['discriminator']}".replace("'", "")
    elif kind in {"literal_error", "enum"}:
        sentence = f"found {_shown(found)}, expected {context['expected']}".replace("'", "")
    elif kind == "string_pattern_mismatch":
        sentence = _pattern_sentence(str(context["pattern"]), found)
    elif kind == "value_error":
        sentence = str(context["error"])
    return sentence


def _pattern_sentence(pattern: str, found: Any) -> str:
    if "[A-Z]{3}" in pattern:
        return f"found {_shown(found)}, expected a currency code such as EUR"
    return f"found {_shown(found)}, expected lower-case letters, digits and _ starting with a letter"


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return f"keys {listed(value)}" if value else "no keys"
    if isinstance(value, tuple | list):
        return f"a list of {len(value)}"
    if isinstance(value, str):
        return f'the text "{value}"'
    return str(value)


def _model_at(schema: type[BaseModel], place: Location) -> type[BaseModel] | None:
    here: Any = schema
    for part in place:
        here = _step(here, part)
    return _as_model(here)


def _step(kind: Any, part: str | int) -> Any:
    """Follow one key or index into a type."""
    model = _as_model(kind)
    if model is not None and not any(_has_tag(option, part) for option in _options(kind)):
        found = model.model_fields.get(str(part))
        return found.annotation if found else None
    for option in _options(kind):
        if _has_tag(option, part):
            return option
        if get_origin(option) in {dict, tuple, list}:
            arguments = get_args(option)
            return arguments[1] if get_origin(option) is dict else arguments[0]
    return None


def _has_tag(option: Any, part: str | int) -> bool:
    """Say whether a model of a tagged union has this tag, which pydantic puts into the place."""
    return (
        isinstance(option, type)
        and issubclass(option, BaseModel)
        and "kind" in option.model_fields
        and part in get_args(option.model_fields["kind"].annotation)
    )


def _options(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) is Annotated:
        return _options(get_args(kind)[0])
    return get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)


def _as_model(kind: Any) -> type[BaseModel] | None:
    for option in _options(kind):
        if isinstance(option, type) and issubclass(option, BaseModel):
            return option
    return None
