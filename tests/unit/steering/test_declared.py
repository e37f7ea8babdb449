"""What a params file declares for its steering is refused before anything is computed, all at once."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mmm.errors import UserInputError
from mmm.params import read_params
from mmm.steering import refuse_wrong_references

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def params_folder(tmp_path):
    shutil.copytree(ROOT / "params", tmp_path / "params")
    (tmp_path / "data_samples").symlink_to(ROOT / "data_samples")
    return tmp_path / "params"


def replace(file, old, new):
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_the_demo_declares_nothing_wrong(params_folder):
    refuse_wrong_references(read_params(params_folder / "demo.yaml"))


def test_objectives_and_actions_are_refused_together(params_folder):
    replace(params_folder / "demo.yaml", "kpi: ltv_cac", "kpi: ltv_cacs")
    replace(params_folder / "actions.yaml", "kpi: nps", "kpi: npss")
    with pytest.raises(UserInputError) as refused:
        refuse_wrong_references(read_params(params_folder / "demo.yaml"))
    objective, action = refused.value.problems
    assert objective.startswith("steering.objectives.ltv_cac_three.kpi: ltv_cacs is not in kpis.yaml")
    assert action.startswith("actions.yaml, line ")
    assert "npss is not in kpis.yaml, did you mean nps?" in action


def test_a_wrong_reference_is_refused_before_any_source_is_read(params_folder):
    replace(params_folder / "kpis.yaml", "parent: marketing_profit", "parent: marketing_profits")
    done = subprocess.run(
        [sys.executable, "-c", "from mmm.cli import main; main()", "check", str(params_folder / "demo.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "did you mean marketing_profit?" in done.stderr
    assert "Sources" not in done.stdout
