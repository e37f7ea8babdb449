"""Packages whose names are looked up when they are used: what is not used is not imported."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

_GRAMMARS = "rfc3987_syntax"
"""Compiles 38 grammars of addresses, 1.3 s, for checks of formats that nothing here asks for."""


@contextmanager
def without_grammars() -> Iterator[None]:
    """Hide a package that is slow to import from those that can do without it, within the block."""
    if _GRAMMARS in sys.modules:
        yield
        return
    sys.modules[_GRAMMARS] = None  # type: ignore[assignment]  # what makes an import fail, by Python's reference
    try:
        yield
    finally:
        sys.modules.pop(_GRAMMARS, None)


def import_json_schema() -> None:
    """Import jsonschema, which charts and notebooks rest on, without what makes it slow."""
    with without_grammars():
        import_module("jsonschema")


def exporter(package: str, homes: Mapping[str, str]) -> Callable[[str], Any]:
    """Give the `__getattr__` (PEP 562) of a package, from each public name to its module.

    Examples
    --------
    >>> find = exporter("mmm", {"UserInputError": "errors"})
    >>> find("UserInputError").__name__
    'UserInputError'
    """

    def find(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        with without_grammars():
            return getattr(import_module(f"{package}.{homes[name]}"), name)

    return find
