"""A sample run for the sections, written once."""

from pathlib import Path

import pytest

from mmm.reporting import Report, read_report
from sample_run import build_sample_run


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory) -> Path:
    return build_sample_run(tmp_path_factory.mktemp("reports"))


@pytest.fixture(scope="session")
def french(run_folder) -> Report:
    return read_report(run_folder, "fr")


@pytest.fixture(scope="session")
def english(run_folder) -> Report:
    return read_report(run_folder, "en")
