"""Several posteriors of one outcome joined into one, each with as many draws as it weighs."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mmm.inference.records import Fit, Member


def join(fits: Sequence[Fit], members: Sequence[Member], seed: int) -> Fit:
    """Join the draws of several specifications, in the proportion of their weights.

    Half as many draws as the heaviest one has (neighbours among them say much the same), in random
    order, so that any even thinning keeps the proportions and draws of two outcomes are paired as
    independent.

    Parameters
    ----------
    fits : sequence of Fit
        Posteriors of the same outcome on the same data and baseline.
    members : sequence of Member
        In the same order; weights sum to 1.

    Returns
    -------
    Fit
        One chain; `members` are the heaviest first.
    """
    if len({fit.design.basis_names for fit in fits}) > 1:
        raise ValueError("specifications of an average must share their baseline")
    order = sorted(range(len(fits)), key=lambda at: -members[at].weight)
    fits, members = [fits[at] for at in order], [members[at] for at in order]
    sizes = [fit.draws.sizes["chain"] * fit.draws.sizes["draw"] for fit in fits]
    counts = shares_of(max(1, sizes[0] // 2), [member.weight for member in members])
    parts = [
        _evenly(fit, count, size) for fit, count, size in zip(fits, counts, sizes, strict=True) if count > 0
    ]
    names = [[member.spec.name] * count for member, count in zip(members, counts, strict=True)]
    joined = xr.concat(parts, dim="draw", data_vars="all", join="outer", fill_value=np.nan)
    joined = joined.assign_coords(specification=("draw", np.concatenate(names)))
    mixed = np.random.default_rng([seed, 2]).permutation(joined.sizes["draw"])
    draws = joined.isel(draw=mixed).assign_coords(draw=np.arange(len(mixed))).expand_dims(chain=[0])
    whole = draws.transpose("chain", "draw", ...)
    return replace(
        fits[0],
        draws=whole,
        seed=seed,
        attempts=max(m.attempts for m in members),
        notice="; ".join(dict.fromkeys(fit.notice for fit in fits if fit.notice)),
        members=tuple(members),
    )


def shares_of(n_draws: int, weights: Sequence[float]) -> list[int]:
    """Split draws by weight, the largest remainders rounded up.

    Examples
    --------
    >>> shares_of(10, [0.55, 0.25, 0.2])
    [6, 2, 2]
    """
    exact = n_draws * np.asarray(weights, dtype=float)
    counts = np.floor(exact).astype(int)
    left = n_draws - int(counts.sum())
    counts[np.argsort(counts - exact, kind="stable")[:left]] += 1
    return [int(count) for count in counts]


def _evenly(fit: Fit, count: int, size: int) -> xr.Dataset:
    """Keep `count` draws of all chains, evenly spread."""
    kept: NDArray[np.int64] = np.linspace(0, size - 1, min(count, size)).round().astype(int)
    if count > size:
        kept = np.arange(count) % size
    flat = fit.draws.stack(sample=("chain", "draw"), create_index=False).isel(sample=kept)
    return flat.drop_vars(["chain", "draw"]).rename(sample="draw").transpose("draw", ...)
