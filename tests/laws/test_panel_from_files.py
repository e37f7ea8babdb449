"""Files read, mapped and laid out give the panel that the simulator computes without files.

Evidence: a second implementation. The simulator spreads fees, sums weeks and finds holidays with
its own code; amounts went through exports in two encodings, three delimiters and two languages.
"""

import numpy as np
import pytest

from mmm.panel import build_panel
from mmm.params import read_params
from mmm.simulate import simulate_panel
from mmm.sources import read_sources


@pytest.fixture(scope="module")
def both(root):
    params = read_params(root / "params" / "demo.yaml")
    direct, _ = simulate_panel(params.seed)
    return build_panel(params, read_sources(params)), direct


@pytest.mark.parametrize("name", ["spend", "fixed_cost", "full_cost", "kpi", "control_value", "event_share"])
def test_the_panel_read_is_the_panel_simulated(both, name):
    read, direct = both
    aligned = read[name].sel({dim: direct[dim] for dim in direct[name].dims}).transpose(*direct[name].dims)
    # Sums of cents in another order: rounding of floats only.
    np.testing.assert_allclose(aligned.to_numpy(), direct[name].to_numpy(), rtol=1e-12, atol=1e-9)


def test_the_same_days_are_holidays(both):
    read, direct = both
    np.testing.assert_allclose(
        read["holiday_share"].sum("holiday").to_numpy(), direct["holiday_share"].sum("holiday").to_numpy()
    )
