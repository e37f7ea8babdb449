"""What each channel's carry-over and saturation are, and the beliefs on their parameters as sampled.

A curve has four slots: first and second of the carry-over, half-saturation, slope. Each is sampled on
an unconstrained scale: the logarithm, or the logit of what lies between 0 and 1. What a family does
not read has a standard normal of its own, which touches nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mmm.errors import UserInputError
from mmm.model.shape_prior import HALF_LIFE, ShapePrior
from mmm.model.spec import ChannelForm, ModelSpec
from mmm.transforms import ADSTOCKS, SATURATIONS, lag_weights

if TYPE_CHECKING:
    from mmm.model.design import Design

FloatArray = NDArray[np.float64]
NORMAL, BETA, HALF_LIFE_SLOT = 0, 1, 2
"""Normal on the scale sampled; Beta on its logistic; normal on the logarithm of a half-life."""
SLOTS = ("first", "half", "slope", "second")
DEFAULT = ChannelForm()
HIGH = 1.2815515655446004
"""The upper decile of a standard normal."""
WEIGHT_KEPT = 0.99
MAX_LAGS = 52

VARIABLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "none": (),
    "geometric": (("first", "retention"),),
    "delayed": (("first", "retention"), ("second", "delay")),
    "weibull_density": (("first", "weibull_scale"), ("second", "weibull_shape")),
    "weibull_survival": (("first", "weibull_scale"), ("second", "weibull_shape")),
    "hill": (("half", "half_saturation"), ("slope", "slope")),
    "michaelis_menten": (("half", "half_saturation"),),
    "logistic": (("half", "half_saturation"),),
    "exponential": (("half", "half_saturation"),),
    "power": (("slope", "exponent"),),
}
"""Slots that a family reads, and the name of the parameter in the draws; `none` saturates nothing either."""
BOUNDED = frozenset({"retention", "exponent"})
"""Parameters between 0 and 1, sampled as logits; the others are positive, sampled as logarithms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveSlots:
    """Families of every channel, and the belief on each slot."""

    forms: FloatArray
    """(3, channel) Places in ADSTOCKS and SATURATIONS, and 1 where saturation comes first."""
    prior: FloatArray
    """(slot, 3, channel) NORMAL, BETA or HALF_LIFE_SLOT, and its two figures."""


def is_default(spec: ModelSpec, channels: tuple[str, ...]) -> bool:
    """Whether every channel has a geometric carry-over, then Hill."""
    return all(spec.form(name) == DEFAULT for name in channels)


def takes_families(spec: ModelSpec) -> bool:
    """Whether other families than geometric, then Hill, can be fitted under these beliefs."""
    is_marginal = any(prior.kind == "marginal_return" for prior in spec.channel_priors.values())
    return spec.likelihood == "normal" and not is_marginal


def refuse_forms(spec: ModelSpec, channels: tuple[str, ...], *, by_geo: bool) -> None:
    """Refuse families where only geometric, then Hill, is known.

    Raises
    ------
    UserInputError
        Other families with several geos, another likelihood than the Normal, or a marginal return.
    """
    if is_default(spec, channels) or (takes_families(spec) and not by_geo):
        return
    raise UserInputError(
        f"model of {spec.outcome}",
        [
            f"carry-over and saturation are {spec.name}, expected geometric-hill with several geos, with a "
            "student_t or negative_binomial likelihood and with a belief on a marginal return: "
            "leave them out, or the other choice"
        ],
    )


def window(spec: ModelSpec, channels: tuple[str, ...], n_periods: int) -> int:
    """Give the lags that hold 99 % of the weight at the upper decile of the belief, 52 at most."""
    beliefs, needed = spec.beliefs, 1
    for form in {spec.form(name) for name in channels}:
        if form.adstock in {"none", "geometric"}:
            continue
        if form.adstock == "delayed":
            first, second = 0.6, _high(beliefs.delay)
        else:
            first, second = _high(beliefs.weibull_scale), beliefs.weibull_shape[0]
        weights = lag_weights(form.adstock, first, second, 4 * MAX_LAGS)
        needed = max(needed, int(np.searchsorted(weights.cumsum(), WEIGHT_KEPT)) + 1)
    return min(needed, MAX_LAGS, n_periods)


def curve_slots(design: "Design", spec: ModelSpec) -> CurveSlots:
    """Give the families of every channel and the beliefs on their parameters."""
    forms = [spec.form(name) for name in design.channels]
    prior = np.array(
        [
            [_belief(slot, form, spec, design.shape_prior, at) for at, form in enumerate(forms)]
            for slot in SLOTS
        ],
        dtype=float,
    )
    codes = [
        [
            ADSTOCKS.index(form.adstock),
            SATURATIONS.index(form.saturation),
            form.order == "saturation_first",
        ]
        for form in forms
    ]
    return CurveSlots(forms=np.array(codes, dtype=float).T, prior=prior.transpose(0, 2, 1))


def _belief(
    slot: str, form: ChannelForm, spec: ModelSpec, shape: ShapePrior, at: int
) -> tuple[int, float, float]:
    """Kind of belief and its two figures; what is not read has a standard normal."""
    name, beliefs = variable(slot, form), spec.beliefs
    stated = shape.carry_kind[at] == HALF_LIFE
    kind, figures = NORMAL, (0.0, 1.0)
    if name in {"half_saturation", "slope"}:
        figures = _pair(getattr(shape, name)[:, at])
    elif name == "exponent":
        kind, figures = BETA, beliefs.exponent
    elif name == "retention" and stated and form.adstock == "geometric":
        kind, figures = HALF_LIFE_SLOT, _pair(shape.carry[:, at])
    elif name == "retention":
        kind, figures = BETA, beliefs.retention if stated else _pair(shape.carry[:, at])
    elif name == "weibull_scale" and stated:
        over = np.log(2.0) ** (1.0 / beliefs.weibull_shape[0])
        figures = float(shape.carry[0, at] - np.log(over)), float(shape.carry[1, at])
    elif name is not None:
        median, spread = getattr(beliefs, name)
        figures = float(np.log(median)), spread
    return kind, *figures


def variable(slot: str, form: ChannelForm) -> str | None:
    """Give the name of the parameter that a form keeps in a slot; None where it reads none."""
    read = dict(VARIABLES[form.adstock]) | dict(VARIABLES[form.saturation])
    return read.get(slot)


def _pair(values: FloatArray) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def _high(belief: tuple[float, float]) -> float:
    return float(belief[0] * np.exp(HIGH * belief[1]))
