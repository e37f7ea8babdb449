"""The bound over whole plans: never below a plan, and met where channels are nearly alike."""

import json

import numpy as np
import pytest

from mmm.allocation.cells import cell_bound
from mmm.allocation.curve_set import curve_set
from mmm.allocation.file_answer import answer
from mmm.allocation.markets import market_of
from mmm.allocation.problem_file import parse_problem

TOTAL = 100.0


def hill(scale, k, slope):
    return {"kind": "hill", "scale": float(scale), "k": float(k), "slope": float(slope)}


def asked(curves, **limits):
    channels = [{"name": f"c{k}", "curve": curve} for k, curve in enumerate(curves)]
    return parse_problem(json.dumps({"total": TOTAL, "channels": channels} | limits), "law")


@pytest.mark.parametrize("is_spent", [True, False])
@pytest.mark.parametrize("seed", range(8))
def test_no_plan_exceeds_the_bound_at_any_price(seed, is_spent):
    # Every plan of a fine grid of three S-shaped channels is tried beside it.
    rng = np.random.default_rng(seed)
    made = [hill(rng.uniform(20, 80), rng.uniform(10, 60), rng.uniform(1.5, 5)) for _ in range(3)]
    curves = curve_set([channel.curve for channel in asked(made).channels])
    low, high = rng.uniform(0, 15, 3), rng.uniform(50, 100, 3)
    ends = TOTAL if is_spent else -np.inf
    market = market_of(curves, np.ones((1, 3)), np.array([ends]), np.array([TOTAL]))
    steps = np.linspace(0, 1, 101)
    first, second = (axis.ravel() for axis in np.meshgrid(steps, steps))
    first, second = (low[c] + share * (high[c] - low[c]) for c, share in ((0, first), (1, second)))
    rests = [TOTAL - first - second] if is_spent else [low[2] + share * (high[2] - low[2]) for share in steps]
    best = -np.inf
    for rest in rests:
        plans = np.stack([first, second, np.broadcast_to(rest, first.shape)])
        allowed = (plans[2] >= low[2]) & (plans[2] <= high[2]) & (plans.sum(axis=0) <= TOTAL + 1e-9)
        best = max(best, float(curves.value(plans[:, allowed]).sum(axis=0).max(initial=-np.inf)))
    for price in (0.0, 0.2, 1.0):
        assert cell_bound(market, low, high, price).bound >= best - 1e-9


@pytest.mark.parametrize("noise", [1e-3, 1e-2])
def test_nearly_identical_s_shaped_channels_are_proved(noise):
    # The dual alone kept a gap of 0.1 to 0.3 % after 600 boxes.
    rng = np.random.default_rng(5)
    made = [hill(100 * np.exp(noise * rng.normal()), 15 * np.exp(noise * rng.normal()), 3) for _ in range(20)]
    found = answer(asked(made))
    assert found.status == "optimal"
    assert found.gap <= 1e-6 * found.bound
    assert sum(found.allocation.values()) == pytest.approx(TOTAL, rel=1e-12)
    active = [amount for amount in found.allocation.values() if amount > 1]
    assert 2 <= len(active) < 20  # equal shares would waste the S
