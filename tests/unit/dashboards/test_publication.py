"""Publication: six pages, their digests, the same bytes twice."""

import gzip
import json
import subprocess
import sys
from hashlib import sha256

import pytest

from mmm.dashboards import render_pages
from mmm.dashboards.notebooks import shown_notebook
from mmm.reporting import SECTIONS
from sample_run import build_sample_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = build_sample_run(tmp_path_factory.mktemp("reports"))
    render_pages(folder)
    return folder


def test_every_page_is_published_in_both_languages_with_its_digest(run):
    digests = json.loads((run / "pages" / "manifest.json").read_text())
    pages = ("strategic", "steering", "operational", "roles", "weekly", "monthly", "quarterly", "simulator")
    assert set(digests) == {f"{page}.{language}.html" for page in pages for language in ("fr", "en")}
    for name, digest in digests.items():
        content = (run / "pages" / name).read_bytes()
        assert sha256(content).hexdigest() == digest
        assert gzip.decompress((run / "pages" / f"{name}.gz").read_bytes()) == content


def test_a_page_holds_every_section_that_its_notebook_shows(run, root):
    html = (run / "pages" / "steering.en.html").read_text()
    assert '<html lang="en">' in html
    assert "<script" not in html
    for anchor in (
        "kpis",
        "sales",
        "gap",
        "alerts",
        "returns",
        "customers",
        "curves",
        "funnel",
        "attribution",
    ):
        assert f'id="{anchor}"' in html


@pytest.mark.parametrize("page", list(SECTIONS))
def test_a_notebook_shows_each_section_of_its_page_once(page, root):
    cells = json.loads((root / "notebooks" / "dashboards" / f"{page}.ipynb").read_text())["cells"]
    sources = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    for section in ("header", *SECTIONS[page], "footer"):
        assert sources.count(f'page_section(report, "{page}", "{section}")') == 1


def test_cells_without_anything_to_show_leave_nothing(tmp_path, root):
    bare = build_sample_run(tmp_path, without={"allocation", "frontier", "allocation_summary"})
    parameters = {"run_folder": str(bare), "language": "en"}
    shown = shown_notebook(root / "notebooks" / "dashboards" / "strategic.ipynb", parameters)
    sources = "".join(cell.source for cell in shown.cells)
    assert '"message"' in sources
    assert '"frontier"' not in sources


def test_publishing_again_gives_the_same_bytes(run):
    before = (run / "pages" / "manifest.json").read_bytes()
    render_pages(run)
    assert (run / "pages" / "manifest.json").read_bytes() == before


@pytest.mark.parametrize("module", ["simulator", "handlers", "published"])
def test_readers_and_the_simulators_kernel_load_no_heavy_library(module):
    code = (
        f"import sys, mmm.dashboards.{module}\n"
        "heavy = {'pandas', 'pymc', 'arviz', 'scipy', 'xarray', 'altair', 'numba', 'pyarrow', 'vl_convert'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or None)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
