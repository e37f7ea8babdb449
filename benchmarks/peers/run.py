"""Fit the worlds with the peers: `python benchmarks/peers/run.py [--peers ...] [--worlds ...] [--again]`.

Writes draws under `benchmarks/.cache/draws` (git-ignored) and figures with versions and machine in
`benchmarks/results`, world by world, so that the tables are printed without fitting again.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from peers.environments import CACHE, HERE, interpreter
from results.store import keep_failure, keep_result
from worlds import SUITES, save_world, world_names, world_of

PEERS = {
    "meridian": ("meridian", "fit_meridian.py", ()),
    "pymc_marketing_quadratic": ("pymc_marketing", "fit_pymc_marketing.py", ("quadratic",)),
    "pymc_marketing": ("pymc_marketing", "fit_pymc_marketing.py", ("linear",)),
}
"""Name in the tables: environment, script, what it is told."""
MOST_SECONDS = 1500


def world_file(name: str) -> Path:
    """Write the neutral file of a world, once."""
    path = CACHE / "worlds" / f"{name}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.startswith("pysimmmulator"):
            write_other_simulator(name)
        save_world(world_of(name, CACHE), path)
    return path


def write_other_simulator(name: str) -> None:
    """Run somebody else's simulator in its own environment."""
    folder = CACHE / "pysimmmulator"
    script = str(HERE / "simulate_pysimmmulator.py")
    subprocess.run([interpreter("pysimmmulator"), "-W", "ignore", script, str(folder), name], check=True)


def draws_file(model: str, name: str) -> Path:
    """Where the draws of one fit are kept."""
    path = CACHE / "draws" / model / f"{name}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def fit_peer(peer: str, name: str) -> None:
    """Fit one world with one peer, in its own environment and process."""
    environment, script, told = PEERS[peer]
    target = draws_file(peer, name)
    command = [str(interpreter(environment)), str(HERE / script), str(world_file(name)), str(target), *told]
    try:
        done = subprocess.run(
            command,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        keep_failure(peer, name, f"not finished after {MOST_SECONDS} s")
        return
    if done.returncode:
        keep_failure(peer, name, done.stderr.strip().splitlines()[-1][:300])
        return
    keep_result(peer, name, target, world_file(name))


def order() -> list[str]:
    """Put the worlds so that an interrupted run still shows every suite."""
    others = [suite for suite in SUITES if suite not in {"family", "geo"}]
    family = world_names("family")
    firsts, seconds = ([world_names(suite)[at] for suite in others] for at in (0, 1))
    late = [name for suite in others for name in world_names(suite)[2:]]
    return [*family[:6], *firsts, *family[6:12], *seconds, *world_names("geo")[:3], *family[12:], *late]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    options.add_argument("--worlds", nargs="+", default=order())
    options.add_argument("--again", action="store_true", help="fit worlds that have draws already")
    options.add_argument("--until", default="", help="start no fit after this time, as 23:45")
    chosen = options.parse_args()
    for peer in chosen.peers:
        for name in chosen.worlds:
            if chosen.until and "12:00" < chosen.until <= time.strftime("%H:%M"):
                return
            if chosen.again or not draws_file(peer, name).exists():
                started = time.perf_counter()
                fit_peer(peer, name)
                print(f"{name} {peer}: {time.perf_counter() - started:.0f} s", flush=True)


if __name__ == "__main__":
    main()
