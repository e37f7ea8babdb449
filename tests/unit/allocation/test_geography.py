"""Money between geos: the model run on the plan, the best split by a general solver, limits and totals."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from mmm.allocation import allocation_tables, response_draws
from mmm.allocation.geography import geo_splits
from mmm.allocation.solver import expected_profit
from mmm.allocation.targets import answer_to
from mmm.effects.by_geo import geo_media
from mmm.effects.draws import thinned
from mmm.effects.media_curves import media_curves
from mmm.inference import fit
from mmm.model import ModelSpec
from mmm.params import RunParams
from mmm.params.data import Calendar, Channel, Geo, Outcome, Source
from mmm.params.deciding import AllocationParams
from mmm.params.record import Text
from mmm.simulate import GeoWorldSize, simulate_geos
from mmm.transforms import reached

SIZE = GeoWorldSize(n_geos=4, n_weeks=60, n_channels=3, dark_geos=1)
SPEC = ModelSpec(outcome="revenue", controls=("temperature", "price"), draws=40, warmup=120, chains=2)
LABEL = Text(fr="Exemple", en="Example")
HORIZON = 8


def params(**allocation):
    return RunParams(
        analysis="geos",
        title=LABEL,
        market="France",
        currency="EUR",
        calendar=Calendar(start=date(2022, 1, 3), end=date(2023, 2, 26)),
        sources={"sales": Source(content="outcome", path="sales.csv")},
        geos={f"geo_{k:03d}": Geo(label=LABEL, population=1.0) for k in range(1, 5)},
        channels={f"channel_{k}": Channel(label=LABEL, fee_rate=0.1) for k in (1, 2, 3)},
        outcomes={"revenue": Outcome(label=LABEL, source="sales", column="sales", margin_rate=0.5)},
        allocation=AllocationParams(
            **(
                {
                    "outcome": "revenue",
                    "horizon_periods": HORIZON,
                    "geography": "chosen",
                    "geo_change": 0.4,
                    "round_to": 10.0,
                }
                | allocation
            )
        ),
    )


@pytest.fixture(scope="module")
def world():
    """Four geos, the last one dark, the last channel national, and the last weeks once more as the plan."""
    panel = simulate_geos(6, SIZE).panel
    fixed = (("geo", "period", "channel"), np.zeros(panel["spend"].shape))
    panel = panel.assign(fee_rate=("channel", np.full(3, 0.1)), fixed_cost=fixed)
    found = fit(panel, SPEC, seed=3)
    weeks = pd.date_range("2023-02-27", periods=HORIZON, freq="7D").as_unit("ns")
    plan = panel[["spend", "full_cost", "fixed_cost"]].isel(period=slice(-HORIZON, None))
    return found, panel, plan.assign_coords(period=weeks)


@pytest.fixture(scope="module")
def splits(world):
    found, panel, plan = world
    response = response_draws(found, panel, plan, params())
    answer = response, answer_to(params(), response)[1]
    return geo_splits(found, panel, plan, params(), answer), answer


def test_national_channels_stay_and_totals_are_kept(splits):
    found, (_, allocation) = splits
    assert [split.channel for split in found] == ["channel_1", "channel_2"]
    for split, total in zip(found, allocation.spend, strict=False):
        assert round(100 * split.allocation.spend.sum()) == round(100 * total)
        assert split.problem.holds(split.allocation.spend, tolerance=0.005)
        assert split.allocation.spend[-1] == 0  # nothing was ever planned in the dark geo
        assert np.abs(split.allocation.spend - split.problem.current).max() > 0


def test_what_a_geo_brings_is_the_model_run_on_its_plan(world, splits):
    # History, the split over the horizon and sixty empty weeks, minus the same without the split.
    found = world[0]
    geo, draws = found.design.geo, thinned(found)
    curves = media_curves(found, draws)
    effect = draws["effect_geo"].transpose("draw", "geo", "channel").to_numpy()
    for c, split in enumerate(splits[0]):
        spend, pattern = split.allocation.spend, split.response.pattern
        brought = split.response.contribution(spend)
        for g in range(3):
            ahead = np.zeros((3, HORIZON + 60))
            ahead[c, :HORIZON] = spend[g] * pattern[g] / geo.population[g] / geo.media_scale[c]
            share = [
                reached(curves, np.concatenate([geo.x[g].T, path], axis=1), geo.carry_in[g])[:, c, 60:]
                for path in (ahead, 0 * ahead)
            ]
            unit = 0.5 * geo.kpi_scale[g]
            direct = unit * effect[:, g, c] * (share[0] - share[1]).sum(axis=1)
            # Followed until 1 % of the carry-over is left.
            np.testing.assert_allclose(brought[:, g].mean(), direct.mean(), rtol=1e-2)


def test_history_is_that_of_each_geo(world, splits):
    # The first step's carry-over is what the fitted path leaves of its own last week.
    found = world[0]
    _, brought = next(iter(geo_media(found)))
    first = splits[0][0].response
    assert brought.shape[1] == 3
    assert (first.background[:, 0, 0] > 0).all() and (first.background[:, 3] == 0).all()
    assert not np.allclose(first.background[:, 0, 0], first.background[:, 1, 0])


def test_the_split_is_that_of_a_general_solver_and_its_bound_holds(splits):
    for split in splits[0]:
        problem, response = split.problem, split.response
        unit = problem.total

        def loss(share, problem=problem, response=response, unit=unit):
            return -expected_profit(response, share * unit) / unit

        free = problem.upper > problem.lower
        solution = minimize(
            loss,
            problem.current / unit,
            bounds=[*zip(problem.lower / unit, problem.upper / unit, strict=True)],
            constraints={"type": "eq", "fun": lambda share: share.sum() - 1},
            method="SLSQP",
            options={"ftol": 1e-12},
        )
        assert free.sum() == 3
        found = split.allocation
        assert found.bound >= found.profit
        scale = float(response.contribution(found.spend).sum(axis=1).mean())
        assert -solution.fun * unit <= found.bound + 1e-9 * scale
        assert found.profit >= -solution.fun * unit - 1e-4 * scale


@pytest.mark.parametrize("timing", ["given", "chosen"])
def test_tables_by_geo_add_up_to_the_plan(world, timing):
    found, panel, plan = world
    asked = params(timing=timing)
    tables = allocation_tables(asked, found, panel, plan).tables
    cells, weeks = tables["allocation_by_geo"], tables["schedule_by_geo"]
    totals = tables["allocation"].set_index("channel")
    for channel, group in cells.groupby("channel"):
        for side in ("current", "recommended"):
            assert round(100 * group[side].sum()) == pytest.approx(
                round(100 * totals.loc[channel, side]), abs=1
            )
    summed = weeks.groupby(["geo", "channel"])["recommended"].sum()
    expected = cells.set_index(["geo", "channel"])["recommended"]
    np.testing.assert_allclose(summed.reindex(expected.index), expected, atol=1e-6)
    summary = tables["allocation_summary"].set_index("quantity")
    assert summary.loc["geography_is_chosen", "value"] == 1
    gain = summary.loc["geography_gain"]
    assert gain["value"] > 0
    if timing == "given":
        assert gain["value"] == pytest.approx(cells["gain_mean"].sum(), rel=1e-9)
        assert summary.loc["geography_gap", "value"] >= 0


def test_without_a_plan_geos_follow_last_year_and_given_geography_adds_no_table(world):
    found, panel, _ = world
    tables = allocation_tables(params(), found, panel, None).tables
    cells = tables["allocation_by_geo"].set_index(["geo", "channel"])["current"]
    before = panel["spend"].isel(period=slice(60 - 52, 60 - 52 + HORIZON)).sum("period")
    for geo, channel in cells.index:
        assert cells.loc[geo, channel] == pytest.approx(
            float(before.sel(geo=geo, channel=channel)), abs=0.006
        )
    assert "allocation_by_geo" not in allocation_tables(params(geography="given"), found, panel, None).tables
