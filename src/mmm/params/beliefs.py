"""What the analyst believes before the data speak: always a middle with a spread, or a range.

`{low: 1, high: 4}` says that nine times in ten the quantity lies between 1 and 4.
"""

from math import exp, log
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mmm.params.record import Positive, Section

Adstock = Literal["none", "geometric", "delayed", "weibull_density", "weibull_survival"]
Saturation = Literal["hill", "michaelis_menten", "logistic", "exponential", "power", "none"]
Order = Literal["adstock_first", "saturation_first"]
Likelihood = Literal["normal", "student_t", "negative_binomial"]
"""Families of curves, of which `mmm.transforms.families` has the same, and how a KPI scatters."""

NINE_IN_TEN = 1.6448536269514722
"""Standard deviations on each side of the middle that hold 90 % of a normal belief."""
DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.436875}
"""Length of each unit of a half-life."""


class Range(Section):
    """A positive quantity: `median` and `spread`, or `low` and `high`."""

    median: Positive | None = None
    """As likely above as below."""
    spread: Positive | None = None
    """Standard deviation of its logarithm."""
    low: Positive | None = None
    """Lower end of the range that holds the quantity nine times in ten; instead of median and spread."""
    high: Positive | None = None
    """Upper end of that range."""

    @model_validator(mode="after")
    def _one_way_of_saying(self) -> Self:
        one_way_of_saying(self)
        return self

    def log_normal(self, default_median: float, default_spread: float) -> tuple[float, float]:
        """Give the median and the standard deviation of the logarithm."""
        if self.low is not None and self.high is not None:
            low, high = log(self.low), log(self.high)
            return exp((low + high) / 2), (high - low) / (2 * NINE_IN_TEN)
        return self.median or default_median, self.spread or default_spread


class MediaShare(Range):
    """Belief on the share of the KPI that all media together bring, before the data speak."""

    median: Annotated[float, Field(gt=0, lt=1)] | None = None
    """As likely above as below; 0.2 when left out."""
    spread: Positive | None = None
    """Standard deviation of its logarithm; 0.5 when left out (9 in 10: 0.44 to 2.3 times the median)."""
    high: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Upper end of that range."""

    @property
    def belief(self) -> tuple[float, float]:
        """Median, and standard deviation of the logarithm."""
        return self.log_normal(0.2, 0.5)


class HalfLife(Range):
    """How long it takes until half of a channel's effect has come."""

    unit: Literal["periods", "days", "weeks", "months"] = "periods"
    """periods of the analysis, or calendar time."""

    @property
    def belief(self) -> tuple[float, float]:
        """Median in `unit`, and standard deviation of the logarithm."""
        return self.log_normal(1.0, 0.5)


class HalfSaturation(Range):
    """Media spend per period, held constant, that brings half of the most a channel can bring."""

    @property
    def belief(self) -> tuple[float, float]:
        """Median in money per period, and standard deviation of the logarithm."""
        return self.log_normal(1.0, 0.7)


class Prior(Section):
    """What is believed of the strength of a channel before the data speak."""

    kind: Literal["return", "marginal_return", "contribution_share", "coefficient"] = "return"
    """return: KPI per unit of full cost. marginal_return: per unit more of it, at the usual pattern of
    spend. contribution_share: share of the KPI. coefficient: ceiling of the effect, may hurt."""
    median: float | None = None
    """Middle of the belief. For `coefficient`, the mean."""
    spread: Positive | None = None
    """Standard deviation; on the log scale, except for coefficient (0.9 when left out: a factor 4.4)."""
    low: float | None = None
    """Lower end of the range that holds it nine times in ten; instead of median and spread."""
    high: float | None = None
    """Upper end of that range."""

    @model_validator(mode="after")
    def _one_way_of_saying(self) -> Self:
        one_way_of_saying(self)
        for name in ("median", "low"):
            value = getattr(self, name)
            if self.kind != "coefficient" and value is not None and value <= 0:
                raise ValueError(
                    f"{name} is {value:g}, expected more than 0: where it may hurt, take kind: coefficient"
                )
        return self

    @property
    def belief(self) -> tuple[float, float]:
        """Median and standard deviation of the logarithm; mean and standard deviation of a coefficient."""
        if self.low is not None and self.high is not None:
            if self.kind == "coefficient":
                return (self.low + self.high) / 2, (self.high - self.low) / (2 * NINE_IN_TEN)
            low, high = log(self.low), log(self.high)
            return exp((low + high) / 2), (high - low) / (2 * NINE_IN_TEN)
        return self.median or 0.0, self.spread or 0.9


def one_way_of_saying(said: Range | Prior) -> None:
    """Refuse half a range, a range upside down, a range beside a median or a spread, and nothing said."""
    if said.median is None and said.low is None and said.high is None and not isinstance(said, MediaShare):
        raise ValueError("expected a median, or low and high")
    if (said.low is None) != (said.high is None):
        raise ValueError("expected low and high together")
    if said.low is not None and said.high is not None:
        if said.median is not None or said.spread is not None:
            raise ValueError("expected either low and high, or median and spread")
        if said.low >= said.high:
            raise ValueError(f"low is {said.low:g} and high {said.high:g}, expected low below high")
