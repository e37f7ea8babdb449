"""A new workspace is the demo with other comments, and runs as it stands."""

from pathlib import Path

import pytest

from mmm.errors import UserInputError
from mmm.params import read_params
from mmm.starter import make_workspace
from mmm.starter.comments import comment_of, in_french, translations

ROOT = Path(__file__).resolve().parents[3]
TEMPLATE = (ROOT / "params" / "demo.yaml").read_text(encoding="utf-8")


def comments():
    return {comment for line in TEMPLATE.splitlines() if (comment := comment_of(line))}


def test_every_comment_has_its_french_and_none_is_left_over():
    assert set(translations()) == comments()


def test_a_hash_inside_a_value_is_not_a_comment():
    assert comment_of('colour: "#ffffff"') is None
    assert comment_of("seed: 1  # why") == "why"


def test_the_french_file_says_the_same(tmp_path):
    (tmp_path / "fr.yaml").write_text(in_french(TEMPLATE), encoding="utf-8")
    french = read_params(tmp_path / "fr.yaml").model_dump(exclude={"file"})
    assert french == read_params(ROOT / "params" / "demo.yaml").model_dump(exclude={"file"})
    assert "référentiel de KPI" in in_french(TEMPLATE)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_workspace_holds_all_that_a_run_needs(tmp_path, language):
    folder = tmp_path / "mine"
    steps = make_workspace(folder, language)
    params = read_params(folder / "params" / "analysis.yaml")
    assert params.analysis == "first"
    assert all(params.beside(source.path).exists() for source in params.sources.values())
    assert not (folder / "data" / "truth.json").exists()
    assert any("mmm check" in step for step in steps)


def test_an_existing_folder_is_never_overwritten(tmp_path):
    (tmp_path / "precious.txt").write_text("x")
    with pytest.raises(UserInputError, match="exists and is not empty"):
        make_workspace(tmp_path, "fr")
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]
