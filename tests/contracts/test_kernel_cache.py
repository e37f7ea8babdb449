"""A kernel that calls a function of another file is compiled again when that file changes."""

import os
import subprocess
import sys
from pathlib import Path

COMPILING = Path(__file__).parents[2] / "src/mmm/inference/kernels/compiling.py"
RUN = """
import sys; sys.path.insert(0, sys.argv[1])
from kernels.caller import answer, answer_entry
print(answer(1.0), answer_entry.ctypes(1.0), sum(answer.stats.cache_hits.values()))
"""


def test_a_change_in_a_called_file_reaches_its_callers(tmp_path):
    folder = tmp_path / "kernels"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "compiling.py").write_text(COMPILING.read_text())
    (folder / "called.py").write_text(
        "from kernels.compiling import compiled\n@compiled\ndef inner(x):\n    return x + 1.0\n"
    )
    (folder / "caller.py").write_text(
        "from numba import types\nfrom kernels.called import inner\nfrom kernels.compiling import compiled, entry\n"
        "@compiled\ndef answer(x):\n    return 10.0 * inner(x)\n"
        "@entry(types.double(types.double))\ndef answer_entry(x):\n    return 10.0 * inner(x)\n"
    )
    assert run(tmp_path) == "20.0 20.0 0"
    assert run(tmp_path) == "20.0 20.0 1"
    called = folder / "called.py"
    called.write_text(called.read_text().replace("1.0", "2.0"))
    assert run(tmp_path) == "30.0 30.0 0"


def run(folder: Path) -> str:
    """Evaluate the caller in a process of its own."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(folder)], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
