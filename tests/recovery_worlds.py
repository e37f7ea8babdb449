"""Fits of simulated worlds beside their truth, and beside an oracle that knows the true curves."""

from dataclasses import dataclass, replace

import numpy as np

from mmm.inference import Fit, fit
from mmm.inference.compiled import compiled_density
from mmm.model import ModelSpec
from mmm.model.shape_prior import ABSENT, NORMAL
from mmm.sampling import SamplerSettings, sample_density
from mmm.simulate import simulate_panel
from mmm.simulate.records import MediaTruth

CURVE_SD = 1e-3
"""The oracle's standard deviation of the logarithm of what it knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """How close one fit came; errors are shares of the true media total."""

    seed: int
    error: float
    """Sum over channels of the absolute error of the contribution."""
    total_error: float
    """Signed error of the media total."""
    covered: int
    """Channels whose 90 % interval holds the truth."""
    n_channels: int
    total_covered: bool
    width: float
    """Sum of the interval widths."""
    r_hat: float
    ess: float
    attempts: int


def world_spec(outcome: str, **changes: object) -> ModelSpec:
    """Give the default specification of the simulated worlds, as their params file declares it."""
    return replace(ModelSpec(outcome=outcome, controls=("price_index",)), **changes)


def recover(seed: int, outcome: str, **changes: object) -> tuple[Recovery, Recovery]:
    """Fit a world; give how the model and the oracle did."""
    panel, (media, outcomes) = simulate_panel(seed)
    found = fit(panel, world_spec(outcome, **changes), seed=seed)
    truth = outcomes[outcome].total.sel(channel=list(found.design.channels)).to_numpy()
    share = found.draws["share"].to_numpy().reshape(-1, truth.size)
    figures = found.figures
    model = _compare(
        seed,
        share * found.design.kpi_total,
        truth,
        r_hat=float(figures["r_hat"].max()),
        ess=float(figures[["ess_bulk", "ess_tail"]].min(axis=None)),
        attempts=found.attempts,
    )
    known = oracle_shares(found, media, seed) * found.design.kpi_total
    return model, _compare(seed, known, truth, r_hat=np.nan, ess=np.nan, attempts=1)


def oracle_shares(found: Fit, media: MediaTruth, seed: int) -> np.ndarray:
    """Estimate only the strengths: same beliefs in money, curves known."""
    n = len(found.design.channels)
    scale = media.scale.sel(channel=list(found.design.channels)).to_numpy() / found.design.media_scale
    retention, half, slope = (
        values.sel(channel=list(found.design.channels)).to_numpy()
        for values in (media.retention, media.half_saturation, media.slope)
    )
    odds = np.log(retention / (1 - retention))
    known = np.stack([odds, np.zeros(n), np.log(half * scale), np.log(slope)])
    believed = found.design.shape_prior
    sharp = replace(
        found.design,
        shape_prior=replace(
            believed,
            kind=np.where(believed.kind == ABSENT, ABSENT, NORMAL),
            first=known,
            second=np.full_like(known, CURVE_SD),
        ),
    )
    density = compiled_density(sharp, found.spec)
    drawn = sample_density(density, SamplerSettings(start_spread=CURVE_SD / 10), seed)
    return np.exp(drawn.positions[..., 3 * n : 4 * n]).reshape(-1, n)


def _compare(
    seed: int, draws: np.ndarray, truth: np.ndarray, *, r_hat: float, ess: float, attempts: int
) -> Recovery:
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    total = draws.sum(axis=1)
    total_low, total_high = np.quantile(total, [0.05, 0.95])
    mean = draws.mean(axis=0)
    return Recovery(
        seed=seed,
        error=float(np.abs(mean - truth).sum() / truth.sum()),
        total_error=float(mean.sum() / truth.sum() - 1),
        covered=int(((low <= truth) & (truth <= high)).sum()),
        n_channels=truth.size,
        total_covered=bool(total_low <= truth.sum() <= total_high),
        width=float((high - low).sum() / truth.sum()),
        r_hat=r_hat,
        ess=ess,
        attempts=attempts,
    )
