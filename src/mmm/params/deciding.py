"""What is decided with the figures: the budget, the KPIs, the actions."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from mmm.params.record import Money, Name, Positive, Section, Share, Text


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
    minimum_if_used: Money | None = None
    """The channel spends nothing, or at least this amount over the horizon."""
    direction: Literal["up", "down"] | None = None
    """Spend may only rise, or only fall, from the current plan."""
    price_elasticity: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """How fast the price of exposure rises with spend: 0.1 is 10 % dearer at 2.6 times today's spend."""


class Group(Section):
    """Limits on several channels together."""

    channels: tuple[Name, ...]
    """Members."""
    minimum: Money | None = None
    """Amount over the horizon."""
    maximum: Money | None = None
    """Amount over the horizon."""
    min_share: Share | None = None
    """Least share of the budget."""
    max_share: Share | None = None
    """Largest share of the budget."""


class Resource(Section):
    """Something other than money that spending uses, such as people days or tonnes of CO2."""

    use: dict[Name, Money]
    """Channel: what one unit of money spent on it uses."""
    maximum: Positive
    """What is available over the horizon."""


class Target(Section):
    """What the plan must reach; the budget follows from it. Give one."""

    volume: Positive | None = None
    """Least budget that brings this much of the outcome (revenue, or units)."""
    romi: float | None = None
    """Largest budget whose ROMI, on revenue at full cost, stays at or above this."""
    cac: Positive | None = None
    """Largest budget whose full cost per incremental unit stays at or below this."""


class Risk(Section):
    """How much weight bad outcomes have."""

    weight: Share = 0.5
    """0 maximises expected profit, 1 the mean profit of the worst cases alone."""
    level: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Share of draws that are the worst cases."""


class PlannedTest(Section):
    """An experiment that could be run before deciding."""

    channel: Name
    """Channel that is tested."""
    standard_error: Positive
    """Of the return that the test measures (money at margin per unit of full cost)."""
    cost: Money = 0.0
    """Money that the test costs."""
    periods: Annotated[int, Field(ge=1)] = 4
    """Periods that it takes."""


class AllocationParams(Section):
    """The budget question."""

    outcome: Name
    """Outcome whose margin is maximised."""
    horizon_periods: Annotated[int, Field(ge=1)] = 13
    """Periods planned ahead."""
    budget: Literal["plan", "free"] | Annotated[float, Field(gt=0)] = "plan"
    """Media spend to share out: an amount, `plan` for the plan's total, `free` for as much as pays."""
    target: Target | None = None
    """Volume, ROMI or CAC to reach; the budget is then found, not given."""
    risk: Risk | None = None
    """Weight of the worst cases; without it expected profit is maximised."""
    discount_per_year: Money = 0.0
    """Rate at which later margins and costs count less."""
    max_decrease: Share = 0.3
    """For channels without their own bound."""
    max_increase: Money = 0.3
    """For channels without their own bound."""
    bounds: dict[Name, Bounds] = Field(default_factory=dict)
    """Channel: its own limits."""
    groups: dict[Name, Group] = Field(default_factory=dict)
    """Group: its members and limits."""
    timing: Literal["given", "chosen"] = "given"
    """When money is spent within the horizon: as the plan spreads it, or as pays most."""
    period_change: Share = 0.5
    """Largest change of a period's spend when timing is chosen, as a share of the given one."""
    geography: Literal["given", "chosen"] = "given"
    """Where a channel's money is spent: between geos as the plan spreads it, or as pays most."""
    geo_change: Share = 0.3
    """Largest change of a geo's spend when geography is chosen, as a share of the given one."""
    resources: dict[Name, Resource] = Field(default_factory=dict)
    """Resource: what channels use of it, and how much there is."""
    people: dict[Name, Money] = Field(default_factory=dict)
    """Channel: person days over the horizon, shown in the matrix."""
    tests: dict[Name, PlannedTest] = Field(default_factory=dict)
    """Test: an experiment whose worth is weighed before the decision."""
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
