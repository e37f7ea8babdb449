"""Packages whose names are looked up when they are used: what is not used is not imported."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


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
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return find
