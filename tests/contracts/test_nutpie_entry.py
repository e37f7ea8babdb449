"""Nutpie's internal entry, on which the speed of a fit rests, does what we think it does."""

import subprocess
import sys
from typing import Any

import numba
import numpy as np
import pytest
from numba import types

from mmm.sampling import CompiledDensity, SamplerSettings, sample_density
from mmm.sampling.nutpie_entry import nutpie_library

_pointer: Any = types.CPointer(types.double)


@numba.cfunc(types.int64(types.uint64, _pointer, _pointer, _pointer, _pointer))
def normal_entry(size, position, gradient, density, user_data):
    """Independent normals; their standard deviations are the data."""
    density[0] = 0.0
    for i in range(size):
        z = position[i] / user_data[i]
        density[0] -= 0.5 * z * z
        gradient[i] = -z / user_data[i]
    return 0


def test_a_normal_density_is_sampled_with_its_mean_and_spread():
    spread = np.array([0.01, 1.0, 50.0])
    density = CompiledDensity(
        address=normal_entry.address or 0, data=spread, n_parameters=3, start=np.zeros(3)
    )
    found = sample_density(density, SamplerSettings(chains=4, draws=2000, warmup=500), seed=1)
    assert found.positions.shape == (4, 2000, 3)
    standard = found.positions.reshape(-1, 3) / spread
    # 8,000 draws, hardly correlated: standard errors of 0.011 and 0.008, taken five times.
    assert standard.mean(axis=0) == pytest.approx(np.zeros(3), abs=0.06)
    assert standard.std(axis=0) == pytest.approx(np.ones(3), abs=0.04)
    assert not found.diverging.any()


def test_thinned_draws_are_every_other_one_of_the_same_chain():
    density = CompiledDensity(
        address=normal_entry.address or 0, data=np.ones(2), n_parameters=2, start=np.zeros(2)
    )
    whole = sample_density(density, SamplerSettings(chains=2, draws=100, warmup=100), seed=3)
    half = sample_density(density, SamplerSettings(chains=2, draws=50, warmup=100, thin=2), seed=3)
    np.testing.assert_array_equal(half.positions, whole.positions[:, 1::2])
    assert half.energy.shape == (2, 100)


@pytest.mark.parametrize(
    "name", ["PyNutsSettings", "PySampler", "PyMcModel", "LogpFunc", "ExpandFunc", "PyVariable", "PyStorage"]
)
def test_the_names_that_we_use_exist(name):
    assert hasattr(nutpie_library(), name)


@pytest.mark.parametrize(
    "program",
    [
        "from mmm.sampling.nutpie_entry import nutpie_library as own; lib = own(); import nutpie;"
        "assert nutpie._lib is lib",
        "import nutpie; from mmm.sampling.nutpie_entry import nutpie_library as own;"
        "assert nutpie._lib is own()",
        "import sys, mmm.inference; from mmm.sampling.nutpie_entry import nutpie_library; nutpie_library();"
        "slow = {'arviz', 'nutpie', 'pymc', 'pytensor'} & set(sys.modules); assert not slow, slow",
    ],
    ids=["ours first", "nutpie first", "nothing slow is imported"],
)
def test_the_library_lives_with_nutpie_itself(program):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
