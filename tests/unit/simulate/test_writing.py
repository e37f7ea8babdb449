"""Files as the tools write them, and the committed sample as the generator writes it."""

import json

import openpyxl
import pyarrow.parquet as pq
import pytest

from mmm.errors import UserInputError
from mmm.simulate import FILES, simulate_world, write_world


@pytest.fixture(scope="module")
def world():
    return simulate_world(1)


@pytest.fixture(scope="module")
def folder(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    write_world(world, folder)
    return folder


def cells(path):
    return list(openpyxl.load_workbook(path)["Frais"].iter_rows(values_only=True))


@pytest.mark.parametrize("name", FILES)
def test_the_committed_sample_is_what_seed_1_gives(root, folder, name):
    # Remade by: mmm simulate data_samples --seed 1
    new, committed = folder / name, root / "data_samples" / name
    if name.endswith(".parquet"):
        assert pq.read_table(new).equals(pq.read_table(committed))
    elif name.endswith(".xlsx"):
        assert cells(new) == cells(committed)
    else:
        assert new.read_bytes() == committed.read_bytes()


def test_the_committed_sample_is_small_and_complete(root):
    files = sorted(path for path in (root / "data_samples").iterdir() if path.is_file())
    assert [path.name for path in files] == sorted([*FILES, "README.md"])
    assert sum(path.stat().st_size for path in files) < 5_000_000


def test_the_same_world_gives_the_same_bytes(world, folder, tmp_path):
    write_world(world, tmp_path)
    for name in FILES:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_google_ads_is_written_as_a_french_account_writes_it(world, folder):
    raw = (folder / "google_ads_campagnes.csv").read_bytes()
    assert raw.startswith(b"\xff\xfe")
    lines = raw.decode("utf-16").split("\r\n")
    assert lines[:2] == ["Rapport sur les campagnes", "2 octobre 2023 - 27 septembre 2026"]
    assert lines[2].split("\t")[1:7] == [
        "Campagne",
        "ID de la campagne",
        "Type de campagne",
        "Semaine",
        "Code de la devise",
        "Coût",
    ]
    assert lines[-1] == ""
    totals = [line.split("\t") for line in lines if line.startswith("Total")]
    assert [total[0] for total in totals] == [
        "Total : campagnes",
        "Total : Réseau de Recherche",
        "Total : compte",
    ]

    def amount(text):
        return float(text.replace("\u202f", "").replace(",", "."))

    rows = [line.split("\t") for line in lines[3:-1] if not line.startswith("Total")]
    assert len(rows) == 4 * 156
    assert "\u202f" in totals[0][6]
    assert sum(amount(row[6]) for row in rows) == pytest.approx(amount(totals[0][6]), abs=0.005)
    gap = amount(totals[2][6]) - amount(totals[0][6])
    assert gap == pytest.approx(world.platform_gap, abs=0.005)


def test_meta_ads_is_written_as_a_french_account_writes_it(folder):
    raw = (folder / "meta_ads_campagnes.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    header, first, *_ = raw.decode("utf-8-sig").splitlines()
    assert '"Montant dépensé (EUR)"' in header.split(",")
    assert first.startswith('"2023-10-02","2023-10-08","FR_META_SOCIAL_ACQ_2023Q4"')
    assert header.count(",") == first.count(",")


def test_television_was_saved_again_by_excel(folder):
    raw = (folder / "tv.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    assert "\u00a0" in raw.decode("cp1252")
    assert b"\r\n09/10/2023;FR_REGIE_TV_BRAND_2023Q4;" in raw


def test_truth_says_what_tests_need(folder):
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    assert list(truth["outcomes"]) == ["revenue", "new_customers"]
    for outcome in truth["outcomes"].values():
        for channel in outcome["channels"].values():
            assert sum(channel["by_period"]) == pytest.approx(channel["contribution"], rel=1e-5)
            assert {"return", "retention", "half_saturation", "slope"} <= set(channel)
    for name, channel in truth["channels"].items():
        new = truth["outcomes"]["new_customers"]["channels"][name]["contribution"]
        assert truth["incremental_cac"][name] == pytest.approx(channel["full_cost"] / new, rel=1e-4)
    assert truth["faults"]
    assert truth["events"]


def test_a_folder_that_cannot_be_written_is_said(world, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("a file")
    with pytest.raises(UserInputError) as raised:
        write_world(world, taken)
    assert str(raised.value) == (
        f"sample world: 1 problem\n  - {taken}: File exists, expected a folder to write in: choose another one"
    )


def test_a_full_disk_leaves_the_folder_as_it_was(world, tmp_path, monkeypatch):
    from mmm.simulate import writing

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, "write_truth", full)
    with pytest.raises(UserInputError, match="No space left on device"):
        write_world(world, tmp_path)
    assert list(tmp_path.iterdir()) == []
