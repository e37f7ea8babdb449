"""What is served: the run that `latest` names, and only what was published."""

import json

import pytest

from mmm.dashboards.published import (
    NotPublishedError,
    TamperedError,
    published_analyses,
    published_run,
    read_page,
)
from sample_run import build_sample_run


@pytest.fixture
def run(tmp_path):
    folder = build_sample_run(tmp_path / "reports", without={"simulator"})
    (folder / "pages").mkdir()
    page = folder / "pages" / "strategic.fr.html"
    page.write_text("<p>42</p>")
    page.with_suffix(".html.gz").write_bytes(b"gz")
    digest = "e9d7cc8a3c7f2c2f2ed1d8d1ef2e8b2ccd5a38e3d1e2e0a1a5d2d0b6a3b1f5d7"
    (folder / "pages" / "manifest.json").write_text(json.dumps({"strategic.fr.html": digest}))
    return folder


def test_a_page_that_is_not_the_published_one_is_refused(run):
    with pytest.raises(TamperedError):
        read_page(run, "strategic.fr.html")


def test_a_page_the_manifest_does_not_name_does_not_exist(run):
    with pytest.raises(NotPublishedError):
        read_page(run, "steering.fr.html")


@pytest.mark.parametrize("pointer", ["../../etc", "20261005-001/../..", "", "20261005-002", "\x00", "a/b"])
def test_a_pointer_to_anything_but_a_run_beside_it_is_refused(run, pointer):
    (run.parent / "latest").write_text(pointer)
    with pytest.raises(NotPublishedError):
        published_run(run.parents[1], "demo")


@pytest.mark.parametrize("analysis", ["..", "demo/..", "", "nope", ".hidden", "a b"])
def test_a_name_that_is_no_analysis_is_refused(run, analysis):
    with pytest.raises(NotPublishedError):
        published_run(run.parents[1], analysis)


def test_the_pointer_is_read_anew_each_time(run):
    newer = build_sample_run(run.parents[2] / "other", run_id="20261006-001", without={"simulator"})
    newer.rename(run.parent / "20261006-001")
    assert published_run(run.parents[1], "demo").name == "20261005-001"
    (run.parent / "latest").write_text("20261006-001\n")
    assert published_run(run.parents[1], "demo").name == "20261006-001"


def test_analyses_without_a_published_run_are_not_listed(run):
    (run.parents[1] / "unfinished").mkdir()
    assert list(published_analyses(run.parents[1])) == ["demo"]
