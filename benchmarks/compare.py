"""Fit the suites with our model, its oracle and its priors; print them beside the peers' kept results.

`python benchmarks/compare.py [--fit default oracle priors] [--suites family ...]`; `--fit` with nothing
after it prints what is kept. The peers are fitted by `python benchmarks/peers/run.py`.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from ours import average_default, fit_default, fit_oracle, fit_priors
from peers.run import draws_file, world_file
from results.store import keep_result
from tables import print_suite
from worlds import SUITES, load_world, world_names

FITS = {"average": average_default, "default": fit_default, "oracle": fit_oracle, "priors": fit_priors}


def fit_world(model: str, name: str) -> None:
    """Fit one world and keep the figures."""
    world = load_world(world_file(name))
    if model == "oracle" and world.response is None:
        return
    path = draws_file(model, name)
    FITS[model](world).save(path)
    keep_result(model, name, path, world_file(name))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--fit", nargs="*", default=list(FITS), choices=list(FITS))
    options.add_argument("--suites", nargs="+", default=list(SUITES), choices=list(SUITES))
    chosen = options.parse_args()
    for suite in chosen.suites:
        for name in world_names(suite):
            for model in chosen.fit:
                fit_world(model, name)
                print(f"{name} {model}", file=sys.stderr, flush=True)
        print_suite(suite)


if __name__ == "__main__":
    main()
