"""Params to specification, and back from a file."""

import json
from pathlib import Path

import pytest

from mmm.model import ChannelPrior, ModelSpec, spec_from_dict, spec_from_params
from mmm.params import RunParams, read_params


@pytest.fixture(scope="module")
def demo(root: Path) -> RunParams:
    """The sample analysis."""
    return read_params(root / "params" / "demo.yaml")


def test_the_demo_means_weekly_waves_and_quarterly_bends(demo):
    spec = spec_from_params(demo, "revenue")
    assert (spec.frequency, spec.harmonics, spec.knot_spacing) == ("weekly", 4, 13)
    assert (spec.media_share, spec.controls, spec.name) == (0.2, ("price_index",), "geometric-hill")


def test_an_annual_analysis_has_no_season_and_bends_every_five_years(demo):
    annual = demo.model_copy(
        update={"calendar": demo.calendar.model_copy(update={"frequency": "annual"})},
    )
    spec = spec_from_params(annual, "revenue")
    assert (spec.harmonics, spec.knot_spacing) == (0, 5)


def test_a_return_declared_in_money_is_read_through_the_value_of_a_unit(demo):
    from mmm.params.data import Prior

    tv = demo.channels["tv"].model_copy(update={"prior": Prior(kind="return", median=2.0, spread=0.4)})
    counted = demo.outcomes["new_customers"].model_copy(update={"value_per_unit": 40.0})
    with_prior = demo.model_copy(
        update={
            "channels": {**demo.channels, "tv": tv},
            "outcomes": {**demo.outcomes, "valued": counted},
        }
    )
    expected = ChannelPrior(kind="return", median=2.0, spread=0.4)
    assert spec_from_params(with_prior, "revenue").channel_priors == {"tv": expected}
    assert spec_from_params(with_prior, "valued").channel_priors["tv"].median == pytest.approx(0.05)
    # A count without a value has no return in money: the default prior stays.
    assert spec_from_params(with_prior, "new_customers").channel_priors == {}


def test_a_specification_survives_json():
    spec = ModelSpec(
        outcome="revenue",
        controls=("price",),
        channel_priors={"tv": ChannelPrior(kind="coefficient", median=-0.1, spread=0.2)},
    )
    assert spec_from_dict(json.loads(json.dumps(spec.to_dict()))) == spec
