"""The simulator answers as the tables do, in milliseconds, with numpy alone."""

import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

from hand_made_budget import make_problem, make_response
from mmm.allocation import allocate, load_simulator, save_simulator, simulate_budget

RESPONSE = make_response(8, 1000, seed=2)
PROBLEM = make_problem(RESPONSE)
ALLOCATION = allocate(PROBLEM, RESPONSE)
LABELS = {
    "channels": {"channel_0": {"fr": "Télévision", "en": "TV"}},
    "outcome": {"revenue": {"fr": "Ventes", "en": "Sales"}},
}


@pytest.fixture
def stored(tmp_path):
    result = SimpleNamespace(response=RESPONSE, problem=PROBLEM, allocation=ALLOCATION, labels=LABELS)
    path = tmp_path / "simulator.npz"
    save_simulator(result, path)
    return path


def test_the_answer_is_that_of_the_draws_kept(stored):
    simulator = load_simulator(stored)
    answer = simulate_budget(simulator, simulator.recommended)
    response = simulator.response
    assert response.n_draws == 500
    gain = response.profit(simulator.recommended) - response.profit(simulator.current)
    assert answer.gain[0] == pytest.approx(gain.mean(), rel=1e-9)
    assert answer.p_gain == (gain > 0).mean()
    assert answer.profit[0] == pytest.approx(response.profit(simulator.recommended).mean(), rel=1e-9)
    full = (RESPONSE.profit(ALLOCATION.spend) - RESPONSE.profit(RESPONSE.current)).mean()
    assert answer.gain[0] == pytest.approx(full, rel=0.2)  # 500 draws of 1000: Monte Carlo error


def test_gains_of_moves_add_up(stored):
    simulator = load_simulator(stored)
    answer = simulate_budget(simulator, simulator.recommended)
    assert answer.gain_by_channel[:, 0].sum() == pytest.approx(answer.gain[0], rel=1e-9)
    assert answer.full_cost == pytest.approx(RESPONSE.full_cost(ALLOCATION.spend).sum(), rel=1e-12)


def test_channels_left_out_keep_their_plan(stored):
    simulator = load_simulator(stored)
    answer = simulate_budget(simulator, {"channel_3": 1.1 * simulator.current[3]})
    moved = np.flatnonzero(~np.isnan(answer.p_gain_by_channel))
    assert moved.tolist() == [3]
    assert answer.total == pytest.approx(simulator.current.sum() + 0.1 * simulator.current[3])


def test_todays_plan_gains_nothing(stored):
    simulator = load_simulator(stored)
    answer = simulate_budget(simulator, simulator.current)
    assert answer.gain == (0.0, 0.0, 0.0)
    assert np.isnan(answer.p_gain)


def test_amounts_outside_the_data_and_the_limits_are_marked(stored):
    simulator = load_simulator(stored)
    spend = simulator.current.copy()
    spend[0], spend[1] = 1.01 * simulator.highest[0], 0.99 * simulator.lower[1]
    answer = simulate_budget(simulator, spend)
    assert answer.extrapolates[0]
    assert answer.within_limits[1] == np.False_
    assert answer.within_limits[2:].all()


def test_unknown_channels_are_refused(stored):
    with pytest.raises(ValueError, match="tele"):
        simulate_budget(load_simulator(stored), {"tele": 1.0})


def test_labels_keep_their_accents_and_nothing_is_pickled(stored):
    assert load_simulator(stored).labels["channels"]["channel_0"]["fr"] == "Télévision"
    with np.load(stored, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)


def test_the_same_result_writes_the_same_bytes(stored, tmp_path):
    result = SimpleNamespace(response=RESPONSE, problem=PROBLEM, allocation=ALLOCATION, labels=LABELS)
    save_simulator(result, tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == stored.read_bytes()


def test_only_numpy_is_loaded(stored):
    probe = (
        "import sys; from pathlib import Path\n"
        "from mmm.allocation.simulator import load_simulator, simulate_budget\n"
        f"s = load_simulator(Path({str(stored)!r})); simulate_budget(s, s.recommended)\n"
        "heavy = ('scipy', 'pandas', 'xarray', 'numba', 'pydantic', 'pymc', 'mmm.params', 'mmm.effects')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_answer_takes_under_twenty_milliseconds(stored):
    simulator = load_simulator(stored)
    seconds = []
    for share in (0.9, 0.95, 1.0, 1.05, 1.1):
        started = time.process_time()
        simulate_budget(simulator, share * simulator.recommended)
        seconds.append(time.process_time() - started)
    assert min(seconds) < 0.02
