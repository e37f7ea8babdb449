"""What is believed of the curves of each channel: carry-over and saturation, as sampled.

Every family has at most four parameters, each sampled on the whole line: `SLOTS` says which, and the
kind of belief says how. Without a belief of the analyst the retention is Beta; a stated half-life h is
log-normal, and the retention is `0.5 ** (1 / h)`. A half-saturation stated in money per period is brought
to the unit of `Design.x`, a typical active period.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.model.spec import Beliefs, ChannelForm, ChannelShape, ModelSpec
from mmm.transforms import ADSTOCKS, SATURATIONS, MediaCurves, lag_weights, median_lag

FloatArray = NDArray[np.float64]
Belief = tuple[int, float, float]
"""Kind and its two figures."""

ABSENT, NORMAL, BETA, HALF_LIFE = 0, 1, 2, 3
"""No such parameter; normal on what is sampled, a logarithm; Beta on its logistic; normal on the log
of the half-life that the retention means."""
SLOTS = ("carry_first", "carry_second", "half_saturation", "slope")
"""Retention or Weibull scale; delay or Weibull shape; half-saturation; slope of Hill or exponent of power."""
WEIGHT_KEPT, HIGH, HIGH_RETENTION = 0.99, 1.2815515655446004, 0.6
"""Weight that the window holds, at the upper decile (of a standard normal) of what is believed."""
MAX_LAGS, LONGEST = 52, 208
"""The longest window, and the lags over which it is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapePrior:
    """Families of every channel and the beliefs on their parameters."""

    adstock: NDArray[np.int64]
    """(channel) Place in `mmm.transforms.ADSTOCKS`."""
    saturation: NDArray[np.int64]
    """(channel) Place in `mmm.transforms.SATURATIONS`."""
    saturates_first: NDArray[np.int64]
    """(channel) 1 where saturation comes before carry-over."""
    n_lags: int
    """Window of the families that have one."""
    kind: NDArray[np.int64]
    """(slot, channel)"""
    first: FloatArray
    """(slot, channel) Mean, or Beta's first parameter."""
    second: FloatArray
    """(slot, channel) Standard deviation, or Beta's second parameter."""

    @property
    def carry_kind(self) -> NDArray[np.int64]:
        """Kind of the belief on the first parameter of the carry-over, (channel)."""
        return np.asarray(self.kind[0])

    @property
    def half_saturation(self) -> FloatArray:
        """(2, channel) Mean and standard deviation of the log half-saturation, in typical active periods."""
        return np.stack([self.first[2], self.second[2]])


def build_shape_prior(
    spec: ModelSpec, channels: tuple[str, ...], media_scale: FloatArray, n_periods: int
) -> ShapePrior:
    """Bring the families and beliefs of every channel's curve to the parameters that are sampled.

    Parameters
    ----------
    media_scale : ndarray of shape (channel,)
        Media spend of a typical active period, in money.
    n_periods : int
        The window of a carry-over is no longer.
    """
    forms = [spec.form(name) for name in channels]
    beliefs = np.array(
        [
            [*_beliefs(form, spec.channel_shapes.get(name, ChannelShape()), spec.beliefs, scale)]
            for name, form, scale in zip(channels, forms, media_scale, strict=True)
        ],
        dtype=float,
    ).reshape(len(channels), len(SLOTS), 3)
    kind, first, second = (np.ascontiguousarray(beliefs[:, :, place].T) for place in range(3))
    return ShapePrior(
        adstock=np.array([ADSTOCKS.index(form.adstock) for form in forms], dtype=np.int64),
        saturation=np.array([SATURATIONS.index(form.saturation) for form in forms], dtype=np.int64),
        saturates_first=np.array([form.order == "saturation_first" for form in forms]).astype(np.int64),
        n_lags=_window(forms, beliefs, n_periods),
        kind=kind.astype(np.int64),
        first=first,
        second=second,
    )


def _beliefs(form: ChannelForm, stated: ChannelShape, usual: Beliefs, scale: float) -> Iterator[Belief]:
    """Beliefs of one channel in the order of `SLOTS`."""
    yield from _carry_beliefs(form, stated.half_life, usual)
    if form.saturation in {"power", "none"}:
        yield ABSENT, 0.0, 1.0
    elif stated.half_saturation is None:
        yield _logged(usual.half_saturation)
    else:
        yield _logged((stated.half_saturation[0] / scale, stated.half_saturation[1]))
    if form.saturation == "hill":
        yield _logged(usual.slope)
    elif form.saturation == "power":
        yield BETA, *usual.exponent
    else:
        yield ABSENT, 0.0, 1.0


def _carry_beliefs(
    form: ChannelForm, half_life: tuple[float, float] | None, usual: Beliefs
) -> Iterator[Belief]:
    if form.adstock == "none":
        yield from ((ABSENT, 0.0, 1.0), (ABSENT, 0.0, 1.0))
    elif form.adstock == "geometric":
        yield (BETA, *usual.retention) if half_life is None else (HALF_LIFE, *_logged(half_life)[1:])
        yield ABSENT, 0.0, 1.0
    elif form.adstock == "delayed":
        yield BETA, *usual.retention
        yield _logged(usual.delay if half_life is None else half_life)
    else:
        scale = usual.weibull_scale
        if half_life is not None:
            scale = half_life[0] / median_lag(form.adstock, usual.weibull_shape[0]), half_life[1]
        yield _logged(scale)
        yield _logged(usual.weibull_shape)


def _window(forms: list[ChannelForm], beliefs: FloatArray, n_periods: int) -> int:
    """Give the lags that hold 99 % of the weight at the upper decile of the beliefs, 52 at most."""
    needed = 1
    for form, (first, second, *_) in zip(forms, beliefs, strict=True):
        if form.adstock in {"none", "geometric"}:
            continue
        if form.adstock == "delayed":
            weights = lag_weights(form.adstock, HIGH_RETENTION, _high(second), LONGEST)
        else:
            weights = lag_weights(form.adstock, _high(first), np.exp(second[1]), LONGEST)
        needed = max(needed, int(np.searchsorted(weights.cumsum(), WEIGHT_KEPT)) + 1)
    return min(needed, MAX_LAGS, n_periods)


def _high(belief: FloatArray) -> float:
    return float(np.exp(belief[1] + HIGH * belief[2]))


def draw_curves(prior: ShapePrior, uniform: FloatArray) -> MediaCurves:
    """Give the curves at points of the unit cube.

    Parameters
    ----------
    uniform : ndarray of shape (draw, slot, channel)
        Uniform numbers, strictly between 0 and 1.
    """
    from scipy.special import betaincinv, ndtri  # noqa: PLC0415 - drawn from where beliefs are checked only

    normal = prior.first + prior.second * ndtri(uniform)
    a, b = (np.where(prior.kind == BETA, figures, 1.0) for figures in (prior.first, prior.second))
    with np.errstate(over="ignore"):
        value = np.where(prior.kind == BETA, betaincinv(a, b, uniform), np.exp(normal))
    value = np.where(prior.kind == HALF_LIFE, 0.5 ** (1 / value), value)
    return curves_of(prior, np.where(prior.kind == ABSENT, np.nan, value))


def curves_of(prior: ShapePrior, value: FloatArray) -> MediaCurves:
    """Give curves from their parameters, (draw, slot, channel)."""
    n_draws, _, n_channels = value.shape
    shape = (n_draws, n_channels)
    return MediaCurves(
        adstock=np.broadcast_to(prior.adstock.astype(np.int8), shape),
        saturation=np.broadcast_to(prior.saturation.astype(np.int8), shape),
        saturates_first=np.broadcast_to(prior.saturates_first > 0, shape),
        first=value[:, 0],
        second=value[:, 1],
        half_saturation=value[:, 2],
        slope=value[:, 3],
        n_lags=np.full(n_draws, prior.n_lags),
    )


def _logged(belief: tuple[float, float]) -> Belief:
    return NORMAL, float(np.log(belief[0])), belief[1]
