"""What `mmm check` says of a folder: what is read, what is passed over, what is left to do."""

import pytest

from mmm.errors import UserInputError
from mmm.terminal.explanations import show_explanations

MEDIA = "semaine;depense;clics\n2026-09-07;12,5;3\n"


def test_a_folder_ends_with_what_holds_no_table_and_what_no_file_says(tmp_path, capsys):
    (tmp_path / "regie.csv").write_text(MEDIA)
    (tmp_path / "notes.md").write_text("# Notes\n")
    (tmp_path / "about.json").write_text('{\n "a": 1\n}\n')
    show_explanations(tmp_path)
    assert capsys.readouterr().out.splitlines()[-1] == (
        "1 file read; no table, passed over: about.json, notes.md. Fill in what `?` marks: no file says it."
    )


def test_a_file_that_needs_nothing_says_so(tmp_path, capsys):
    (tmp_path / "nps.csv").write_text("date,note\n2026-09-07,9\n")
    show_explanations(tmp_path / "nps.csv")
    assert capsys.readouterr().out.splitlines()[-1] == "1 file read. Nothing to decide."


def test_a_file_that_cannot_be_read_is_not_said_to_be(tmp_path, capsys):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "days.csv").write_text("Jour;Depense\n01/02/2026;10,5\n")
    with pytest.raises(UserInputError) as refused:
        show_explanations(tmp_path)
    shown = capsys.readouterr().out
    assert "empty.csv: not read\n" in shown
    assert "0 rows" not in shown
    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["days.csv", "empty.csv"]
