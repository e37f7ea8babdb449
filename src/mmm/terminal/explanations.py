"""`mmm check` on data files: how each is read, on what evidence, and what to declare."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from mmm.errors import UserInputError, listed
from mmm.sources import Explanation, explain_file
from mmm.sources.explaining import NOT_READ

_PASSED_OVER = {
    *(".md", ".yaml", ".yml", ".py", ".ipynb", ".html", ".pdf", ".doc", ".docx", ".ppt", ".pptx"),
    *(".jpg", ".jpeg", ".png", ".gif", ".svg", ".zip", ".gz", ".db", ".duckdb"),
}


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
    console.print(_summary(path, explained), highlight=False, soft_wrap=True, markup=False)


def _summary(path: Path, explained: Sequence[Explanation]) -> str:
    """Count what was read, what was passed over, and say what is left to do."""
    read = f"{len(explained)} file{'s' if len(explained) > 1 else ''} read"
    passed = sorted(set(_inside(path)) - {one.path for one in explained}) if path.is_dir() else []
    left = f"; no table, passed over: {listed([file.name for file in passed])}" if passed else ""
    asked = any("?" in one.declaration for one in explained)
    return f"{read}{left}. " + ("Fill in what `?` marks: no file says it." if asked else "Nothing to decide.")


def _inside(path: Path) -> list[Path]:
    return sorted(file for file in path.iterdir() if file.is_file())


def _is_table(file: Path) -> bool:
    """Tell whether a file may hold rows: not a text, an archive, or a JSON document over several lines."""
    if file.suffix.casefold() in _PASSED_OVER or file.name.startswith("."):
        return False
    if file.suffix.casefold() != ".json":
        return True
    with file.open("rb") as opened:
        return opened.readline().strip() not in {b"{", b"["}


def _files(path: Path) -> Sequence[Path]:
    if path.is_file():
        return [path]
    found = [file for file in _inside(path) if _is_table(file)]
    if not found:
        raise UserInputError(str(path), ["no data file in this folder: give a file or another folder"])
    return found


def _lines(one: Explanation) -> list[str]:
    is_read = one.said != NOT_READ
    lines = [f"{one.path.name}: {'read as ' if is_read else ''}{one.said}"]
    if one.content and one.is_typed:
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
