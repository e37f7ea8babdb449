"""The shortcut gives what reading the files gives."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from mmm.panel import build_panel
from mmm.params import read_params
from mmm.simulate import simulate_panel, simulate_world, write_world
from mmm.sources import read_sources


@pytest.mark.parametrize("seed", [1, 2])
def test_the_shortcut_gives_what_reading_the_files_gives(seed, root, tmp_path):
    # Two independent programs: the readers and the panel on one side, the generator on the other.
    write_world(simulate_world(seed, n_customers=50, n_journeys=50), tmp_path / "data_samples")
    (tmp_path / "params").mkdir()
    params_file = tmp_path / "params" / "demo.yaml"
    params_file.write_bytes(Path(root / "params" / "demo.yaml").read_bytes())
    params = read_params(params_file)
    read = build_panel(params, read_sources(params))
    made, (media, outcomes) = simulate_panel(seed)
    xr.testing.assert_allclose(made, read, rtol=0, atol=1e-6)
    assert set(made) == set(read)
    assert made.attrs == read.attrs
    np.testing.assert_allclose(read["full_cost"].isel(geo=0), media.full_cost, atol=1e-6)
    assert list(outcomes) == list(params.outcomes)
