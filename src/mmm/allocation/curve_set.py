"""Channels of different kinds of curve behind one set of arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mmm.allocation import curve_kinds as kinds
from mmm.allocation import problem_file as file
from mmm.allocation.curve_tables import Tables, tables

FloatArray = NDArray[np.float64]
Kind = kinds.Concave | kinds.Power | kinds.Hill | Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveSet:
    """Curves grouped by kind; every array is (channel,)."""

    n_channels: int
    groups: tuple[tuple[NDArray[np.intp], Kind], ...]

    def value(self, amount: FloatArray) -> FloatArray:
        """See `Curves.value`."""
        found = np.empty(amount.shape)
        for members, kind in self.groups:
            found[members] = kind.value(amount[members])
        return found

    def slope(self, amount: FloatArray) -> FloatArray:
        """Give the derivative of `value`; it may be infinite at zero."""
        found = np.empty(self.n_channels)
        for members, kind in self.groups:
            found[members] = kind.slope(amount[members])
        return found

    def best(self, price: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """See `Curves.best`."""
        found = np.empty(self.n_channels)
        for members, kind in self.groups:
            found[members] = kind.best(price[members], low[members], high[members])
        return found

    def peaks(self, price: FloatArray) -> FloatArray:
        """Give where value minus price times amount may be highest, (channel, spot); zero fills rows."""
        found = [(members, kind.peaks(price[members])) for members, kind in self.groups]
        spots = np.zeros((self.n_channels, max(peaks.shape[1] for _, peaks in found)))
        for members, peaks in found:
            spots[members, : peaks.shape[1]] = peaks
        return spots

    def part(self, members: NDArray[np.intp]) -> "CurveSet":
        """See `Curves.part`."""
        place = np.full(self.n_channels, -1)
        place[members] = np.arange(len(members))
        kept = []
        for own, kind in self.groups:
            inside = np.flatnonzero(place[own] >= 0)
            if len(inside):
                kept.append((place[own][inside], kind.part(inside)))
        return CurveSet(n_channels=len(members), groups=tuple(kept))


def curve_set(curves: list[file.Curve]) -> CurveSet:
    """Group the curves of a problem file by kind."""
    groups: list[tuple[NDArray[np.intp], Kind]] = []
    for model in dict.fromkeys(type(curve) for curve in curves):
        members = [k for k, curve in enumerate(curves) if type(curve) is model]
        groups.append((np.array(members), _kind([curves[k] for k in members])))
    return CurveSet(n_channels=len(curves), groups=tuple(groups))


def _kind(curves: list[file.Curve]) -> Kind:
    """Give the arrays of curves that are all of one kind."""
    first = curves[0]
    if isinstance(first, file.Table):
        found = [curve for curve in curves if isinstance(curve, file.Table)]
        return tables([np.array(c.points) for c in found], [c.interpolation == "cubic" for c in found])

    def of(name: str) -> FloatArray:
        return np.array([getattr(curve, name) for curve in curves], dtype=float)

    if isinstance(first, file.Linear):
        return kinds.Power(scale=of("scale"), exponent=np.ones(len(curves)))
    if isinstance(first, file.Power):
        return kinds.Power(scale=of("scale"), exponent=of("exponent"))
    if isinstance(first, file.Hill):
        return kinds.Hill(scale=of("scale"), k=of("k"), steepness=of("slope"))
    make = {
        file.Log: kinds.logarithm,
        file.MichaelisMenten: kinds.michaelis_menten,
        file.Exponential: kinds.exponential,
        file.Logistic: kinds.logistic,
    }[type(first)]
    return make(of("scale"), of("k"))
