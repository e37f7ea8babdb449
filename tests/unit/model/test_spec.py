"""Params to specification, and back from a file."""

import json
from pathlib import Path
from typing import get_args

import pytest

from mmm.model import ChannelPrior, ModelSpec, spec_from_dict, spec_from_params, specifications
from mmm.params import RunParams, read_params
from mmm.params.beliefs import HalfLife, HalfSaturation, MediaShare, Prior
from mmm.params.modelling import ModelParams
from mmm.transforms import ADSTOCKS, SATURATIONS


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


def _with_channel(params: RunParams, **beliefs: object) -> RunParams:
    tv = params.channels["tv"].model_copy(update=beliefs)
    return params.model_copy(update={"channels": {**params.channels, "tv": tv}})


def test_a_range_holds_nine_tenths_of_the_belief(demo):
    stated = Prior(kind="return", low=1.0, high=4.0)
    found = spec_from_params(_with_channel(demo, prior=stated), "revenue").channel_priors["tv"]
    assert found.median == pytest.approx(2.0)
    # Nine tenths of a normal lie within 1.6449 standard deviations: log 2 is that many.
    assert found.spread == pytest.approx(0.6931472 / 1.6448536)
    hurting = Prior(kind="coefficient", low=-0.1, high=0.3)
    found = spec_from_params(_with_channel(demo, prior=hurting), "revenue").channel_priors["tv"]
    assert (found.median, found.spread) == pytest.approx((0.1, 0.2 / 1.6448536))


def test_the_media_share_may_be_a_range(demo):
    model = demo.model.model_copy(update={"media_share": MediaShare(low=0.1, high=0.4)})
    spec = spec_from_params(demo.model_copy(update={"model": model}), "revenue")
    assert spec.media_share == pytest.approx(0.2)
    assert spec.media_share_spread == pytest.approx(0.6931472 / 1.6448536)


@pytest.mark.parametrize(
    ("frequency", "unit", "periods"),
    [
        ("weekly", "weeks", 3.0),
        ("weekly", "days", 3 / 7),
        ("daily", "weeks", 21.0),
        ("weekly", "months", 3 * 4.348),
        ("annual", "periods", 3.0),
    ],
)
def test_a_half_life_is_brought_to_periods(demo, frequency, unit, periods):
    calendar = demo.calendar.model_copy(update={"frequency": frequency})
    stated = _with_channel(demo, half_life=HalfLife(median=3.0, spread=0.4, unit=unit))
    shapes = spec_from_params(stated.model_copy(update={"calendar": calendar}), "revenue").channel_shapes
    assert shapes["tv"].half_life == pytest.approx((periods, 0.4), rel=1e-4)


def test_a_marginal_return_in_money_needs_the_value_of_a_unit_too(demo):
    stated = _with_channel(demo, prior=Prior(kind="marginal_return", median=2.0))
    assert spec_from_params(stated, "revenue").channel_priors["tv"].kind == "marginal_return"
    assert spec_from_params(stated, "new_customers").channel_priors == {}


def test_beliefs_on_curves_survive_json(demo):
    stated = _with_channel(demo, half_saturation=HalfSaturation(low=2e4, high=8e4))
    spec = spec_from_params(stated, "revenue")
    assert spec_from_dict(json.loads(json.dumps(spec.to_dict()))) == spec
    old = {
        key: value for key, value in spec.to_dict().items() if key not in {"channel_shapes", "log_controls"}
    }
    assert spec_from_dict(old).channel_shapes == {}


def test_params_know_every_family_by_name():
    fields = ModelParams.model_fields
    assert get_args(fields["adstock"].annotation) == ADSTOCKS
    assert get_args(fields["saturation"].annotation) == SATURATIONS


def test_a_likelihood_is_that_of_the_outcome_or_else_of_the_model(demo):
    assert spec_from_params(demo, "revenue").likelihood == "normal"
    counted = demo.outcomes["new_customers"].model_copy(update={"likelihood": "negative_binomial"})
    changed = demo.model_copy(
        update={
            "model": demo.model.model_copy(update={"likelihood": "student_t"}),
            "outcomes": {**demo.outcomes, "new_customers": counted},
        }
    )
    assert spec_from_params(changed, "revenue").likelihood == "student_t"
    assert spec_from_params(changed, "new_customers").likelihood == "negative_binomial"


def test_an_average_is_the_default_and_other_likelihoods_and_the_params_ask_for_one(demo):
    def chosen(**changes):
        return specifications(
            demo.model_copy(update={"model": demo.model.model_copy(update=changes)}), "revenue"
        )

    assert [spec.name for spec in chosen(specifications="average")] == [
        "geometric-hill", "weibull_density-hill", "weibull_density-power",
    ]  # fmt: skip
    assert len(chosen(specifications="single")) == 1
    assert len(chosen(specifications="average", likelihood="student_t")) == 1
