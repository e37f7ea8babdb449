"""Response curves by kind: value, slope, and the best amount at a price, many channels at once.

`best` maximises `value - price * amount` over an interval, globally, whatever
the curve's shape: an S has two candidates, the lower end and the point beyond
its steepest where the slope falls to the price. Where several amounts are best
it gives the least. Prices may be zero, negative or infinite.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
MAX_NEWTON = 60


class Curves(Protocol):
    """Curves of several channels, each of its own amount alone; arrays are (channel,)."""

    @property
    def n_channels(self) -> int:
        """Count the channels."""
        ...

    def value(self, amount: FloatArray) -> FloatArray:
        """Give what each channel brings; amounts are (channel,) or (channel, spot)."""
        ...

    def best(self, price: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """Give the least amount in [low, high] that maximises value minus price times amount."""
        ...

    def part(self, members: NDArray[np.intp]) -> "Curves":
        """Give the curves of some channels, in this order."""
        ...


def least_best(value: Callable[[FloatArray], FloatArray], tried: FloatArray, price: FloatArray) -> FloatArray:
    """Give the least of the tried amounts (channel, spot) that maximise value minus price times amount."""
    worth = value(tried) - price[:, None] * tried
    close = worth >= worth.max(axis=1, keepdims=True) - 4e-16 * np.abs(worth).max(axis=1, keepdims=True)
    return np.asarray(np.where(close, tried, np.inf).min(axis=1))


def _beside(parameter: FloatArray, amount: FloatArray) -> FloatArray:
    """Let a parameter (channel,) stand beside amounts of shape (channel,) or (channel, spot)."""
    return parameter if amount.ndim == 1 else parameter[:, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Concave:
    """A kind whose slope falls: `inverse` gives the amount at which the slope is a price above 0."""

    scale: FloatArray
    k: FloatArray
    curve: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
    derivative: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
    inverse: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]

    def value(self, amount: FloatArray) -> FloatArray:
        """See `Curves.value`."""
        return self.curve(amount, _beside(self.scale, amount), _beside(self.k, amount))

    def slope(self, amount: FloatArray) -> FloatArray:
        """Give the derivative of `value`."""
        return self.derivative(amount, self.scale, self.k)

    def best(self, price: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """See `Curves.best`."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            found = self.inverse(price, self.scale, self.k)
        found = np.where(price > 0, found, np.where((price < 0) | (self.scale > 0), np.inf, -np.inf))
        return np.clip(found, low, high)

    def peaks(self, price: FloatArray) -> FloatArray:
        """Give where value minus price times amount may be highest inside an interval, (channel, 1)."""
        unbounded = np.full_like(price, np.inf)
        return self.best(price, np.zeros_like(price), unbounded)[:, None]

    def part(self, members: NDArray[np.intp]) -> "Concave":
        """See `Curves.part`."""
        return Concave(
            scale=self.scale[members],
            k=self.k[members],
            curve=self.curve,
            derivative=self.derivative,
            inverse=self.inverse,
        )


def logarithm(scale: FloatArray, k: FloatArray) -> Concave:
    """Give `scale ln(1 + x / k)`."""
    return Concave(
        scale=scale,
        k=k,
        curve=lambda x, s, k: s * np.log1p(x / k),
        derivative=lambda x, s, k: s / (k + x),
        inverse=lambda price, s, k: s / price - k,
    )


def michaelis_menten(scale: FloatArray, k: FloatArray) -> Concave:
    """Give `scale x / (k + x)`."""
    return Concave(
        scale=scale,
        k=k,
        curve=lambda x, s, k: s * x / (k + x),
        derivative=lambda x, s, k: s * k / (k + x) ** 2,
        inverse=lambda price, s, k: np.sqrt(s * k / price) - k,
    )


def exponential(scale: FloatArray, k: FloatArray) -> Concave:
    """Give `scale (1 - exp(-x / k))`."""
    return Concave(
        scale=scale,
        k=k,
        curve=lambda x, s, k: -s * np.expm1(-x / k),
        derivative=lambda x, s, k: s / k * np.exp(-x / k),
        inverse=lambda price, s, k: k * np.log(s / (k * price)),
    )


def logistic(scale: FloatArray, k: FloatArray) -> Concave:
    """Give `scale (1 - exp(-x / k)) / (1 + exp(-x / k))`.

    With u = price 2 k / scale its slope is the price where `tanh(x / 2 k)` is the root of 1 - u.
    The amount is written so that small prices keep their digits: 2 k arcosh(1 / root of u).
    """

    def inverse(price: FloatArray, s: FloatArray, k: FloatArray) -> FloatArray:
        ratio = price * 2 * k / s
        return np.where(ratio < 1, 2 * k * np.arccosh(np.maximum(ratio**-0.5, 1.0)), -np.inf)

    return Concave(
        scale=scale,
        k=k,
        curve=lambda x, s, k: s * np.tanh(x / (2 * k)),
        derivative=lambda x, s, k: s / (2 * k) * (1 - np.tanh(x / (2 * k)) ** 2),
        inverse=inverse,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """`scale x ** exponent`: concave below exponent 1, a line at 1, convex above."""

    scale: FloatArray
    exponent: FloatArray

    def value(self, amount: FloatArray) -> FloatArray:
        """See `Curves.value`."""
        found: FloatArray = _beside(self.scale, amount) * amount ** _beside(self.exponent, amount)
        return found

    def slope(self, amount: FloatArray) -> FloatArray:
        """Give the derivative of `value`, infinite at zero below exponent 1."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found = self.scale * self.exponent * amount ** (self.exponent - 1)
        return np.where(self.scale > 0, found, 0.0)

    def best(self, price: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """See `Curves.best`."""
        bent = np.where(self.exponent < 1, 1 - self.exponent, 1.0)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            inside = (self.scale * self.exponent / price) ** (1 / bent)
            rise = self.value(high) - self.value(low) - price * (high - low)
        inside = np.where(price > 0, inside, np.where((price < 0) | (self.scale > 0), np.inf, -np.inf))
        end = np.where(rise > 0, high, low)
        return np.where(self.exponent < 1, np.clip(inside, low, high), end)

    def peaks(self, price: FloatArray) -> FloatArray:
        """See `Concave.peaks`; a convex power has none inside."""
        inside = Power(scale=self.scale, exponent=np.minimum(self.exponent, 1 - 1e-12))
        found = inside.best(price, np.zeros_like(price), np.full_like(price, 1e300))
        return np.where(self.exponent < 1, found, 0.0)[:, None]

    def part(self, members: NDArray[np.intp]) -> "Power":
        """See `Curves.part`."""
        return Power(scale=self.scale[members], exponent=self.exponent[members])


@dataclass(frozen=True, slots=True, kw_only=True)
class Hill:
    """`scale x ** slope / (k ** slope + x ** slope)`: an S above slope 1."""

    scale: FloatArray
    k: FloatArray
    steepness: FloatArray

    def value(self, amount: FloatArray) -> FloatArray:
        """See `Curves.value`."""
        with np.errstate(divide="ignore", over="ignore"):
            odds = np.exp(
                -_beside(self.steepness, amount) * (np.log(amount) - np.log(_beside(self.k, amount)))
            )
        return np.asarray(_beside(self.scale, amount) / (1 + odds))

    def slope(self, amount: FloatArray) -> FloatArray:
        """Give the derivative of `value`, infinite at zero below slope 1."""
        with np.errstate(divide="ignore", invalid="ignore"):
            share = self.value(amount) / np.where(self.scale > 0, self.scale, 1.0)
            found = self.scale * self.steepness * share * (1 - share) / amount
        at_zero = np.where(self.steepness < 1, np.inf, np.where(self.steepness > 1, 0.0, self.scale / self.k))
        return np.where(self.scale > 0, np.where(amount > 0, found, at_zero), 0.0)

    def best(self, price: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """See `Curves.best`: the lower end, or where the slope falls to the price."""
        falling = np.clip(self._falls_to(price), low, high)
        with np.errstate(invalid="ignore"):
            rise = self.value(falling) - self.value(low) - price * (falling - low)
        is_better = np.where(self.steepness > 1, rise > 0, True)
        found = np.where(is_better, falling, low)
        return np.where(price > 0, found, np.where((price < 0) | (self.scale > 0), high, low))

    def _falls_to(self, price: FloatArray) -> FloatArray:
        """Give the amount beyond the steepest point where the slope is the price; -inf where it never is.

        With z the log-odds of the share reached, the log of the slope is
        `(n - 1) / n z - 2 log(1 + e^z) + log(scale n / k)`: concave in z and falling
        beyond the steepest point, so Newton's steps from its right never overshoot.
        """
        n = self.steepness
        with np.errstate(divide="ignore", invalid="ignore"):
            wanted = np.log(price) - np.log(self.scale) - np.log(n) + np.log(self.k)
            top = np.where(n > 1, np.log((n - 1) / (n + 1)), -np.inf)
            lead = (n - 1) / n
            start = -wanted / (1 + 1 / n)
            start = np.where(n < 1, np.minimum(start, wanted / np.where(n < 1, lead, 1.0)), start)
            z = np.maximum(start, top)
            height = np.where(n > 1, lead * top - 2 * np.logaddexp(0.0, top), np.inf)
            reachable = (wanted <= height) & np.isfinite(wanted) & ((n >= 1) | np.isfinite(z))
            reachable &= (n != 1) | (wanted < 0)
        z, goal = np.where(reachable & np.isfinite(z), z, 1.0), np.where(reachable, wanted, -1.0)
        for _ in range(MAX_NEWTON):
            e = np.exp(-np.abs(z))
            sigma = np.where(z >= 0, 1.0, e) / (1 + e)
            over = lead * z - 2 * (np.maximum(z, 0.0) + np.log1p(e)) - goal
            fall = np.minimum(lead - 2 * sigma, -1e-9)
            step = np.where(reachable, over / fall, 0.0)
            z = np.maximum(z - step, top)
            if (np.abs(step) <= 1e-14 * (1 + np.abs(z))).all():
                break
        with np.errstate(over="ignore"):
            return np.where(reachable, self.k * np.exp(z / n), -np.inf)

    def peaks(self, price: FloatArray) -> FloatArray:
        """See `Concave.peaks`: where the slope falls to the price."""
        found = self._falls_to(price)
        return np.where(price > 0, np.maximum(found, 0.0), np.inf)[:, None]

    def part(self, members: NDArray[np.intp]) -> "Hill":
        """See `Curves.part`."""
        return Hill(scale=self.scale[members], k=self.k[members], steepness=self.steepness[members])


Kind = Concave | Power | Hill
