"""Build each peer's own environment from its pinned list: `python benchmarks/peers/environments.py`.

The lists beside this file pin everything. Meridian is installed without its declared dependencies: it
would bring TensorFlow, which it does not need when it runs on JAX.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".cache"
PEERS = ("pymc_marketing", "meridian", "pysimmmulator")


def interpreter(peer: str) -> Path:
    """Give the Python of a peer's environment, built on first use."""
    python = CACHE / "environments" / peer / "bin" / "python"
    if not python.exists():
        build(peer)
    return python


def build(peer: str) -> None:
    """Make the environment of a peer anew."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    folder = CACHE / "environments" / peer
    subprocess.run([uv, "venv", "-q", "--clear", "--python", sys.executable, str(folder)], check=True)
    subprocess.run(
        [uv, "pip", "install", "-q", "--compile-bytecode", "--no-deps", "-r", str(HERE / f"{peer}.txt")],
        env={**os.environ, "VIRTUAL_ENV": str(folder)},
        check=True,
    )


if __name__ == "__main__":
    for name in sys.argv[1:] or PEERS:
        build(name)
        print(f"{name}: ready")
