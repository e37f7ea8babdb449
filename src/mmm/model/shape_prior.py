"""What is believed of the curves of each channel: carry-over, half-saturation, slope, as sampled.

Without a belief of the analyst the retention is Beta; a stated half-life h is log-normal, and the
retention is `0.5 ** (1 / h)`. A half-saturation stated in money per period is brought to the unit of
`Design.x`, a typical active period.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.model.spec import ChannelShape, ModelSpec

FloatArray = NDArray[np.float64]
BETA, HALF_LIFE = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapePrior:
    """Beliefs on the curves, by channel."""

    carry_kind: NDArray[np.int64]
    """BETA on the retention, or HALF_LIFE: normal on the logarithm of the half-life in periods."""
    carry: FloatArray
    """(2, channel) Beta's two parameters, or mean and standard deviation of the log half-life."""
    half_saturation: FloatArray
    """(2, channel) Mean and standard deviation of its logarithm, in typical active periods."""
    slope: FloatArray
    """(2, channel) Mean and standard deviation of its logarithm."""


def build_shape_prior(spec: ModelSpec, channels: tuple[str, ...], media_scale: FloatArray) -> ShapePrior:
    """Bring the beliefs on every channel's curves to the parameters that are sampled.

    Parameters
    ----------
    media_scale : ndarray of shape (channel,)
        Media spend of a typical active period, in money.
    """
    shapes = [spec.channel_shapes.get(name, ChannelShape()) for name in channels]
    kind = np.array([BETA if shape.half_life is None else HALF_LIFE for shape in shapes])
    carry = [
        spec.beliefs.retention if shape.half_life is None else _logged(shape.half_life) for shape in shapes
    ]
    half = [
        _logged(spec.beliefs.half_saturation if shape.half_saturation is None else shape.half_saturation)
        for shape in shapes
    ]
    in_money = np.array([shape.half_saturation is not None for shape in shapes])
    half_saturation = np.array(half, dtype=float).reshape(-1, 2).T
    half_saturation[0] -= np.where(in_money, np.log(media_scale), 0.0)
    slope = np.array(_logged(spec.beliefs.slope))
    return ShapePrior(
        carry_kind=kind.astype(np.int64),
        carry=np.array(carry, dtype=float).reshape(-1, 2).T,
        half_saturation=half_saturation,
        slope=np.repeat(slope[:, None], len(channels), axis=1),
    )


def draw_shapes(prior: ShapePrior, uniform: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give retention, half-saturation and slope at points of the unit cube.

    Parameters
    ----------
    uniform : ndarray of shape (draw, 3, channel)
        Uniform numbers, strictly between 0 and 1.

    Returns
    -------
    tuple of ndarray
        Each of shape (draw, channel).
    """
    from scipy.special import betaincinv, ndtri  # noqa: PLC0415 - drawn from where beliefs are checked only

    normal = ndtri(uniform)
    stated = prior.carry_kind == HALF_LIFE
    half_life = np.exp(np.where(stated, prior.carry[0] + prior.carry[1] * normal[:, 0], 0.0))
    a, b = np.where(stated, 1.0, prior.carry)
    retention = np.where(stated, 0.5 ** (1 / half_life), betaincinv(a, b, uniform[:, 0]))
    half_saturation = np.exp(prior.half_saturation[0] + prior.half_saturation[1] * normal[:, 1])
    slope = np.exp(prior.slope[0] + prior.slope[1] * normal[:, 2])
    return retention, half_saturation, slope


def _logged(belief: tuple[float, float]) -> tuple[float, float]:
    return float(np.log(belief[0])), belief[1]
