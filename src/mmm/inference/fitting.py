"""`fit`: panel and specification in, posterior out, sampled again once when it does not converge."""

import logging
from dataclasses import replace

import xarray as xr

from mmm.errors import listed
from mmm.inference.compiled import sample_compiled
from mmm.inference.gate import MOST_TIMES, convergence_problems, times_longer
from mmm.inference.progress import ProgressChoice, is_attended, shown_progress
from mmm.inference.pymc_engine import sample_pymc
from mmm.inference.records import Fit
from mmm.model import Design, ModelSpec, build_design
from mmm.model.media_prior import MARGINAL
from mmm.sampling import SamplerSettings

ATTEMPTS = 2
_LOG = logging.getLogger(__name__)
_ENGINES = {"compiled": sample_compiled, "pymc": sample_pymc}


def fit(panel: xr.Dataset, spec: ModelSpec, seed: int, progress: ProgressChoice = "auto") -> Fit:
    """Fit one specification to one outcome of a panel; same seed, same draws.

    When the gate fails, sampling is run once more: with two to four times the steps, thinned to as many
    draws, where all that lacked was draws; else with four times, smaller ones, and twice the warm-up.
    `require_convergence` tells whether that passes.
    Whoever interrupts keeps the draws that are there: `Fit.is_partial` says so.

    Parameters
    ----------
    progress : callable, "auto" or None
        Called now and then with the steps done and the steps to do; by default a bar in a terminal or a
        live notebook, and nothing in a stage of a run.

    Raises
    ------
    UserInputError
        See `mmm.model.build_design`.
    KeyboardInterrupt
        Interrupted before there were enough draws, or in a stage of a run.
    """
    return _gated(build_design(panel, spec), spec, seed, progress, keep_interrupted=is_attended())


def fit_design(design: Design, spec: ModelSpec, seed: int, progress: ProgressChoice = None) -> Fit:
    """Fit a design as it is: scales, knots and centres of beliefs stay those it was built with.

    For whoever changes the data of a design and must keep the rest, such as calibration by simulation.
    An interrupt is raised: nothing is kept of such a fit. See `fit`.
    """
    return _gated(design, spec, seed, progress, keep_interrupted=False)


def _gated(
    design: Design, spec: ModelSpec, seed: int, progress: ProgressChoice, *, keep_interrupted: bool
) -> Fit:
    engine, notice = _engine(design, spec)
    sample = _ENGINES[engine]
    settings = SamplerSettings(chains=spec.chains, draws=spec.draws, warmup=spec.warmup)
    for attempt in range(1, ATTEMPTS + 1):
        lasting = replace(settings, keep_interrupted=keep_interrupted)
        with shown_progress(progress, spec.outcome) as report:
            draws, stats = sample(design, spec, lasting, seed, report)
        found = Fit(
            spec=spec,
            design=design,
            draws=draws,
            stats=stats,
            seed=seed,
            attempts=attempt,
            engine=engine,
            notice=notice,
            is_partial=bool(stats.attrs.pop("is_partial", 0)),
        )
        if found.is_partial or attempt == ATTEMPTS or not convergence_problems(found):
            break
        settings = _again(settings, times_longer(found))
    return found


def _engine(design: Design, spec: ModelSpec) -> tuple[str, str]:
    """Take the definition itself where the compiled form lacks something, and say so in a sentence."""
    lacks = (design.media_prior.kind == MARGINAL) & (design.shape_prior.saturates_first > 0)
    if spec.engine == "pymc" or not lacks.any():
        return spec.engine, ""
    channels = listed(name for name, lacking in zip(design.channels, lacks, strict=True) if lacking)
    notice = (
        f"outcome {spec.outcome}: {channels} with a belief on the marginal return and saturation before "
        "carry-over, which the compiled engine lacks: sampled by PyMC, the same posterior in minutes"
    )
    _LOG.warning(notice)
    return "pymc", notice


def fit_once(panel: xr.Dataset, spec: ModelSpec, seed: int, settings: SamplerSettings) -> Fit:
    """Fit without a gate, as long as `settings` says: for a forecast that is scored, not for figures.

    Raises
    ------
    UserInputError
        See `mmm.model.build_design`.
    """
    design = build_design(panel, spec)
    engine, notice = _engine(design, spec)
    draws, stats = _ENGINES[engine](design, spec, settings, seed, None)
    return Fit(
        spec=spec,
        design=design,
        draws=draws,
        stats=stats,
        seed=seed,
        attempts=1,
        engine=engine,
        notice=notice,
    )


def _again(settings: SamplerSettings, times: int | None) -> SamplerSettings:
    """So many times the steps; the most, smaller ones and twice the warm-up where more would not do."""
    if times is not None:
        return replace(settings, thin=times)
    return replace(
        settings, thin=MOST_TIMES, warmup=2 * settings.warmup, target_accept=0.95, start_spread=0.1
    )
