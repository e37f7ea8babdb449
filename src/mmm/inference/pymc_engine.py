"""The definition itself, sampled through PyMC and nutpie: slower, the same posterior."""

from typing import Any

import numpy as np
import xarray as xr

from mmm.inference.posterior import half_lives
from mmm.model import Design, ModelSpec
from mmm.model.response import NAMES as CURVES
from mmm.sampling import Progress, SamplerSettings, available_threads

GEO_NAMES = ("effect_geo", "coefficient_geo", "amplitude_geo", "noise_exponent")
NAMES = ("share", "effect", "coefficient", "amplitude", "sigma")


def sample_pymc(
    design: Design, spec: ModelSpec, settings: SamplerSettings, seed: int, progress: Progress | None
) -> tuple[xr.Dataset, xr.Dataset]:
    """Sample `mmm.model.definition.explicit_model`; compiling it takes 20 seconds or more."""
    import nutpie  # noqa: PLC0415 - imports arviz

    from mmm.model.definition import explicit_model  # noqa: PLC0415 - imports pymc

    compiled = nutpie.compile_pymc_model(explicit_model(design, spec), var_names=_stored(design, spec))
    trace: Any = nutpie.sample(
        compiled,
        draws=settings.draws * settings.thin,
        tune=settings.warmup,
        chains=settings.chains,
        cores=min(settings.chains, available_threads()),
        seed=seed,
        target_accept=settings.target_accept,
        progress_bar=False,
        save_warmup=False,
        progress_callback=_reporter(progress),
    )
    if trace["posterior"].to_dataset().sizes["draw"] < settings.draws * settings.thin:
        raise KeyboardInterrupt  # nutpie swallowed it; this engine keeps nothing of an interrupted fit
    kept = trace["posterior"].to_dataset().isel(draw=slice(settings.thin - 1, None, settings.thin))
    return _draws(kept.assign_coords(draw=np.arange(settings.draws)), design, spec), _stats(
        trace["sample_stats"].to_dataset()
    )


def _stored(design: Design, spec: ModelSpec) -> list[str]:
    stored = [name for name in NAMES if name != "amplitude" or design.baseline.amplitudes]
    stored += [name for row in CURVES for name in row if name in curve_names(design)]
    if design.geo is not None:
        stored += [*GEO_NAMES, *([] if design.geo.is_national.all() else ["geo_spread"])]
    if spec.likelihood == "negative_binomial":
        stored = [name for name in stored if name not in {"sigma", "noise_exponent"}] + ["dispersion"]
    return [*stored, "return_spread"] if design.media_prior.learns_split else stored


def _draws(posterior: xr.Dataset, design: Design, spec: ModelSpec) -> xr.Dataset:
    draws = posterior[_stored(design, spec)]
    if not design.baseline.amplitudes:
        shape = (draws.sizes["chain"], draws.sizes["draw"], 0)
        draws = draws.assign(amplitude=(("chain", "draw", "group"), np.zeros(shape)))
    cost = xr.DataArray(design.full_cost_total, dims="channel")
    groups = list(design.baseline.amplitudes)
    draws = draws.assign_coords(
        {"channel": list(design.channels), "basis": list(design.basis_names), "group": groups}
    )
    leading = (draws.sizes["chain"], draws.sizes["draw"])
    if design.geo is not None and "geo_spread" not in draws:
        draws = draws.assign(
            geo_spread=(("chain", "draw", "channel"), np.full((*leading, len(cost)), np.nan))
        )
    for name in {"geo_spread", *curve_names(design)} & set(draws):
        draws = _over_channels(draws, name)
    curves = {name: draws[name].to_numpy() for name in curve_names(design)}
    carried = half_lives(design.shape_prior, curves, leading)
    draws = draws.assign(half_life=(("chain", "draw", "channel"), carried))
    return draws.assign({"return": draws["share"] * design.kpi_total / cost})


def curve_names(design: Design) -> set[str]:
    """Variables of the curves that the families of a design have."""
    from mmm.model.media_terms import curve_places  # noqa: PLC0415 - imports pymc

    sampled = curve_places(design.shape_prior)
    return {"retention" if name == "stated_half_life" else name for name in sampled}


def _over_channels(draws: xr.Dataset, name: str) -> xr.Dataset:
    """One variable over all channels: NaN for those that the model has it not for."""
    own = str(draws[name].dims[-1])
    if own == "channel":
        return draws
    named = draws[name].rename({own: "channel"}).reindex(channel=draws["channel"].to_numpy())
    return draws.drop_vars([name, own]).assign({name: named})


def _stats(stats: xr.Dataset) -> xr.Dataset:
    names = ("diverging", "energy", "n_steps", "depth")
    found = xr.Dataset({name: stats[name].transpose("chain", "draw") for name in names})
    return found.drop_vars(["chain", "draw"]).rename_dims(draw="step")


def _reporter(progress: Progress | None) -> Any:
    if progress is None:
        return None
    return lambda chains: progress(
        sum(chain.finished_draws for chain in chains), sum(chain.total_draws for chain in chains)
    )
