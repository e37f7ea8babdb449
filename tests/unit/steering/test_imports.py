"""Starting the steering part costs no model library and no statsmodels."""

import subprocess
import sys


def test_steering_and_the_registry_start_without_heavy_libraries():
    code = (
        "import sys, mmm.steering, mmm.registry; "
        "print([name for name in ('pymc', 'arviz', 'nutpie', 'statsmodels', 'numba', 'altair') if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert found.stdout.strip() == "[]"
