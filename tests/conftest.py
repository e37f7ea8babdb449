"""What every test shares: one thread per numeric library, and where the reference data are."""

import os
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import pytest  # noqa: E402  the threads are set before anything imports numpy

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """Real and public data, outside the project; the test skips where the variable is unset."""
    folder = os.environ.get("MMM_REFERENCE_DATA")
    if not folder:
        pytest.skip("MMM_REFERENCE_DATA is not set: the reference data are outside the project")
    return Path(folder)
