"""What is decided with the figures: the budget, the KPIs, the actions."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from mmm.params.record import Money, Name, Section, Share, Text


class Bounds(Section):
    """Limits on one channel's media spend over the horizon."""

    max_decrease: Share | None = None
    """Largest cut as a share of the current plan (0.3 is minus 30 %)."""
    max_increase: Money | None = None
    """Largest rise as a share of the current plan (0.3 is plus 30 %)."""
    minimum: Money | None = None
    """Amount over the horizon that must be spent (a contract already signed)."""
    maximum: Money | None = None
    """Amount over the horizon that cannot be exceeded."""


class Group(Section):
    """Limits on several channels together."""

    channels: tuple[Name, ...]
    """Members."""
    minimum: Money | None = None
    """Amount over the horizon."""
    maximum: Money | None = None
    """Amount over the horizon."""


class AllocationParams(Section):
    """The budget question."""

    outcome: Name
    """Outcome whose margin is maximised."""
    horizon_periods: Annotated[int, Field(ge=1)] = 13
    """Periods planned ahead."""
    budget: Literal["plan"] | Annotated[float, Field(gt=0)] = "plan"
    """Media spend to share out: an amount over the horizon, or `plan` for the total of the plan."""
    max_decrease: Share = 0.3
    """For channels without their own bound."""
    max_increase: Money = 0.3
    """For channels without their own bound."""
    bounds: dict[Name, Bounds] = Field(default_factory=dict)
    """Channel: its own limits."""
    groups: dict[Name, Group] = Field(default_factory=dict)
    """Group: its members and limits."""
    round_to: Annotated[float, Field(gt=0)] = 100.0
    """Amounts of the plan are multiples of this."""
    frontier: tuple[float, ...] = (-0.2, -0.1, 0.0, 0.1, 0.2)
    """Budgets tried beside the asked one, as changes."""


class Objective(Section):
    """A SMART objective."""

    label: Text
    """What is wanted, in words."""
    kpi: Name
    """KPI of the reference that measures it."""
    baseline: float
    """Where it starts."""
    target: float
    """Where it must be at the deadline."""
    deadline: date
    """Last day."""
    owner: str
    """Role that answers for it: marketing, sales, finance, management, data."""


class SteeringParams(Section):
    """KPI reference, objectives, action plan."""

    kpis: str = "kpis.yaml"
    """KPI reference, relative to this file."""
    actions: str | None = None
    """Action plan (YAML, or a workbook in the general or digital layout), relative to this file."""
    objectives: dict[Name, Objective] = Field(default_factory=dict)
    """Objective: what is measured, target, deadline, owner."""
    false_discovery_rate: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Share of abnormal-variation alerts that may be false."""
