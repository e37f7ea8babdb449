"""What beliefs imply, and what is refused before any fit. Planted absurdities; closed forms."""

from dataclasses import replace

import numpy as np
import pytest

from engine_panel import engine_panel
from mmm.model import Beliefs, ChannelPrior, ChannelShape, ModelSpec, build_design
from mmm.model.prior_check import Implication, implications
from mmm.records import Severity

SPEC = ModelSpec(outcome="revenue", controls=("price",))


def implied(spec: ModelSpec = SPEC, **panel: object) -> dict[tuple[str, str], Implication]:
    """By quantity and subject."""
    design = build_design(engine_panel(**panel), spec)
    return {(one.quantity, one.subject): one for one in implications(design, spec)}


def test_the_defaults_imply_what_they_state_and_nothing_absurd():
    found = implied()
    assert {one.severity for one in found.values()} == {Severity.NOTE}
    total = found["media_share", "revenue"]
    # 1,000 draws of log-sd 0.5: the median has a standard error of 2 %, the ends of about 4 %.
    assert total.p50 == pytest.approx(0.2, rel=0.08)
    assert (total.p05, total.p95) == pytest.approx((0.2 * np.exp(-0.82), 0.2 * np.exp(0.82)), rel=0.15)


def test_carry_over_is_the_time_until_nine_tenths_of_the_effect_have_come_in_months():
    stated = replace(SPEC, channel_shapes={"channel_1": ChannelShape(half_life=(4.0, 0.3))})
    # Nine tenths take log 10 / log 2 half-lives; a week is 7 / 30.44 of a month.
    assert implied(stated)["carry_over", "channel_1"].p50 == pytest.approx(
        4 * 3.3219 * 7 / 30.436875, rel=0.05
    )


@pytest.mark.parametrize(("half_life", "severity"), [(4.0, "note"), (15.0, "warning"), (52.0, "fatal")])
def test_a_carry_over_longer_than_the_history_is_questioned_then_refused(half_life, severity):
    stated = replace(SPEC, channel_shapes={"channel_1": ChannelShape(half_life=(half_life, 0.2))})
    assert implied(stated)["carry_over", "channel_1"].severity == severity


@pytest.mark.parametrize(("factor", "severity"), [(3.0, "note"), (52.0, "warning"), (1e-4, "fatal")])
def test_a_half_saturation_far_from_any_spend_is_questioned_then_refused(factor, severity):
    scale = build_design(engine_panel(), SPEC).media_scale[2]
    stated = replace(SPEC, channel_shapes={"channel_2": ChannelShape(half_saturation=(factor * scale, 0.3))})
    assert implied(stated)["half_saturation", "channel_2"].severity == severity


def test_a_channel_that_would_bring_more_than_the_kpi_is_refused():
    priors = {f"channel_{k}": ChannelPrior(kind="coefficient", median=0.1, spread=0.1) for k in range(4)}
    priors["channel_4"] = ChannelPrior(kind="contribution_share", median=1.4, spread=0.2)
    found = implied(replace(SPEC, channel_priors=priors))
    assert found["channel_share", "channel_4"].severity is Severity.FATAL
    assert found["above_kpi", "revenue"].severity is Severity.FATAL
    assert found["media_share", "revenue"].severity is Severity.WARNING


def test_declared_channels_that_leave_the_stated_total_unmet_contradict_it():
    priors = {
        f"channel_{k}": ChannelPrior(kind="contribution_share", median=0.01, spread=0.3) for k in range(5)
    }
    total = implied(replace(SPEC, channel_priors=priors))["media_share", "revenue"]
    assert total.severity is Severity.WARNING
    assert total.figures == {"stated": 0.2}
    assert total.p50 == pytest.approx(0.05, rel=0.1)


def test_a_media_share_near_one_leaves_a_baseline_below_zero():
    found = implied(replace(SPEC, media_share=0.95))
    assert found["negative_baseline", "revenue"].severity is Severity.WARNING
    assert found["above_kpi", "revenue"].severity is Severity.WARNING


def test_a_kpi_that_varies_as_no_belief_expects_is_said():
    calm = replace(Beliefs(), noise=1e-4, season=1e-4, trend_sd=1e-4, trend_step=1e-4, holidays=1e-4)
    calm = replace(calm, events=1e-4, controls=1e-4)
    spec = replace(SPEC, beliefs=calm, media_share=0.01)
    found = implied(spec)["variation", "revenue"]
    assert found.severity is Severity.WARNING
    assert found.figures["seen"] > found.p95


def test_a_count_without_a_value_is_told_as_a_cost():
    found = implied(replace(SPEC, value_per_unit=None))
    cost, share = found["cost_per_unit", "channel_0"], implied()["return", "channel_0"]
    assert (cost.p05, cost.p50, cost.p95) == pytest.approx((1 / share.p95, 1 / share.p50, 1 / share.p05))


@pytest.mark.parametrize("adstock", ["none", "delayed", "weibull_density", "weibull_survival"])
@pytest.mark.parametrize("saturation", ["power", "exponential"])
def test_other_families_imply_the_same_shares_and_a_carry_over_of_their_own(adstock, saturation):
    spec = replace(SPEC, adstock=adstock, saturation=saturation)
    found = implied(spec)
    assert found["media_share", "revenue"].p50 == pytest.approx(0.2, rel=0.08)
    tail = found["carry_over", "channel_0"]
    assert tail.p05 <= tail.p50 <= tail.p95
    assert (tail.p95 == 0) == (adstock == "none")
    assert all(np.isfinite([one.p05, one.p50, one.p95]).all() for one in found.values())


def test_a_stated_half_life_moves_a_weibull_carry_over_too():
    weibull = replace(SPEC, adstock="weibull_density")
    stated = replace(weibull, channel_shapes={"channel_1": ChannelShape(half_life=(8.0, 0.2))})
    tail = implied(stated)["carry_over", "channel_1"].p50 / implied(weibull)["carry_over", "channel_1"].p50
    assert tail > 2
