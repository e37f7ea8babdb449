"""What is imported, and what is left out of it."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "code",
    [
        "from mmm.dashboards import publish_report",
        "from mmm.reporting import page_section",
        "from mmm.lazy import import_json_schema; import_json_schema(); import papermill",
    ],
)
def test_charts_pages_and_notebooks_do_without_the_grammars_of_addresses(code):
    left = "import sys; sys.exit(' '.join({'rfc3987_syntax', 'lark'} & set(sys.modules)) or None)"
    ended = subprocess.run(
        [sys.executable, "-c", f"{code}\n{left}"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


def test_the_grammars_can_still_be_imported_by_whoever_wants_them():
    code = "from mmm.lazy import import_json_schema; import_json_schema(); import sys; sys.exit('rfc3987_syntax' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
