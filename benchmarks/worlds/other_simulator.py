"""Worlds of the package pysimmmulator, as `peers/simulate_pysimmmulator.py` writes them.

Its clicks and impressions are noisy, its conversion rates vary from day to day, and its curves bend
upwards for small volumes (volume times a Hill curve). Truth is the revenue that it books to each channel.
"""

from pathlib import Path

import numpy as np

from worlds.record import PlannedWorld


def read_other_simulator(name: str, path: Path) -> PlannedWorld:
    """Read weekly spend, revenue and truth of one of its worlds."""
    with np.load(path) as stored:
        weeks, spend, revenue = stored["weeks"], stored["spend"], stored["revenue"]
        contribution, baseline, noise = stored["contribution"], stored["baseline"], stored["noise_sd"]
        channels = stored["channels"]
    return PlannedWorld(
        name=name,
        weeks=weeks.astype("datetime64[ns]"),
        channels=channels,
        controls=np.array([], dtype="U1"),
        geos=np.array(["all"]),
        population=np.ones(1),
        earlier_spend=np.zeros((1, 0, len(channels))),
        spend=spend[None],
        full_cost=spend[None],
        control=np.zeros((1, len(weeks), 0)),
        kpi=revenue[None],
        contribution=contribution[None],
        expected=(baseline + contribution.sum(axis=1))[None],
        noise_sd=noise.reshape(1),
        noise_df=np.inf,
        carry="pysimmmulator",
    )
