"""Everything a user gets wrong: one message with what to do, exit code 2, nothing half written."""

import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from mmm import cli

DEMO = Path(__file__).resolve().parents[2]


@pytest.fixture
def workspace(tmp_path):
    """The demo, to be spoilt."""
    for name in ("params", "data_samples", "notebooks"):
        shutil.copytree(DEMO / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def refused(workspace, capsys, monkeypatch):
    """Run a command that must be refused; give its message."""

    def command(*words: str) -> str:
        monkeypatch.setattr(
            sys,
            "argv",
            ["mmm", words[0], str(workspace / "params" / "demo.yaml"), "--as-of", "2026-10-05", *words[1:]],
        )
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        assert left.value.code == 2, printed.out + printed.err
        assert "Traceback" not in printed.err
        return printed.err

    return command


def change(path: Path, *replacements: tuple[str, str], encoding: str = "utf-8") -> None:
    text = path.read_text(encoding=encoding)
    for old, new in replacements:
        assert old in text, f"{old} is not in {path.name}"
        text = text.replace(old, new)
    path.write_text(text, encoding=encoding)


def test_a_misspelt_key_a_wrong_type_and_an_unknown_channel_come_together(workspace, refused):
    params = workspace / "params" / "demo.yaml"
    change(
        params,
        ("horizon_periods: 13", "horizon_perids: 13"),
        ("round_to: 100.0", "round_to: many"),
        ("    tv: {minimum: 150000.0}", "    tvv: {minimum: 150000.0}"),
    )
    message = refused("check")
    assert "horizon_perids: unknown key, did you mean horizon_periods?" in message
    assert 'allocation.round_to: found the text "many", expected a number' in message
    assert "tvv is not a declared channel, did you mean tv?" in message


def test_every_missing_file_is_named_at_once(workspace, refused):
    (workspace / "data_samples" / "tv.csv").unlink()
    (workspace / "data_samples" / "nps.csv").unlink()
    message = refused("check")
    assert "tv.csv" in message
    assert "nps.csv" in message


def test_a_missing_column_names_those_that_are_there(workspace, refused):
    change(
        workspace / "params" / "demo.yaml",
        (
            "spend: investissement_net}\n    owner: Agence média\n  radio_ooh",
            "spend: investisement}\n    owner: Agence média\n  radio_ooh",
        ),
    )
    message = refused("check")
    assert "investisement" in message
    assert "investissement_net" in message


def test_a_file_that_is_not_what_it_says_is_refused(workspace, refused):
    path = workspace / "data_samples" / "display.csv"
    path.write_bytes(path.read_bytes().decode("utf-8-sig").replace("campagne", "campagne é").encode("cp1252"))
    change(
        workspace / "params" / "demo.yaml",
        ("path: ../data_samples/display.csv", "path: ../data_samples/display.csv\n    encoding: utf-8"),
    )
    message = refused("check")
    assert "display" in message
    assert "utf-8" in message.lower()


def sales(workspace: Path) -> tuple[Path, pd.DataFrame, dict]:
    path = workspace / "data_samples" / "ventes.csv"
    separator = ";" if ";" in path.read_text("utf-8-sig").splitlines()[0] else ","
    frame = pd.read_csv(path, sep=separator, dtype=str, encoding="utf-8-sig")
    return path, frame, {"sep": separator, "index": False}


def test_duplicate_weeks_are_fatal(workspace, refused):
    path, frame, options = sales(workspace)
    pd.concat([frame, frame.tail(2)]).to_csv(path, **options)
    assert "2026-09-21" in refused("check")


def test_a_gap_of_six_weeks_is_fatal(workspace, refused):
    path, frame, options = sales(workspace)
    frame.drop(index=range(60, 66)).to_csv(path, **options)
    message = refused("check")
    assert "6" in message
    assert "sales" in message


def test_a_kpi_of_text_is_fatal_with_its_line(workspace, refused):
    path, frame, options = sales(workspace)
    frame.loc[10, frame.columns[1]] = "beaucoup"
    frame.to_csv(path, **options)
    message = refused("check")
    assert "beaucoup" in message
    assert "12" in message


def test_negative_spend_is_fatal(workspace, refused):
    path = workspace / "data_samples" / "radio_affichage.csv"
    lines = path.read_text("utf-8-sig").splitlines()
    separator = ";" if ";" in lines[0] else ","
    column = lines[0].split(separator).index("investissement_net")
    cells = lines[1].split(separator)
    cells[column] = "-500"
    path.write_text("\n".join([lines[0], separator.join(cells), *lines[2:]]) + "\n", encoding="utf-8")
    assert "negative" in refused("check").lower()


def test_two_currencies_without_a_rate_are_fatal(workspace, refused):
    change(
        workspace / "params" / "demo.yaml",
        ("channel: tv\n    columns", "channel: tv\n    currency: USD\n    columns"),
    )
    message = refused("check")
    assert "USD" in message
    assert "exchange_rates" in message


def test_a_channel_without_any_spend_is_fatal(workspace, refused):
    path = workspace / "data_samples" / "email.csv"
    lines = path.read_text("utf-8-sig").splitlines()
    separator = ";" if ";" in lines[0] else ","
    column = lines[0].split(separator).index("cout")
    rows = [line.split(separator) for line in lines[1:]]
    spoilt = [separator.join("0" if i == column else cell for i, cell in enumerate(row)) for row in rows]
    path.write_text("\n".join([lines[0], *spoilt]) + "\n", encoding="utf-8")
    assert "email" in refused("check")


def test_an_empty_transactions_table_is_fatal(workspace, refused):
    path = workspace / "data_samples" / "transactions.parquet"
    pd.read_parquet(path).iloc[:0].to_parquet(path)
    assert "transactions" in refused("check")


def test_a_literal_password_is_refused_and_not_repeated(workspace, refused):
    change(
        workspace / "params" / "demo.yaml",
        ("path: ../data_samples/tv.csv", "database: 'postgresql://anna:s3cret@db/x'\n    table: tv"),
    )
    message = refused("check")
    assert "found a password in the URL" in message
    assert "s3cret" not in message


def test_a_refused_run_keeps_the_last_good_one_published(workspace, refused):
    folder = workspace / "reports" / "demo"
    (folder / "20261001-001").mkdir(parents=True)
    (folder / "20261001-001" / "manifest.json").write_text('{"status": "ok", "stages": {}}')
    (folder / "latest").write_text("20261001-001\n")
    path, frame, options = sales(workspace)
    frame.drop(index=range(60, 66)).to_csv(path, **options)
    message = refused("run")
    assert "sales" in message
    assert (folder / "latest").read_text() == "20261001-001\n"
    names = {entry.name for entry in folder.iterdir()} - {"lock"}
    assert names == {"20261001-001", "latest", "20261005-001.failed"}
    assert '"status": "refused"' in (folder / "20261005-001.failed" / "manifest.json").read_text()


def test_a_reports_folder_that_cannot_be_written_is_said(workspace, refused):
    (workspace / "reports").write_text("a file where the folder should be")
    message = refused("run")
    assert "cannot be written" in message
    assert (workspace / "reports").read_text() == "a file where the folder should be"


def test_a_params_file_that_does_not_exist_is_said(workspace, refused):
    (workspace / "params" / "demo.yaml").rename(workspace / "params" / "other.yaml")
    assert "no such file" in refused("check")


def test_an_unknown_stage_is_said(workspace, refused):
    assert "modle is not a stage, did you mean model?" in refused("run", "--only", "modle")
