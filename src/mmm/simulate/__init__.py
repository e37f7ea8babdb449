"""Worlds with known truth: a French home-goods retailer, its files and what really drove sales."""

from mmm.simulate.contracts import ContractTruth, simulate_contracts
from mmm.simulate.geo import GeoWorld, GeoWorldSize, simulate_geos
from mmm.simulate.panel import simulate_panel
from mmm.simulate.records import CustomerTruth, Fault, MediaTruth, OutcomeTruth, Truth, World
from mmm.simulate.world import simulate_world
from mmm.simulate.writing import FILES, write_world

__all__ = [
    "FILES",
    "ContractTruth",
    "CustomerTruth",
    "Fault",
    "GeoWorld",
    "GeoWorldSize",
    "MediaTruth",
    "OutcomeTruth",
    "Truth",
    "World",
    "simulate_contracts",
    "simulate_geos",
    "simulate_panel",
    "simulate_world",
    "write_world",
]
