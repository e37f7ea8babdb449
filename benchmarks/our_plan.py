"""The split of a world's planned quarter that our fit recommends, every channel within 30 % of its plan."""

import sys
from datetime import date
from pathlib import Path

import numpy as np
import xarray as xr

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hand_made_budget import make_problem
from mmm.allocation import allocate, response_draws
from mmm.inference import Fit
from mmm.params import RunParams
from mmm.params.data import Calendar, Channel, Outcome, Source
from mmm.params.deciding import AllocationParams
from mmm.params.record import Text
from worlds import HELD, PlannedWorld

MOVES = 0.3


def split(found: Fit, world: PlannedWorld) -> np.ndarray:
    """Share out the planned quarter's budget by a fit of its history: EUR by channel."""
    panel = world.panel()
    panel = panel.assign(
        fixed_cost=xr.zeros_like(panel["spend"]),
        fee_rate=("channel", np.zeros(len(world.channels))),
    )
    history, ahead = panel.isel(period=slice(0, -HELD)), panel.isel(period=slice(-HELD, None))
    response = response_draws(found, history, ahead, _params(world))
    return np.asarray(allocate(make_problem(response, round_to=0.01), response).spend)


def _params(world: PlannedWorld) -> RunParams:
    label = Text(fr="Exemple", en="Example")
    return RunParams(
        analysis="benchmark",
        title=label,
        market="France",
        currency="EUR",
        calendar=Calendar(start=date(2021, 1, 4), end=date(2023, 1, 1)),
        sources={"sales": Source(content="outcome", path="sales.csv")},
        channels={name: Channel(label=label) for name in world.channels.tolist()},
        outcomes={"revenue": Outcome(label=label, source="sales", column="sales")},
        allocation=AllocationParams(
            outcome="revenue", horizon_periods=HELD, max_decrease=MOVES, max_increase=MOVES
        ),
    )
