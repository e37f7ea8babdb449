"""The fit as a user meets it: what it holds, that it repeats, that a file gives it back."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from engine_panel import engine_panel
from mmm.errors import NotConvergedError, UserInputError
from mmm.inference import (
    Fit,
    convergence_problems,
    convergence_table,
    fit,
    fit_once,
    load_fit,
    require_convergence,
    save_fit,
)
from mmm.inference.compiled import compiled_density
from mmm.inference.fitting import _engine
from mmm.inference.gate import times_longer
from mmm.model import ChannelForm, ChannelPrior, ModelSpec, build_design, saturated_media
from mmm.sampling import SamplerSettings, sample_density

ENGINES = ("compiled", "pymc")
SPEC = ModelSpec(outcome="revenue", controls=("price",), draws=600, warmup=500)


@pytest.fixture(scope="module")
def fitted() -> Fit:
    """One small fit."""
    return fit(engine_panel(), SPEC, seed=4)


def test_a_fit_converges_and_its_parts_add_up_to_the_return(fitted):
    require_convergence(fitted)
    draws, design = fitted.draws, fitted.design
    effect = draws["effect"].to_numpy()
    reached = saturated_media(design, draws).reshape(*effect.shape, -1)
    brought = (effect[..., None] * reached).sum(axis=-1) * design.outcome_scale
    np.testing.assert_allclose(brought / design.full_cost_total, draws["return"].to_numpy(), rtol=1e-9)


def test_the_posterior_mean_explains_the_kpi(fitted):
    draws, design = fitted.draws, fitted.design
    effect = draws["effect"].to_numpy()
    reached = saturated_media(design, draws).reshape(*effect.shape, -1)
    media = np.einsum("sdc,sdct->sdt", effect, reached)
    expected = (draws["coefficient"].to_numpy() @ design.basis.T + media).mean(axis=(0, 1))
    # Noise is 5 % of the KPI and the model has about 20 columns for 60 periods.
    assert 0.02 < np.std(design.y - expected) < 0.06


def test_dims_and_coordinates_are_named(fitted):
    draws = fitted.draws
    assert draws["return"].dims == ("chain", "draw", "channel")
    assert draws["coefficient"].dims == ("chain", "draw", "basis")
    assert draws["amplitude"].dims == ("chain", "draw", "group")
    assert list(draws["group"].to_numpy()) == ["trend", "season", "holidays", "events", "controls"]
    assert tuple(draws["basis"].to_numpy()) == fitted.design.basis_names
    assert set(fitted.stats) == {"diverging", "energy", "n_steps", "depth"}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(fitted):
    again = fit(engine_panel(), SPEC, seed=4)
    xr.testing.assert_identical(again.draws, fitted.draws)
    other = fit(engine_panel(), SPEC, seed=5)
    assert not np.array_equal(other.draws["return"], fitted.draws["return"])


def test_draws_do_not_depend_on_the_number_of_threads():
    density = compiled_density(build_design(engine_panel(), SPEC), SPEC)
    settings = SamplerSettings(chains=3, draws=100, warmup=100)
    one, three = (sample_density(density, settings, 9, threads=threads) for threads in (1, 3))
    np.testing.assert_array_equal(one.positions, three.positions)


@pytest.mark.slow
def test_draws_do_not_depend_on_a_cold_compile_cache(tmp_path: Path, root: Path):
    program = (
        "from engine_panel import engine_panel; from mmm.inference import fit; from mmm.model import ModelSpec;"
        "spec = ModelSpec(outcome='revenue', draws=100, warmup=100);"
        "import hashlib; found = fit(engine_panel(), spec, 4).draws['return'].to_numpy();"
        "print(hashlib.sha256(found.tobytes()).hexdigest())"
    )
    paths = os.pathsep.join([str(root / "tests"), str(root / "src")])
    environment = {**os.environ, "PYTHONPATH": paths, "NUMBA_CACHE_DIR": str(tmp_path)}
    cold, warm = (
        subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    )
    assert cold == warm


def test_a_saved_fit_comes_back_whole(fitted, tmp_path: Path):
    file = tmp_path / "posterior_revenue.nc"
    save_fit(fitted, file)
    back = load_fit(file)
    xr.testing.assert_identical(back.draws, fitted.draws)
    xr.testing.assert_identical(back.stats, fitted.stats)
    assert (back.spec, back.seed, back.attempts, back.engine) == (SPEC, 4, fitted.attempts, "compiled")
    np.testing.assert_array_equal(back.design.x, fitted.design.x)
    np.testing.assert_array_equal(back.design.periods, fitted.design.periods)
    assert back.design.baseline.names == fitted.design.baseline.names
    assert back.design.baseline.origin == fitted.design.baseline.origin
    save_fit(fitted, file)


def test_a_file_that_is_not_a_fit_is_refused(tmp_path: Path):
    file = tmp_path / "panel.nc"
    engine_panel().to_netcdf(file, engine="h5netcdf")
    with pytest.raises(UserInputError, match=r"panel\.nc: 1 problem"):
        load_fit(file)


def test_a_fit_that_did_not_converge_is_sampled_again_and_then_named(fitted):
    short = replace(SPEC, draws=100, warmup=100)
    poor = fit(engine_panel(), short, seed=4)
    assert poor.attempts == 2
    with pytest.raises(NotConvergedError, match=r"effective draws: .*expected above 400"):
        require_convergence(poor)


def test_a_rerun_is_as_long_as_the_first_attempt_fell_short(fitted):
    assert times_longer(fitted) == 2
    repeated = {"draw": np.repeat(np.arange(150), 4)}
    assert times_longer(replace(fitted, draws=fitted.draws.isel(repeated))) in {3, 4}
    rough = fitted.stats.assign(diverging=fitted.stats["diverging"] | True)
    assert times_longer(replace(fitted, stats=rough)) is None


def test_progress_is_reported_up_to_the_end():
    seen: list[tuple[int, int]] = []
    fit(
        engine_panel(n_periods=150, n_channels=8),
        SPEC,
        seed=4,
        progress=lambda done, todo: seen.append((done, todo)),
    )
    assert seen
    assert all(0 <= done <= todo for done, todo in seen)
    assert seen[-1][0] == seen[-1][1]


def test_the_table_of_parameters_names_every_scalar_once(fitted):
    table = convergence_table(fitted.draws)
    assert table["name"].is_unique
    assert {"return[channel_0]", "coefficient[level]", "amplitude[season]", "sigma"} <= set(table["name"])
    assert (table["r_hat"] < 1.01).all()


@pytest.mark.parametrize("case", ["constant", "identical", "few rows", "control is a channel", "outlier"])
def test_hard_data_give_a_finite_answer(case):
    panel = engine_panel(n_periods=40, n_channels=3)
    spend = panel["spend"].copy(deep=True)
    if case == "constant":
        spend[0, :, 0] = 500.0
    if case == "identical":
        spend[0, :, 1] = spend[0, :, 0]
    if case == "outlier":
        spend[0, 11, 0] = 1e9
    panel = panel.assign(spend=spend, full_cost=1.1 * spend)
    if case == "few rows":
        panel = panel.isel(period=slice(0, 9))
    if case == "control is a channel":
        panel = panel.assign(control_value=(("geo", "period", "control"), spend.to_numpy()[:, :, :1]))
    found = fit(panel, SPEC, seed=2)
    assert all(np.isfinite(values).all() for values in found.draws.values())
    assert convergence_table(found.draws)["r_hat"].max() < 1.05


def test_one_channel_and_54_years_are_enough_for_an_answer():
    panel = engine_panel(n_periods=54, n_channels=1, frequency="annual", extras=False)
    spec = ModelSpec(outcome="revenue", frequency="annual", harmonics=0, knot_spacing=5)
    found = fit(panel, spec, seed=1)
    require_convergence(found)
    assert list(found.draws["group"].to_numpy()) == ["trend"]


def test_draws_that_are_not_numbers_never_pass_the_gate(fitted):
    broken = fitted.draws.copy(deep=True)
    broken["return"][0, 0, 0] = np.nan
    problems = convergence_problems(replace(fitted, draws=broken))
    assert any("return[channel_0]" in problem for problem in problems)


def test_a_fit_that_the_compiled_engine_lacks_says_what_sampled_it_and_why():
    panel = engine_panel(n_periods=40, n_channels=2)
    late = ChannelForm(order="saturation_first")
    belief = ChannelPrior(kind="marginal_return", median=0.8, spread=0.5)
    spec = ModelSpec(outcome="revenue", forms={"channel_0": late}, channel_priors={"channel_0": belief})
    engine, notice = _engine(build_design(panel, spec), spec)
    assert engine == "pymc"
    assert notice == (
        "outcome revenue: channel_0 with a belief on the marginal return and saturation before carry-over, "
        "which the compiled engine lacks: sampled by PyMC, the same posterior in minutes"
    )
    asked = replace(spec, engine="pymc")
    assert _engine(build_design(panel, asked), asked) == ("pymc", "")


def test_both_engines_shape_their_draws_alike_where_families_differ_by_channel():
    panel = engine_panel(n_periods=40, n_channels=2)
    forms = {"channel_0": ChannelForm(adstock="weibull_density", saturation="power")}
    spec = ModelSpec(outcome="revenue", harmonics=1, forms=forms)
    short = SamplerSettings(chains=2, draws=20, warmup=20)
    ours, theirs = (fit_once(panel, replace(spec, engine=engine), 1, short) for engine in ENGINES)
    assert set(ours.draws) == set(theirs.draws)
    for name, values in ours.draws.items():
        other = theirs.draws[name]
        assert values.dims == other.dims, name
        xr.testing.assert_equal(values.isnull().all(("chain", "draw")), other.isnull().all(("chain", "draw")))
