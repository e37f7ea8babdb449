"""The gate names what did not converge, on which channel, and why as far as the data show."""

import dataclasses

import numpy as np
import pytest

from hand_made_fit import make_fit, make_panel
from mmm.diagnostics import convergence_checks


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
