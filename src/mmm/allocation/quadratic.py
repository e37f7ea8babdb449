"""A separable model of profit around a plan: its tangent, less half the bend times each move squared."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quadratic:
    """Gradient at a plan, and curvature above or at zero; arrays are (channel,). See `Curves`."""

    center: FloatArray
    gradient: FloatArray
    curvature: FloatArray
    """How fast the gradient falls; 0 is a line."""

    @property
    def n_channels(self) -> int:
        """Count the channels."""
        return len(self.center)

    def value(self, amount: FloatArray) -> FloatArray:
        """See `Curves.value`: above that of the plan."""
        center, gradient, curvature = self.center, self.gradient, self.curvature
        if amount.ndim == 2:
            center, gradient, curvature = center[:, None], gradient[:, None], curvature[:, None]
        move = amount - center
        found: FloatArray = (gradient - 0.5 * curvature * move) * move
        return found

    def best(self, price: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """See `Curves.best`."""
        return np.clip(np.nan_to_num(self.peaks(price)[:, 0], nan=-np.inf), low, high)

    def peaks(self, price: FloatArray) -> FloatArray:
        """See `Concave.peaks`; a line peaks at one of the ends."""
        steep, bent = self.gradient - price, self.curvature > 0
        with np.errstate(invalid="ignore"):
            inside = self.center + steep / np.where(bent, self.curvature, 1.0)
        return np.where(bent, inside, np.where(steep > 0, np.inf, -np.inf))[:, None]

    def part(self, members: NDArray[np.intp]) -> "Quadratic":
        """See `Curves.part`."""
        return Quadratic(
            center=self.center[members], gradient=self.gradient[members], curvature=self.curvature[members]
        )
