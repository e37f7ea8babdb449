"""The import order of ARCHITECTURE.md section 2, read from the files, function bodies included."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "mmm"
ORDER = [
    "lazy", "errors", "params", "records", "texts", "sources", "quality", "panel", "transforms", "economics",
    "sampling", "customers", "attribution", "experiments", "model", "inference", "effects", "diagnostics",
    "allocation", "steering", "reporting", "registry", "runs", "dashboards", "simulate", "starter",
    "terminal", "cli",
]  # fmt: skip
RANK = {part: rank for rank, part in enumerate(ORDER)}
FILES = sorted(path for path in SRC.rglob("*.py") if path.parent != SRC or path.stem != "__init__")
MAY_IMPORT_PYMC = {"model", "inference", "diagnostics"}


def part_of(file: Path) -> str:
    return file.relative_to(SRC).parts[0].removesuffix(".py")


def imported_modules(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def own_parts(file: Path) -> set[str]:
    names = (name.split(".") for name in imported_modules(file))
    return {name[1] for name in names if name[0] == "mmm" and len(name) > 1}


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SRC)))
def test_a_part_imports_only_parts_earlier_in_the_table(file):
    part = part_of(file)
    too_high = {name for name in own_parts(file) - {part} if RANK[name] >= RANK[part]}
    assert not too_high, f"imports {sorted(too_high)}, which come later than {part}"


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(SRC)))
def test_only_the_model_parts_import_pymc_or_arviz(file):
    heavy = {name.split(".")[0] for name in imported_modules(file)} & {"pymc", "pytensor", "arviz"}
    assert not heavy or part_of(file) in MAY_IMPORT_PYMC


@pytest.mark.parametrize("file", sorted(SRC.rglob("__init__.py")), ids=lambda f: str(f.relative_to(SRC)))
def test_package_files_hold_no_code(file):
    allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.Expr, ast.If)
    code = [
        node for node in ast.parse(file.read_text(encoding="utf-8")).body if not isinstance(node, allowed)
    ]
    assert not code


@pytest.mark.parametrize("statement", ["import mmm", "import mmm.cli", "import mmm.dashboards"])
def test_light_starts_stay_light(statement):
    probe = f"{statement}; import sys; print([m for m in ('pymc', 'arviz', 'pytensor') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
