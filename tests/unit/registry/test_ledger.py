"""The ledger under many writers, crashes and tampering: whole entries or none, and it shows."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import event

from mmm.errors import UserInputError
from mmm.registry import head, open_registry, verify_chain
from mmm.registry.ledger import FIRST, append, entries

WRITER = """
import sys
from mmm.registry import open_registry
from mmm.registry.ledger import append
registry = open_registry(sys.argv[1])
for number in range(int(sys.argv[3])):
    append(registry, "note", {"writer": sys.argv[2], "number": number, "text": "é" * 2000})
    print(number, flush=True)
"""


def start_writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(count)], stdout=subprocess.PIPE, text=True
    )


def test_eight_processes_writing_at_once_lose_nothing(tmp_path):
    path, n_writers, count = tmp_path / "registry.db", 8, 12
    writers = [start_writer(path, str(name), count) for name in range(n_writers)]
    for writer in writers:
        writer.communicate(timeout=120)
    assert [writer.returncode for writer in writers] == [0] * n_writers
    registry = open_registry(path)
    written = entries(registry)
    assert {(entry.content["writer"], entry.content["number"]) for entry in written} == {
        (str(name), number) for name in range(n_writers) for number in range(count)
    }
    assert [entry.sequence for entry in written] == list(range(1, n_writers * count + 1))
    assert verify_chain(registry) == ()


@pytest.mark.parametrize("pause", [0.0, 0.013, 0.037])
def test_a_writer_killed_in_the_middle_leaves_every_entry_it_announced(tmp_path, pause):
    path = tmp_path / "registry.db"
    open_registry(path)
    writer = start_writer(path, "killed", 100_000)
    assert writer.stdout is not None
    announced = [writer.stdout.readline() for _ in range(3)]
    time.sleep(pause)
    os.kill(writer.pid, signal.SIGKILL)
    announced += writer.stdout.readlines()
    writer.stdout.close()
    writer.wait()
    registry = open_registry(path)
    kept = [entry.content["number"] for entry in entries(registry)]
    whole = [int(line) for line in announced if line.endswith("\n")]
    assert kept == list(range(len(kept)))
    assert len(kept) >= len(whole)
    assert verify_chain(registry) == ()
    append(registry, "note", {"writer": "next"})
    assert verify_chain(registry) == ()


def test_entries_cannot_be_changed_or_removed_through_sql(tmp_path):
    registry = open_registry(tmp_path / "registry.db")
    append(registry, "note", {"text": "first"})
    with sqlite3.connect(tmp_path / "registry.db") as connection:
        for statement in ("UPDATE entries SET content = '{}'", "DELETE FROM entries"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("tampering", "sentences"),
    [
        (
            'UPDATE entries SET content = \'{"text":"9"}\' WHERE sequence = 2',
            ["entry 2: its content was altered"],
        ),
        (
            "DELETE FROM entries WHERE sequence = 2",
            [
                "entry 2: missing, found entry 3 in its place",
                "entry 3: does not follow the entry before it",
            ],
        ),
    ],
)
def test_whoever_goes_round_the_triggers_is_seen(tmp_path, tampering, sentences):
    registry = open_registry(tmp_path / "registry.db")
    for number in range(3):
        append(registry, "note", {"text": str(number)})
    tamper(tmp_path / "registry.db", tampering)
    assert list(verify_chain(registry)) == sentences


def test_a_chain_cut_at_its_end_is_seen_by_whoever_kept_a_digest(tmp_path):
    registry = open_registry(tmp_path / "registry.db")
    for number in range(3):
        append(registry, "note", {"text": str(number)})
    kept = head(registry)
    tamper(tmp_path / "registry.db", "DELETE FROM entries WHERE sequence = 3")
    assert verify_chain(registry) == ()
    assert len(verify_chain(registry, kept)) == 1


def test_an_empty_registry_is_whole_and_its_head_is_the_first_link(tmp_path):
    registry = open_registry(f"sqlite:///{tmp_path / 'registry.db'}")
    assert (verify_chain(registry), head(registry)) == ((), FIRST)


def tamper(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    for verb in ("UPDATE", "DELETE"):
        connection.execute(f"DROP TRIGGER entries_keep_{verb}")
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_folder_that_does_not_exist_is_said(tmp_path):
    with pytest.raises(UserInputError) as refused:
        open_registry(tmp_path / "nowhere" / "registry.db")
    assert refused.value.problems == (
        f"folder {tmp_path / 'nowhere'} does not exist: make it, or correct the path",
    )


def test_a_file_that_is_no_registry_is_left_alone(tmp_path):
    path = tmp_path / "registry.db"
    path.write_text("a plain file that somebody needs\n" * 50)
    with pytest.raises(UserInputError, match="not a registry"):
        open_registry(path)
    assert path.read_text().startswith("a plain file")


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path):
    registry = open_registry(tmp_path / "registry.db")
    append(registry, "note", {"text": "first"})
    with registry.engine.connect().execution_options(read_only=True) as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    event.listen(registry.engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(UserInputError, match=r"nothing was recorded \(database or disk is full\)"):
        append(registry, "note", {"text": "x" * 100_000})
    assert len(entries(registry)) == 1


def test_another_database_is_refused_without_showing_the_password():
    with pytest.raises(UserInputError) as refused:
        open_registry("mysql://anna:secret@db.example/registry")
    assert "secret" not in str(refused.value)
    assert refused.value.problems == (
        "found a mysql database, expected a path, sqlite:///PATH or postgresql://...",
    )


def test_a_server_that_does_not_answer_is_said_without_showing_the_password(monkeypatch):
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    monkeypatch.setenv("REGISTRY_PASSWORD", "secret")
    with pytest.raises(UserInputError) as refused:
        open_registry("postgresql://anna:${REGISTRY_PASSWORD}@127.0.0.1:1/registry")
    assert "secret" not in str(refused.value)
    assert "the database does not answer" in str(refused.value)
