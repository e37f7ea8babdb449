"""The pages' notebooks: where they are, and how their cells are shown without a kernel."""

import ast
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from mmm.errors import UserInputError

_CHECKOUT = Path(__file__).resolve().parents[3]
FOLDER = Path("notebooks") / "dashboards"


def notebooks_folder(workspace: Path | None = None) -> Path:
    """Find the pages' notebooks: those of the workspace, else the checkout's.

    Raises
    ------
    UserInputError
        Neither has them.
    """
    places = [place / FOLDER for place in (workspace, Path.cwd(), _CHECKOUT) if place is not None]
    for place in places:
        if (place / "strategic.ipynb").is_file():
            return place
    tried = ", ".join(str(place) for place in places)
    raise UserInputError(
        "dashboards",
        [f"strategic.ipynb is in none of {tried}: go to a workspace, or make one with `mmm init`"],
    )


def shown_notebook(path: Path, parameters: Mapping[str, Any]) -> Any:
    """Run a page's cells in this process and keep what each of them shows.

    The pages' notebooks only call: nothing of a kernel is needed, and a page takes
    a tenth of the time. Cells tagged `parameters` are replaced by `parameters`.
    """
    notebook: Any = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    names: dict[str, Any] = dict(parameters)
    shown = []
    for cell in notebook.cells:
        if cell.cell_type != "code" or "parameters" in cell.metadata.get("tags", []):
            continue
        value = _value(cell.source, names)
        html = value._repr_html_() if hasattr(value, "_repr_html_") else ""
        if html:
            cell.outputs = [_output(html, str(getattr(value, "part", "")))]
            shown.append(cell)
    notebook.cells = shown
    return notebook


def _value(source: str, names: dict[str, Any]) -> Any:
    """Run a cell; give the value of its last line when that is an expression."""
    body = ast.parse(source).body
    if not body or not isinstance(body[-1], ast.Expr):
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        return None
    exec(compile(ast.Module(body[:-1], []), "cell", "exec"), names)
    return eval(compile(ast.Expression(body[-1].value), "cell", "eval"), names)


def _output(html: str, part: str) -> Any:
    return nbformat.v4.new_output("display_data", data={"text/html": html}, metadata={"part": part})  # type: ignore[no-untyped-call]
