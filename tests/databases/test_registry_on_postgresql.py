"""The ledger on a real PostgreSQL: many writers, killed writers, tampering.

The server is started by the test (`make test-postgresql`).
"""

import os
import signal
import subprocess
import sys
import time

import pytest

from mmm.registry import head, open_registry, verify_chain
from mmm.registry.ledger import append, entries
from postgresql_server import running_server, server_binaries

pytestmark = pytest.mark.postgresql
WRITER = """
import sys
from mmm.registry import open_registry
from mmm.registry.ledger import append
registry = open_registry(sys.argv[1])
for number in range(int(sys.argv[3])):
    append(registry, "note", {"writer": sys.argv[2], "number": number, "text": "é" * 2000})
    print(number, flush=True)
"""
N_WRITERS, COUNT = 8, 12


@pytest.fixture(scope="module")
def server():
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    binaries = server_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed: make test-postgresql installs it")
    with running_server(binaries) as url:
        yield url


@pytest.fixture
def url(server):
    """Give an empty database of the server."""
    import psycopg

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS mmm_registry CASCADE")
    return server


def start_writer(url: str, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, url, name, str(count)], stdout=subprocess.PIPE, text=True
    )


def test_eight_processes_writing_at_once_and_one_killed_lose_nothing(url):
    writers = [start_writer(url, str(name), COUNT) for name in range(N_WRITERS)]
    killed = start_writer(url, "killed", 100_000)
    assert killed.stdout is not None
    announced = [killed.stdout.readline() for _ in range(3)]
    time.sleep(0.02)
    os.kill(killed.pid, signal.SIGKILL)
    announced += killed.stdout.readlines()
    killed.stdout.close()
    killed.wait()
    for writer in writers:
        writer.communicate(timeout=120)
    assert [writer.returncode for writer in writers] == [0] * N_WRITERS
    registry = open_registry(url)
    written = entries(registry)
    by_writer = {(entry.content["writer"], entry.content["number"]) for entry in written}
    assert {(str(name), number) for name in range(N_WRITERS) for number in range(COUNT)} <= by_writer
    whole = [int(line) for line in announced if line.endswith("\n")]
    kept = [entry.content["number"] for entry in written if entry.content["writer"] == "killed"]
    assert kept == list(range(len(kept)))
    assert len(kept) >= len(whole)
    assert [entry.sequence for entry in written] == list(range(1, len(written) + 1))
    assert verify_chain(registry) == ()
    append(registry, "note", {"writer": "next"})
    assert verify_chain(registry) == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mmm_registry.entries SET content = '{}'",
        "DELETE FROM mmm_registry.entries",
        "TRUNCATE mmm_registry.entries",
    ],
)
def test_entries_cannot_be_changed_or_removed_through_sql(url, statement):
    import psycopg

    append(open_registry(url), "note", {"text": "first"})
    with (
        psycopg.connect(url) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        connection.execute(statement)


def test_whoever_goes_round_the_triggers_is_seen(url):
    import psycopg

    registry = open_registry(url)
    for number in range(3):
        append(registry, "note", {"text": str(number)})
    kept = head(registry)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE mmm_registry.entries DISABLE TRIGGER USER")
        connection.execute('UPDATE mmm_registry.entries SET content = \'{"text":"9"}\' WHERE sequence = 2')
    assert verify_chain(registry) == ("entry 2: its content was altered",)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DELETE FROM mmm_registry.entries WHERE sequence >= 2")
    assert verify_chain(registry) == ()
    assert len(verify_chain(registry, kept)) == 1


def test_two_openings_at_once_make_one_registry(url):
    import concurrent.futures

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda at: append(open_registry(url), "note", {"at": at}), range(8)))
    assert len(entries(open_registry(url))) == 8
