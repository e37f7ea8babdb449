"""Nutpie's compiled part, without its Python package, which imports arviz for 2 seconds.

This entry is internal to nutpie: pyproject pins the version range, tests/contracts hold it.
"""

import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from types import ModuleType


def nutpie_library() -> ModuleType:
    """Give nutpie's extension module, loaded once and shared with a later `import nutpie`."""
    name = "nutpie._lib"
    if name in sys.modules:
        return sys.modules[name]
    package = importlib.util.find_spec("nutpie")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("nutpie is not installed: install the project's requirements")
    file = _extension_file(Path(package.submodule_search_locations[0]))
    loader = importlib.machinery.ExtensionFileLoader(name, str(file))
    found = importlib.util.spec_from_file_location(name, file, loader=loader)
    if found is None:
        raise ImportError(f"{file} cannot be loaded")
    library = importlib.util.module_from_spec(found)
    loader.exec_module(library)
    sys.modules[name] = library
    return library


def _extension_file(folder: Path) -> Path:
    for suffix in importlib.machinery.EXTENSION_SUFFIXES:
        if (folder / f"_lib{suffix}").exists():
            return folder / f"_lib{suffix}"
    raise ModuleNotFoundError(f"nutpie's extension is missing in {folder}: reinstall nutpie")
