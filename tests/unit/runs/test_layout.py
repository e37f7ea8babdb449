"""Which run readers see."""

import pytest

from mmm.errors import UserInputError
from mmm.runs.layout import latest_run, next_run_id, publish, run_ids, withdraw
from mmm.runs.lock import analysis_lock
from mmm.runs.manifest import read_manifest


@pytest.fixture
def folder(tmp_path):
    for name in ("20261005-001", "20261005-002.failed", "20261005-003", "draft"):
        (tmp_path / name).mkdir()
    return tmp_path


def test_only_complete_runs_are_listed(folder):
    assert run_ids(folder) == ["20261005-001", "20261005-003"]


def test_failed_runs_keep_their_number(folder):
    assert next_run_id(folder, "20261005") == "20261005-004"
    assert next_run_id(folder, "20261006") == "20261006-001"


def test_nothing_is_published_before_the_first_pointer(folder):
    assert latest_run(folder) is None


def test_publishing_moves_the_pointer_whole(folder):
    publish(folder, "20261005-001")
    publish(folder, "20261005-003")
    assert latest_run(folder) == folder / "20261005-003"
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == ["latest", "published"]


def test_withdrawing_gives_readers_the_run_published_before_it_or_nothing(folder):
    (folder / "20261005-002").mkdir()  # complete, but never published
    publish(folder, "20261005-001")
    publish(folder, "20261005-003")
    assert withdraw(folder, "20261005-003") == "20261005-001"
    assert latest_run(folder) == folder / "20261005-001"
    assert withdraw(folder, "20261005-001") is None
    assert latest_run(folder) is None


def test_withdrawing_a_run_that_nobody_sees_leaves_readers_where_they_are(folder):
    publish(folder, "20261005-001")
    publish(folder, "20261005-003")
    assert withdraw(folder, "20261005-001") == "20261005-003"
    assert latest_run(folder) == folder / "20261005-003"
    assert withdraw(folder, "20261005-003") is None


@pytest.mark.parametrize("pointer", ["../../etc", "20261005-009", "", "\udcff\udcfe"])
def test_a_pointer_that_leads_nowhere_is_not_followed(folder, pointer):
    (folder / "latest").write_bytes(pointer.encode("utf-8", "surrogateescape"))
    assert latest_run(folder) is None


def test_a_second_run_of_the_same_analysis_is_refused(tmp_path):
    with (
        analysis_lock(tmp_path),
        pytest.raises(UserInputError, match="is running this analysis: wait for it"),
        analysis_lock(tmp_path),
    ):
        pass
    with analysis_lock(tmp_path):
        pass


def test_a_folder_without_manifest_is_not_a_run(tmp_path):
    with pytest.raises(UserInputError, match="is this a run folder"):
        read_manifest(tmp_path)
