"""Data that no model can read well: a finite answer with a flag that names the channel, never a traceback.

False alarms: seeds are fixed, and each flag rests on spend alone.
"""

import numpy as np
import pytest
import xarray as xr

from engine_panel import engine_panel
from mmm.diagnostics import convergence_checks, data_checks
from mmm.inference import Fit, convergence_problems, fit
from mmm.model import ChannelPrior, ModelSpec

SPEC = ModelSpec(outcome="revenue", controls=("price",))


def spent(channel: int, values: np.ndarray | float) -> xr.Dataset:
    """The usual panel with another spend for one channel."""
    panel = engine_panel(n_periods=104)
    spend = panel["spend"].copy(deep=True)
    spend[0, :, channel] = values
    return panel.assign(spend=spend, full_cost=1.1 * spend)


def flags(found: Fit) -> set[tuple[str, str]]:
    """Failed checks with their subjects."""
    checks = [*data_checks(found.design, found.spec), *convergence_checks(found)]
    return {(check.check, check.subject) for check in checks if not check.passed}


def is_finite(found: Fit) -> bool:
    return all(bool(np.isfinite(values).all()) for values in found.draws.values())


def test_a_constant_channel_is_flagged():
    found = fit(spent(0, 5_000.0), SPEC, seed=1)
    assert is_finite(found)
    assert ("channel_variation", "channel_0") in flags(found)


def test_two_identical_channels_are_flagged_as_a_pair_and_share_their_effect():
    panel = spent(0, engine_panel(n_periods=104)["spend"][0, :, 1].to_numpy())
    found = fit(panel, SPEC, seed=1)
    assert is_finite(found)
    assert ("collinear_spend", "channel_0, channel_1") in flags(found)
    share = found.draws["share"]
    first, second = share.sel(channel="channel_0"), share.sel(channel="channel_1")
    assert float(np.corrcoef(first.to_numpy().ravel(), second.to_numpy().ravel())[0, 1]) < 0.2
    # Nothing tells them apart: means differ by chance alone.
    assert float(first.mean()) == pytest.approx(float(second.mean()), rel=0.25)


def test_a_control_equal_to_a_channel_is_flagged():
    panel = engine_panel(n_periods=104)
    same = panel["spend"].isel(channel=[0]).rename(channel="control").transpose("geo", "period", "control")
    found = fit(panel.assign(control_value=(("geo", "period", "control"), same.to_numpy())), SPEC, seed=1)
    assert is_finite(found)
    assert ("collinear_baseline", "channel_0") in flags(found)


def test_a_belief_far_from_the_data_is_kept_finite():
    believed = {"channel_1": ChannelPrior(kind="contribution_share", median=0.15, spread=0.01)}
    panel = engine_panel(n_periods=104)
    spec = ModelSpec(outcome="revenue", controls=("price",), channel_priors=believed)
    found = fit(panel, spec, seed=1)
    assert is_finite(found)
    assert float(found.draws["share"].sel(channel="channel_1").mean()) == pytest.approx(0.15, rel=0.05)


@pytest.mark.parametrize("scale", [1e-9, 1e12])
def test_units_of_money_do_not_matter_to_convergence(scale):
    panel = engine_panel(n_periods=104)
    found = fit(
        panel.assign({name: panel[name] * scale for name in ("spend", "full_cost", "kpi")}), SPEC, seed=1
    )
    assert not convergence_problems(found)
