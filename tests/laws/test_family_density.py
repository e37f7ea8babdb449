"""Every carry-over and saturation: the compiled density against the marginal PyMC model.

A second implementation of the same formula; PyMC's differentiation holds the hand-written gradient.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from pytensor.compile.mode import Mode

from engine_panel import engine_panel
from mmm.inference.family_buffer import build_family_buffer, family_prior_centre
from mmm.inference.family_compiled import BLOCK
from mmm.inference.kernels.national import family_log_density
from mmm.model import ChannelForm, ChannelPrior, ChannelShape, Design, ModelSpec, build_design
from mmm.model.curve_slots import BETA, BOUNDED, HALF_LIFE_SLOT, SLOTS, curve_slots
from mmm.model.definition import marginal_model
from mmm.model.family_definition import grouped
from mmm.model.media_prior import COEFFICIENT, POOLED, SHARE
from mmm.transforms import ADSTOCKS, SATURATIONS

MODE = Mode(linker="py", optimizer="fast_compile")
"""PyTensor in plain numpy: nothing to compile."""
N_POINTS = 3
ORDERS = ("adstock_first", "saturation_first")
N_SHIFTS = len(ADSTOCKS)
"""Cases of twelve channels: every saturation in either order, each time with another carry-over."""


@dataclass(frozen=True)
class Case:
    """A design, its compiled data, and random points of its parameters."""

    design: Design
    spec: ModelSpec
    data: np.ndarray
    points: np.ndarray


def case_of(n_channels: int, **options: Any) -> Case:
    panel = engine_panel(n_channels=n_channels, n_periods=40, extras=False)
    spec = ModelSpec(outcome="revenue", harmonics=1, holidays=False, **options)
    design = build_design(panel, spec)
    centre = family_prior_centre(design, spec)
    points = centre + 0.5 * np.random.default_rng(5).standard_normal((N_POINTS, len(centre)))
    return Case(design=design, spec=spec, data=build_family_buffer(design, spec).data, points=points)


def assert_one_density(case: Case) -> None:
    model = marginal_model(case.design, case.spec)
    value_of, slope_of = model.compile_logp(mode=MODE), model.compile_dlogp(mode=MODE)
    ours, theirs = [], []
    for point in case.points:
        gradient = np.empty_like(point)
        ours.append(family_log_density(point, case.data, gradient))
        values = as_pymc(case, point)
        theirs.append(float(value_of(values)) + unused(case, point)[0])
        expected = chained(case, point, model, slope_of(values))
        np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())
    for difference, expected in zip(np.diff(ours), np.diff(theirs), strict=True):
        assert abs(difference - expected) <= 1e-8 * max(1.0, abs(expected))


@pytest.mark.parametrize("shift", range(N_SHIFTS))
def test_every_carry_over_with_every_saturation_in_either_order(shift):
    combined = [(saturation, order) for saturation in range(len(SATURATIONS)) for order in ORDERS]
    forms = {
        f"channel_{at}": ChannelForm(
            adstock=ADSTOCKS[(place + shift) % N_SHIFTS], saturation=SATURATIONS[place], order=order
        )
        for at, (place, order) in enumerate(combined)
    }
    assert_one_density(case_of(len(combined), forms=forms))


def test_families_mixed_over_channels_with_every_kind_of_belief():
    forms = {
        "channel_0": ChannelForm(adstock="weibull_survival", saturation="power"),
        "channel_1": ChannelForm(),
        "channel_2": ChannelForm(adstock="none", saturation="exponential"),
    }
    priors = {
        "channel_0": ChannelPrior(kind="return", median=0.3, spread=0.4),
        "channel_2": ChannelPrior(kind="coefficient", median=-0.01, spread=0.1),
    }
    shapes = {
        "channel_1": ChannelShape(half_life=(2.0, 0.4), half_saturation=(3e4, 0.6)),
        "channel_3": ChannelShape(half_life=(1.5, 0.3)),
    }
    asked = {"forms": forms, "channel_priors": priors, "channel_shapes": shapes}
    assert_one_density(case_of(5, adstock="weibull_density", saturation="hill", **asked))


def named(case: Case) -> list[tuple[list[int], str, int]]:
    """Places in the point, PyMC's value variable, kind of belief; the name is empty where none is read."""
    n, slots = len(case.design.channels), curve_slots(case.design, case.spec)
    found, read = [], set()
    for (name, kind), places in grouped(case.design.channels, case.spec, slots).items():
        at = [BLOCK[slot] * n + channel for slot, channel in places]
        scale = "logodds" if name in BOUNDED else "log"
        stated = kind == HALF_LIFE_SLOT
        assert stated or (kind == BETA) == (scale == "logodds")
        found.append((at, "stated_half_life_log__" if stated else f"{name}_{scale}__", kind))
        read |= set(at)
    left = [BLOCK[slot] * n + at for slot in SLOTS for at in range(n) if BLOCK[slot] * n + at not in read]
    return [*found, (left, "", 0)]


def log_half_life(logit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Value and derivative by the logit of the retention, from the definition: log 0.5 / log r."""
    r = 1 / (1 + np.exp(-logit))
    return np.log(np.log(0.5) / np.log(r)), (1 - r) / -np.log(r)


def as_pymc(case: Case, point: np.ndarray) -> dict[str, np.ndarray]:
    n, n_groups = len(case.design.channels), len(case.design.baseline.amplitudes)
    kind, location = case.design.media_prior.kind, case.design.media_prior.location
    strength, pooled = point[3 * n : 4 * n], case.design.media_prior.kind == POOLED
    values = {
        name: log_half_life(point[at])[0] if belief == HALF_LIFE_SLOT else point[at]
        for at, name, belief in named(case)
        if name
    }
    values["amplitude_log__"] = point[5 * n : 5 * n + n_groups]
    values["sigma_log__"] = point[5 * n + n_groups]
    if case.design.media_prior.learns_split:
        values["return_spread_log__"] = point[-1]
    values["pool_share_log__"] = np.log(np.exp(strength[pooled]).sum())
    if pooled.sum() > 1:
        values["split_zerosum__"] = zero_sum(pooled.sum()) @ (strength[pooled] - location[pooled])
    if (kind == SHARE).any():
        values["declared_share_log__"] = strength[kind == SHARE]
    if (kind == COEFFICIENT).any():
        values["signed_effect"] = strength[kind == COEFFICIENT]
    return values


def unused(case: Case, point: np.ndarray) -> tuple[float, np.ndarray]:
    """Standard normals of what no family reads, and logs of the half-lives' derivatives: value, slope."""
    value, slope = 0.0, np.zeros_like(point)
    for at, name, belief in named(case):
        if not name:
            value -= 0.5 * (point[at] ** 2).sum()
            slope[at] -= point[at]
        elif belief == HALF_LIFE_SLOT:
            step = 1e-5
            near = [np.log(log_half_life(point[at] + side)[1]) for side in (-step, 0.0, step)]
            value += near[1].sum()
            slope[at] += (near[2] - near[0]) / (2 * step)
    return value, slope


def chained(case: Case, point: np.ndarray, model: Any, slopes: np.ndarray) -> np.ndarray:
    """PyMC's gradient in our coordinates."""
    values = as_pymc(case, point)
    sizes = [int(np.prod(np.shape(values[v.name]))) for v in model.value_vars]
    split = np.split(slopes, np.cumsum(sizes)[:-1])
    parts = dict(zip([v.name for v in model.value_vars], split, strict=True))
    n, n_groups = len(case.design.channels), len(case.design.baseline.amplitudes)
    kind, share = case.design.media_prior.kind, np.exp(point[3 * n : 4 * n])
    found = unused(case, point)[1]
    for at, name, belief in named(case):
        if name:
            found[at] += parts[name] * (log_half_life(point[at])[1] if belief == HALF_LIFE_SLOT else 1.0)
    pooled, strength = kind == POOLED, np.zeros(n)
    strength[pooled] = parts["pool_share_log__"] * share[pooled] / share[pooled].sum()
    if pooled.sum() > 1:
        strength[pooled] += zero_sum(pooled.sum()).T @ parts["split_zerosum__"]
    if (kind == SHARE).any():
        strength[kind == SHARE] = parts["declared_share_log__"]
    if (kind == COEFFICIENT).any():
        strength[kind == COEFFICIENT] = parts["signed_effect"]
    found[3 * n : 4 * n] = strength
    found[5 * n : 5 * n + n_groups] = parts["amplitude_log__"]
    found[5 * n + n_groups] = parts["sigma_log__"][0]
    if case.design.media_prior.learns_split:
        found[-1] = parts["return_spread_log__"][0]
    return found


def zero_sum(size: int) -> np.ndarray:
    """PyMC's linear map from deviations to its unconstrained coordinates; constants vanish in it."""
    import pytensor.tensor as pt
    from pymc.distributions.transforms import ZeroSumTransform

    centred = np.eye(size) - 1 / size
    return np.stack(
        [ZeroSumTransform([0]).forward(pt.as_tensor(column)).eval(mode=MODE) for column in centred], axis=1
    )
