"""What is generated matches its source, and what must stay apart stays apart."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mmm.params import read_params, schema_json

ROOT = Path(__file__).resolve().parents[2]
TEXT_FILES = [
    path
    for folder in ("src", "notebooks", "params", "scripts", "docs", "tests")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".ipynb", ".yaml", ".yml", ".md", ".sh", ".json"} and path.is_file()
]


def test_the_schema_file_is_the_one_the_records_give():
    assert (ROOT / "params" / "schema.json").read_text(encoding="utf-8") == schema_json()


def test_environment_yml_is_the_one_pyproject_gives():
    sys.path.insert(0, str(ROOT / "scripts"))
    from environment_yml import environment_yml

    assert (ROOT / "environment.yml").read_text(encoding="utf-8") == environment_yml()


def test_the_lock_names_no_address():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?://|--index-url|--find-links", lock)
    assert lock.count("==") <= lock.count("--hash=")


def test_nothing_but_tests_reads_the_truth():
    allowed = {"src/mmm/simulate", "src/mmm/cli.py", "src/mmm/starter"}
    readers = [
        str(path.relative_to(ROOT))
        for path in TEXT_FILES
        if path.relative_to(ROOT).parts[0] in {"src", "notebooks", "params"}
        and "truth.json" in path.read_text(encoding="utf-8")
        and not any(str(path.relative_to(ROOT)).startswith(prefix) for prefix in allowed)
    ]
    assert readers == []


def test_the_demo_params_are_valid():
    assert read_params(ROOT / "params" / "demo.yaml").analysis == "demo"


def test_committed_samples_stay_under_five_megabytes():
    assert sum(path.stat().st_size for path in (ROOT / "data_samples").iterdir()) < 5_000_000


@pytest.mark.parametrize(
    "path", [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"], ids=lambda p: p.name
)
def test_every_path_that_a_document_names_exists(path):
    named = re.findall(
        r"`((?:src|docs|params|notebooks|tests|benchmarks|data_samples|scripts)/[\w./*-]+)`",
        path.read_text("utf-8"),
    )
    assert [name for name in named if not list(ROOT.glob(name))] == []


def test_every_command_that_a_document_names_exists():
    listed = subprocess.run(
        [sys.executable, "-m", "mmm.cli", "--help"], capture_output=True, text=True, check=True
    )
    commands = set(re.findall(r"^\W*(\w+)\s{2,}", listed.stdout, re.MULTILINE))
    documents = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    named = {
        command
        for document in documents
        for command in re.findall(r"(?:`|^|bin/)mmm ([a-z]+)", document.read_text("utf-8"), re.MULTILINE)
    }
    assert named <= commands


def test_the_data_dictionary_is_the_one_the_contract_gives():
    sys.path.insert(0, str(ROOT / "scripts"))
    from data_dictionary import data_dictionary

    assert (ROOT / "docs" / "data_dictionary.md").read_text(encoding="utf-8") == data_dictionary()
