"""What knowing a channel better is worth: which test to run, and how much it may cost.

A test is worth what it lets one decide differently. Plans that could become the
best are laid out; for each draw the plan is chosen by what the test would show,
through a regression of each plan's profit on it (Strong, Oakley and Brennan,
2014). The rule is learnt on one half of the draws and valued on the other, so a
chance pattern earns nothing. Values are money over the horizon, per decision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.allocation.charted import Charted, best_of
from mmm.allocation.problem import BudgetProblem
from mmm.allocation.response import ResponseDraws
from mmm.allocation.solver import Allocation
from mmm.params.deciding import PlannedTest

FloatArray = NDArray[np.float64]
N_BINS = 4
"""Parts of a channel's returns, low to high, whose best plans are candidates."""
N_NOISES = 8
STANDARD_TEST = 0.25
"""Standard error, as a share of the mean return, of a test that the params do not describe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestWorth:
    """One test: what perfect knowledge of its channel and what the test itself would be worth."""

    name: str
    channel: str
    periods: float
    """NaN where the params describe no test."""
    standard_error: float
    """Of the return, in money at margin per unit of full cost."""
    evppi: float
    """Expected gain from knowing the channel's curve exactly: no test of it is worth more."""
    evsi: float
    """Expected gain from the test."""
    cost: float
    """NaN where the params give none."""

    @property
    def net(self) -> float:
        """Give what the test brings beyond its cost."""
        return self.evsi - self.cost


def value_of_tests(
    problem: BudgetProblem,
    response: ResponseDraws,
    allocation: Allocation,
    chart: Charted,
    tests: Mapping[str, PlannedTest],
) -> tuple[TestWorth, ...]:
    """Value each test, the best one first; without any, a standard test of every channel.

    Parameters
    ----------
    tests : mapping of name to PlannedTest
        With the standard error of the return that each would measure.
    """
    plans = candidate_plans(problem, response, allocation, chart)
    profits = np.stack([response.profit(plan) for plan in plans], axis=1)
    returns = _returns(problem, response)
    found = []
    for name, channel, test in _asked(response, returns, tests):
        known = _curve(problem, response, channel)
        sigma = test.standard_error
        exact = _gain(profits, known)
        shown = np.mean(
            [_gain(profits, _powers(_noisy(returns[:, channel], sigma, k))) for k in range(N_NOISES)]
        )
        found.append(
            TestWorth(
                name=name,
                channel=response.channels[channel],
                periods=float(test.periods) if tests else float("nan"),
                standard_error=sigma,
                evppi=max(exact, float(shown), 0.0),
                evsi=max(float(shown), 0.0),
                cost=test.cost if tests else float("nan"),
            )
        )
    return tuple(sorted(found, key=lambda one: (-(one.net if tests else one.evsi), -one.evppi)))


def candidate_plans(
    problem: BudgetProblem, response: ResponseDraws, allocation: Allocation, chart: Charted
) -> list[FloatArray]:
    """Give the recommended plan, then the best plans if each channel were known to be poor or good."""
    plans = [allocation.spend]
    returns = _returns(problem, response)
    for channel in range(len(problem.channels)):
        if problem.upper[channel] > problem.lower[channel]:
            parts = np.array_split(np.argsort(returns[:, channel], kind="stable"), N_BINS)
            plans += [best_of(problem, chart, part) for part in parts if len(part)]
    return plans


def _asked(
    response: ResponseDraws, returns: FloatArray, tests: Mapping[str, PlannedTest]
) -> Sequence[tuple[str, int, PlannedTest]]:
    if tests:
        return [(name, response.channels.index(test.channel), test) for name, test in tests.items()]
    mean = np.abs(returns.mean(axis=0))
    return [
        (channel, k, PlannedTest(channel=channel, standard_error=max(STANDARD_TEST * float(mean[k]), 1e-12)))
        for k, channel in enumerate(response.channels)
    ]


def _typical(problem: BudgetProblem, response: ResponseDraws) -> FloatArray:
    """Give today's plan, and an equal share of the budget where nothing is planned, (channel,)."""
    return np.where(response.current > 0, response.current, problem.total / len(response.channels))


def _returns(problem: BudgetProblem, response: ResponseDraws) -> FloatArray:
    """Give margin per unit of full cost at today's plan, or at a typical spend where there is none."""
    spend = _typical(problem, response)
    found: FloatArray = response.contribution(spend) / (spend * response.cost_rate)
    return found


def _curve(problem: BudgetProblem, response: ResponseDraws, channel: int) -> FloatArray:
    """Describe each draw's curve by its logs of return and of fall in return, and their products."""
    spend = _typical(problem, response)
    level = response.paths[channel].brought(float(spend[channel]))
    slope = response.paths[channel].gradient(float(spend[channel]))
    first, second = _standard(level), _standard(slope)
    columns = [first, second, first**2, first * second, second**2, first**3]
    return np.column_stack([np.ones_like(first), *columns])


def _powers(shown: FloatArray) -> FloatArray:
    value = _standard(shown)
    return np.column_stack([np.ones_like(value), value, value**2, value**3])


def _standard(values: FloatArray) -> FloatArray:
    spread = float(values.std())
    return np.clip((values - values.mean()) / spread, -4, 4) if spread > 0 else np.zeros_like(values)


def _noisy(returns: FloatArray, sigma: float, seed: int) -> FloatArray:
    noise: FloatArray = np.random.default_rng([seed, 20]).normal(0.0, sigma, len(returns))
    return returns + noise


def _gain(profits: FloatArray, known: FloatArray) -> float:
    """Give what choosing the plan by what is known gains over the first plan, on draws not learnt from."""
    half = np.arange(len(profits)) % 2 == 0
    gained = 0.0
    for learnt, valued in ((half, ~half), (~half, half)):
        above = profits[learnt] - profits[learnt][:, :1]
        rule, *_ = np.linalg.lstsq(known[learnt], above, rcond=None)
        chosen = (known[valued] @ rule).argmax(axis=1)
        own = profits[valued]
        gained += float((own[np.arange(len(own)), chosen] - own[:, 0]).sum())
    return gained / len(profits)
