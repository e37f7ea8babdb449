"""The suites: which worlds, under which names, from which seeds. Fixed before any model was run on them."""

from pathlib import Path

from worlds.family import Shape, family_world
from worlds.other_simulator import read_other_simulator
from worlds.record import PlannedWorld

SUITES: dict[str, tuple[str, int, Shape | None]] = {
    "family": ("the wide family, national", 30, Shape()),
    "geo": (
        "the wide family, 4 to 8 geos",
        6,
        Shape(longest=156, most_channels=6),
    ),
    "linear": ("response without saturation", 4, Shape(curve="linear")),
    "s_shaped": ("Hill curves of slope 2 to 3.5", 4, Shape(curve="s_shaped")),
    "late": ("carry-over that peaks two to five weeks later", 4, Shape(carry="late")),
    "curved": ("8 channels, a trend that bends", 4, Shape(trend="curved", n_channels=8)),
    "pysimmmulator": ("somebody else's simulator", 4, None),
}
"""Suite: what it is, how many worlds, what it fixes (None: not ours)."""
_FIRST_SEED = {"family": 1, "geo": 101, "linear": 201, "s_shaped": 301, "late": 401, "curved": 501}


def world_names(suite: str) -> list[str]:
    """Name the worlds of a suite."""
    return [f"{suite}-{number:02d}" for number in range(1, SUITES[suite][1] + 1)]


def world_of(name: str, cache: Path) -> PlannedWorld:
    """Give a world by its name; those of somebody else's simulator are read from `cache`."""
    suite, number = name.rsplit("-", 1)
    shape, at = SUITES[suite][2], int(number) - 1
    if shape is None:
        return read_other_simulator(name, cache / "pysimmmulator" / f"{name}.npz")
    if suite == "geo":
        shape = Shape(longest=shape.longest, most_channels=shape.most_channels, n_geos=4 + at % 5)
    return family_world(name, _FIRST_SEED[suite] + at, shape)
