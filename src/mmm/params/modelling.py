"""What the analyst tells the model: beliefs, baseline, sampling."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from mmm.params.beliefs import Adstock, Likelihood, MediaShare, Order, Saturation
from mmm.params.record import Name, Section, Share


class HolidayWindow(Section):
    """Public holidays with the days around them that the KPI already or still feels."""

    lead_days: Annotated[int, Field(ge=0, le=28)] = 0
    """Days before each holiday with an effect of their own, such as shopping before Christmas."""
    lag_days: Annotated[int, Field(ge=0, le=28)] = 0
    """Days after it."""


class Event(Section):
    """Days that lift or lower the KPI for a known reason, such as a sales period."""

    start: date
    """First day."""
    end: date
    """Last day, included."""


class ModelParams(Section):
    """Beliefs, baseline and sampling of the marketing-mix model."""

    media_share: MediaShare = MediaShare()
    """Belief on the total share of media."""
    controls: tuple[Name, ...] = ()
    """Columns of `control` sources that move the KPI, such as a price index."""
    events: dict[Name, tuple[Event, ...]] = Field(default_factory=dict)
    """Named periods such as `sales` (soldes); future dates are used in forecasts."""
    log_controls: tuple[Name, ...] = ()
    """Those of `controls` taken as logarithms, such as a price: the effect is then per percent."""
    holidays: bool | HolidayWindow = True
    """Public holidays of the country; `{lead_days: 6, lag_days: 2}` adds the days around them."""
    harmonics: Annotated[int, Field(ge=0, le=12)] | None = None
    """Pairs of sine and cosine for the yearly season; by frequency when left out."""
    trend_knot_periods: Annotated[int, Field(ge=2)] | None = None
    """Periods between two bends of the trend; a quarter (5 years when annual) when left out."""
    specifications: Literal["average", "single"] = "average"
    """average: several carry-overs and saturations, weighed by their forecasts. single: one, faster."""
    adstock: Adstock = "geometric"
    """Carry-over of a single specification; an average has its own."""
    saturation: Saturation = "hill"
    """Saturation of a single specification."""
    order: Order = "adstock_first"
    """Which of the two comes first, in a single specification."""
    likelihood: Likelihood = "normal"
    """How the KPI scatters. student_t: some periods are far off. negative_binomial: small whole numbers."""
    engine: Literal["compiled", "pymc"] = "compiled"
    """compiled: seconds. pymc: the definition itself, sampled through PyMC; slower, the same posterior."""
    chains: Annotated[int, Field(ge=2, le=16)] = 4
    """Independent chains."""
    draws: Annotated[int, Field(ge=100)] = 1000
    """Draws kept per chain."""
    warmup: Annotated[int, Field(ge=100)] = 500
    """Steps of adaptation per chain, thrown away."""
    backtest_periods: Annotated[int, Field(ge=0)] | None = None
    """Periods held out to test the forecast; a quarter, or a tenth of the rows when that is shorter."""


class NamingConvention(Section):
    """How campaigns must be named."""

    pattern: str
    """Regular expression with one named group per part: `(?P<country>FR)_(?P<tool>[A-Z]+)_...`."""
    example: str
    """A correct name, shown to whoever must correct one."""


class QualityParams(Section):
    """How far sources that measure the same thing may differ, and how much a finding matters."""

    cost_tolerance: Share = 0.02
    """Platform spend against what finance booked, by channel and month: share of the booked amount."""
    visits_tolerance: Share = 0.1
    """Paid clicks above the visits of the site: share of the visits."""
    sales_tolerance: Share | None = None
    """Conversions that platforms claim above the sales: share of the sales. Left out where they count
    other things than `sales` of the funnel does, such as repeat purchases."""
    severity: dict[Name, Literal["fatal", "warning", "note"]] = Field(default_factory=dict)
    """Rule: how much its findings matter here, when not as usual (`late: fatal`)."""


BuyingChoice = Literal["best", "bg_nbd", "mbg_nbd", "pareto_nbd", "gompertz_nbd", "sbg", "bdw"]

Intervals = Literal["laplace", "sampling"]


class CustomersParams(Section):
    """How the value of a customer is computed."""

    source: Name
    """Source of transactions, or of contracts."""
    margin_rate: Share = 1.0
    """Gross margin as a share of the amount paid."""
    discount_rate: Share = 0.1
    """Per year."""
    horizon_months: Annotated[int, Field(ge=1, le=120)] = 36
    """Months of future purchases that count, after the first one."""
    model: BuyingChoice = "best"
    """How customers buy and stop; best takes what forecasts the last quarter of time best.
    sbg and bdw are for contracts, the others for transactions."""
    renewal_months: Annotated[int, Field(ge=1, le=60)] = 1
    """Contracts: months from one renewal to the next; amounts are per so many months."""
    intervals: Intervals = "laplace"
    """How draws of LTV are made: by the normal approximation, in no time, or by sampling, in a minute."""
    ltv_cac_target: Annotated[float, Field(gt=0)] = 3.0
    """The golden ratio."""
    sales_cost: Annotated[float, Field(ge=0)] = 0.0
    """What selling to one new customer costs beyond media, fees and tools; added to every CAC."""
    new_customers: Name | None = None
    """Outcome that counts new customers; without it CAC by channel is not incremental."""


class Experiment(Section):
    """What a test measured on one channel: a geo holdout, a lift study, a period switched off."""

    channel: Name
    """Channel that was tested."""
    start: date
    """First day that the effect was measured over."""
    end: date
    """Last day."""
    incremental: float
    """What the channel added in that time, in the unit of the outcome that budgets are decided on."""
    low: float
    """Lower end of its 90 % interval."""
    high: float
    """Upper end."""


class AttributionParams(Section):
    """How journeys are credited."""

    source: Name
    """Source of journeys."""
    lookback_days: Annotated[int, Field(ge=1, le=730)] = 90
    """Touches older than this before the conversion do not count."""
    session_minutes: Annotated[int, Field(ge=0, le=1440)] = 0
    """Touches of one channel within so many minutes of the one before are one; 0: every line counts."""
    half_life_days: Annotated[float, Field(gt=0, le=365)] = 7.0
    """Under time decay, a touch so many days before the conversion weighs half as much."""
    direct_channels: tuple[Name, ...] = ("direct",)
    """Channels that nobody pays for and that last_non_direct passes over."""
    markov_order: Annotated[int, Field(ge=1, le=4)] | Literal["auto"] = 1
    """Touches that Markov remembers; auto takes the order that the Bayesian criterion prefers, up to 4."""
    experiments: dict[Name, Experiment] = Field(default_factory=dict)
    """Experiment: what it measured, set beside the model and the journeys."""
