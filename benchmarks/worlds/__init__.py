"""Worlds with known truth on which our model and its peers are compared, and their files."""

from worlds.family import Shape, family_world
from worlds.record import HELD, PlannedWorld, Response, load_world, save_world
from worlds.suites import SUITES, world_names, world_of

__all__ = [
    "HELD",
    "SUITES",
    "PlannedWorld",
    "Response",
    "Shape",
    "family_world",
    "load_world",
    "save_world",
    "world_names",
    "world_of",
]
