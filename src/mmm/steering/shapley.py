"""An exact split of a change between its drivers, whatever the order, to the cent."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from math import factorial


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What the model expects of one driver over a window, in KPI units, on both sides."""

    plan: float
    actual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """What the model expects over a window, in KPI units, for every choice of the drivers' sides."""

    media_drivers: tuple[str, ...]
    media: Mapping[frozenset[str], float]
    """What media bring when their drivers in the set are as they were, the others as planned."""
    sides: Mapping[str, Sides]
    """The other drivers, each of which acts alone."""

    @property
    def drivers(self) -> list[str]:
        """Those of media first."""
        return [*self.media_drivers, *self.sides]

    def expected(self, moved: Set[str]) -> float:
        """Give the expectation when the drivers in the set are as they were and the others as planned."""
        of_media = self.media[frozenset(moved).intersection(self.media_drivers)]
        return of_media + sum(
            side.actual if name in moved else side.plan for name, side in self.sides.items()
        )


def shapley_split(value: Callable[[Set[str]], float], drivers: Sequence[str]) -> dict[str, float]:
    """Split `value(every driver) - value(none)` between drivers by their Shapley values.

    A sequential split gives the joint effect of two drivers to whichever moves
    second; here each gets its average over all orders. The parts add up exactly.

    Parameters
    ----------
    value
        Prediction when the drivers of the set are as they were and the others as planned.
    drivers
        At most about ten: `value` is asked once for every subset.

    Examples
    --------
    >>> price = {True: 11.0, False: 10.0}
    >>> volume = {True: 120.0, False: 100.0}
    >>> shapley_split(lambda s: price["price" in s] * volume["volume" in s], ["price", "volume"])
    {'price': 110.0, 'volume': 210.0}
    """
    others = len(drivers) - 1
    worth = {
        frozenset(chosen): value(frozenset(chosen))
        for size in range(len(drivers) + 1)
        for chosen in combinations(drivers, size)
    }
    split = {}
    for driver in drivers:
        split[driver] = sum(
            factorial(len(without))
            * factorial(others - len(without))
            / factorial(others + 1)
            * (worth[without | {driver}] - worth[without])
            for without in worth
            if driver not in without
        )
    return split


def balanced_cents(amounts: Mapping[str, float], total: float) -> dict[str, float]:
    """Round amounts to the cent so that they add up to `total`, itself to the cent.

    What rounding leaves goes to the largest amount, where it shows least.

    Examples
    --------
    >>> balanced_cents({"spend": 33.333, "price": 33.333, "season": 33.333}, 100.0)
    {'spend': 33.34, 'price': 33.33, 'season': 33.33}
    """
    cents = {name: round(amount * 100) for name, amount in amounts.items()}
    largest = max(cents, key=lambda name: abs(cents[name]))
    cents[largest] += round(total * 100) - sum(cents.values())
    return {name: amount / 100 for name, amount in cents.items()}
