"""`mmm check` on data files: how each is read, on what evidence, and what to declare."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from mmm.errors import UserInputError
from mmm.sources import Explanation, explain_file

_PASSED_OVER = {".md", ".yaml", ".yml", ".py", ".ipynb", ".html", ".pdf", ".docx"}


def show_explanations(path: Path) -> None:
    """Explain a data file, or each one of a folder.

    Raises
    ------
    UserInputError
        Something must be decided before a file can be read.
    """
    console = Console()
    explained = [explain_file(file) for file in _files(path)]
    for one in explained:
        console.print("\n".join(_lines(one)), highlight=False, soft_wrap=True, markup=False)
    problems = [f"{one.path.name}: {problem}" for one in explained for problem in one.problems]
    if problems:
        raise UserInputError(str(path), problems)
    console.print(f"{len(explained)} file{'s' if len(explained) > 1 else ''} read; nothing to decide.")


def _files(path: Path) -> Sequence[Path]:
    if path.is_file():
        return [path]
    found = sorted(
        file
        for file in path.iterdir()
        if file.is_file() and file.suffix not in _PASSED_OVER and file.name != "expected.json"
    )
    if not found:
        raise UserInputError(str(path), ["no data file in this folder: give a file or another folder"])
    return found


def _lines(one: Explanation) -> list[str]:
    lines = [f"{one.path.name}: read as {one.said}"]
    if one.content:
        span = f", {one.first} to {one.last}" if one.first else ", no date in the file"
        money = f", {one.currency}" if one.currency else ", currency not stated"
        lines.append(f"  {one.content}: {one.rows:,} row{'s' if one.rows != 1 else ''}{span}{money}")
    if one.columns:
        word = "columns proposed, to confirm" if one.is_proposed else "columns"
        lines.append(f"  {word}: " + ", ".join(f"{ours} = {name}" for ours, name in one.columns.items()))
    if one.sums:
        lines.append("  sums: " + ", ".join(f"{name} {total:,.2f}" for name, total in one.sums.items()))
    if one.unused:
        lines.append("  not used: " + ", ".join(one.unused))
    if one.unreadable:
        lines.append(
            f"  {one.unreadable:,} cells cannot be read: declare the file in a params file to see each"
        )
    lines += [f"  to decide: {problem}" for problem in one.problems]
    lines += ["  to declare it:", *(f"    {line}" for line in one.declaration.splitlines()), ""]
    return lines
