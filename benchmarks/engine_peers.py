"""The peers on the panels of the engine's table, in the same run and on the same cores."""

import json
import resource
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from peers.environments import HERE, interpreter
from peers.run import PEERS
from results.store import keep
from worlds import PlannedWorld, save_world

MOST_SECONDS = 900


def fit_peers(worlds: dict[str, PlannedWorld]) -> None:
    """Fit each panel with each peer; what is not finished in time counts as that."""
    with tempfile.TemporaryDirectory() as folder:
        for case, world in worlds.items():
            source, target = Path(folder) / "world.npz", Path(folder) / "out.npz"
            save_world(world, source)
            for peer in ("pymc_marketing", "meridian"):
                keep("engine", f"{case}, {peer}", _timed(peer, source, target))


def _timed(peer: str, source: Path, target: Path) -> dict[str, object]:
    environment, script, told = PEERS[peer]
    command = [str(interpreter(environment)), str(HERE / script), str(source), str(target), *told]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return {"failed": f"not finished after {MOST_SECONDS} s"}
    except subprocess.CalledProcessError as error:
        return {"failed": error.stderr.decode(errors="replace").strip().splitlines()[-1][:200]}
    with np.load(target) as stored:
        about = json.loads(str(stored["about"]))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {**about, "peak_mb": peak}
