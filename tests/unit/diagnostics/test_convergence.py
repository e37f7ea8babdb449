"""The gate names what did not converge, on which channel, and why as far as the data show."""

import dataclasses

import numpy as np
import pytest

from hand_made_fit import make_fit, make_panel
from mmm.diagnostics import convergence_checks
from mmm.diagnostics.convergence import engine_checks, likely_causes
from mmm.model import ChannelPrior, build_design
from mmm.texts.catalogue import sentence


@pytest.fixture(scope="module")
def panel():
    return make_panel()


def shifted(fit, name, label=None):
    """One chain sits elsewhere."""
    draws = fit.draws.copy(deep=True)
    values = draws[name] if label is None else draws[name].sel({draws[name].dims[2]: label})
    values[0] = values[0] + 4 * float(values.std())
    return dataclasses.replace(fit, draws=draws)


def failed(fit):
    return {check.check: check for check in convergence_checks(fit) if not check.passed}


def test_independent_draws_pass_with_five_figures(panel):
    found = convergence_checks(make_fit(panel, n_chains=4, n_draws=500))
    assert [check.check for check in found] == ["r_hat", "ess_bulk", "ess_tail", "divergences", "e_bfmi"]
    assert all(check.passed for check in found)
    assert {check.specification for check in found} == {"geometric-hill"}


def test_a_stuck_chain_names_the_parameter_and_finds_no_cause_in_clean_data(panel):
    found = failed(shifted(make_fit(panel, n_chains=4, n_draws=500), "retention", "tv"))
    assert found["r_hat"].subject == "revenue/retention[tv]"
    assert found["cause_unknown"].subject == "revenue/tv"
    assert found["cause_unknown"].value == found["r_hat"].value


def test_another_engine_than_the_one_asked_for_is_said_on_the_pages_in_both_languages(panel):
    fit = make_fit(panel, n_chains=2, n_draws=50)
    assert engine_checks(fit) == []
    (check,) = engine_checks(dataclasses.replace(fit, notice="sampled by PyMC"))
    assert (check.subject, check.passed) == ("revenue", False)
    for language in ("fr", "en"):
        assert "PyMC" in sentence(f"check.{check.check}.message", language)
        assert sentence(f"check.{check.check}.action", language)


def test_a_collinear_pair_is_named_as_the_likely_cause(panel):
    spend = panel["spend"].copy()
    spend.loc[{"channel": "radio"}] = 0.2 * spend.sel(channel="tv").to_numpy() + 50
    fit = shifted(make_fit(panel.assign(spend=spend), n_chains=4, n_draws=500), "return", "radio")
    found = failed(fit)
    assert found["cause_collinear"].subject == "revenue/tv, revenue/radio"
    assert "spent together" in found["cause_collinear"].message


def test_too_few_rows_are_the_likely_cause_of_a_baseline_that_does_not_mix():
    fit = shifted(make_fit(make_panel(36), n_chains=4, n_draws=500), "sigma")
    assert failed(fit)["cause_too_few_rows"].subject == "revenue/sigma"


def test_divergences_and_slow_exploration_are_figures_of_the_gate(panel):
    fit = make_fit(panel, n_chains=4, n_draws=500)
    fit.stats["diverging"][0, :5] = True
    fit.stats["energy"][:] = np.cumsum(np.random.default_rng(1).normal(size=(4, 500)), axis=1)
    found = failed(fit)
    assert found["divergences"].value == pytest.approx(5 / 2000)
    assert found["e_bfmi"].value < 0.3


def test_a_control_that_repeats_a_channel_is_the_likely_cause(panel):
    repeated = panel.assign(controls=(("geo", "period", "control"), panel["spend"].to_numpy()[:, :, :1]))
    fit = shifted(make_fit(repeated, n_chains=4, n_draws=500), "return", "search")
    found = failed(fit)["cause_baseline"]
    assert found.subject == "revenue/search"
    assert "controls explain nearly all of its spend" in found.message


def test_a_prior_that_the_data_oppose_is_the_likely_cause(panel):
    fit = shifted(make_fit(panel, n_chains=4, n_draws=500), "return", "tv")
    # The draws of this fit are about a share of 0.06.
    believed = {"tv": ChannelPrior(kind="contribution_share", median=0.004, spread=0.1)}
    spec = dataclasses.replace(fit.spec, channel_priors=believed)
    opposed = dataclasses.replace(fit, spec=spec, design=build_design(panel, spec))
    assert failed(opposed)["cause_prior"].subject == "revenue/tv"
    agreeing = dataclasses.replace(spec.channel_priors["tv"], median=0.06, spread=0.5)
    agreed = dataclasses.replace(spec, channel_priors={"tv": agreeing})
    fit = dataclasses.replace(fit, spec=agreed, design=build_design(panel, agreed))
    assert "cause_prior" not in failed(fit)


@pytest.mark.parametrize(
    ("spend", "cause"),
    [
        (np.full(156, 5_000.0), "cause_no_variation"),
        (np.where(np.arange(156) % 40 == 3, 5_000.0, 0.0), "cause_rarely_active"),
        (np.where(np.arange(156) == 70, 5e6, 5_000.0 + 40.0 * np.arange(156) % 900), "cause_scale"),
    ],
)
def test_each_planted_fault_of_spend_is_the_cause_that_is_named(panel, spend, cause):
    planted = panel["spend"].copy(deep=True)
    planted.loc[{"channel": "radio"}] = spend
    fit = shifted(make_fit(panel.assign(spend=planted), n_chains=4, n_draws=500), "half_saturation", "radio")
    assert failed(fit)[cause].subject == "revenue/radio"


def test_the_message_of_the_gate_says_the_cause_and_what_to_do(panel):
    spend = panel["spend"].copy(deep=True)
    spend.loc[{"channel": "radio"}] = 5_000.0
    fit = shifted(make_fit(panel.assign(spend=spend), n_chains=4, n_draws=500), "return", "radio")
    (said,) = likely_causes(fit)
    assert said.startswith("revenue/radio: the chains mix badly (R-hat")
    assert said.endswith("Vary its budget on purpose for some periods, or give it a prior from an experiment")
    assert likely_causes(make_fit(panel, n_chains=4, n_draws=500)) == []
