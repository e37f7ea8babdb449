"""Where the figures come from: sources, the calendar, channels and outcomes."""

from datetime import date
from typing import Literal

from pydantic import Field

from mmm.params.beliefs import Adstock, HalfLife, HalfSaturation, Likelihood, Order, Prior, Saturation
from mmm.params.record import Currency, Money, Name, Positive, Section, Share, Text

Frequency = Literal["daily", "weekly", "monthly", "annual"]
Content = Literal[
    "media",
    "fees",
    "outcome",
    "control",
    "plan",
    "target",
    "funnel",
    "nps",
    "transactions",
    "contracts",
    "journeys",
    "web",
    "seo",
    "deals",
    "events",
    "ledger",
]
Format = Literal[
    "auto",
    "csv",
    "excel",
    "parquet",
    "google_ads",
    "meta_ads",
    "linkedin_ads",
    "microsoft_ads",
    "ga4",
    "ga4_bigquery",
    "matomo",
    "hubspot",
    "salesforce",
]


class Calendar(Section):
    """The periods of the analysis. A weekly period starts on the weekday of `start`."""

    frequency: Frequency = "weekly"
    """daily, weekly, monthly or annual."""
    start: date
    """First day of the first period."""
    end: date
    """Last day of the last period, included."""


class Source(Section):
    """One export, file or database table, and how to read it."""

    content: Content
    """What the rows are; `docs/how_to/your_own_data.md` says what each holds."""
    path: str | None = None
    """File, relative to the params file."""
    database: str | None = None
    """Database URL instead of a path: `duckdb:///file.db` or `postgresql://...`; secrets as ${NAME} only."""
    table: str | None = None
    """Table to read in `database`."""
    format: Format = "auto"
    """The tool that wrote the file; `auto` recognises it."""
    sheet: str | None = None
    """Sheet of an Excel file; the first one when left out."""
    encoding: str | None = None
    """Only when detection is wrong, such as `cp1252`."""
    date_format: str | None = None
    """Only when dates are ambiguous, such as `%d/%m/%Y`."""
    decimal: Literal[",", "."] | None = None
    """Only when numbers such as 1,234 are ambiguous: the decimal mark."""
    columns: dict[Name, str] = Field(default_factory=dict)
    """Our column name: the name in the file. A column that has our name needs no entry."""
    channel: Name | None = None
    """Every row of this source belongs to this channel."""
    channel_columns: dict[Name, str] = Field(default_factory=dict)
    """For a wide file, one column of spend per channel. Channel: column."""
    campaigns: dict[str, Name] = Field(default_factory=dict)
    """Campaign name pattern (`FR_GADS_BRAND_*`): channel. The first match wins."""
    currency: Currency | None = None
    """Currency of the amounts; the analysis' own when left out."""
    vat: Literal["excluded", "included"] = "excluded"
    """Whether amounts include VAT. It must be what the analysis says."""
    owner: str = ""
    """Who answers for this source."""
    refresh: Literal["daily", "weekly", "monthly", "quarterly", "yearly", "once"] = "weekly"
    """How often it should be renewed; older data is a finding. `once` never ages."""


class Channel(Section):
    """One media channel."""

    label: Text
    """Name shown on pages."""
    fee_rate: Share = 0.0
    """Agency commission as a share of media spend (0.08 is 8 %)."""
    objective: Literal["acquisition", "retention", "brand"] = "acquisition"
    """What the channel is for; a column of the allocation matrix."""
    level: Literal["strategic", "tactical", "operational"] = "tactical"
    """Level at which its budget is decided; a row of the allocation matrix."""
    prior: Prior | None = None
    """Belief on its strength; the default follows from `model.media_share`."""
    half_life: HalfLife | None = None
    """Belief on its carry-over: `{low: 2, high: 8, unit: weeks}`; the default is broad."""
    half_saturation: HalfSaturation | None = None
    """Belief on its saturation, in money per period: `{low: 20000, high: 80000}`; the default is broad."""
    carry_over: Adstock | None = None
    """Family of its carry-over; the model's when left out."""
    saturation: Saturation | None = None
    """Family of its saturation; the model's when left out."""
    order: Order | None = None
    """Which of the two comes first; the model's when left out."""


class Geo(Section):
    """One region of the market, with its own spend and KPI."""

    label: Text
    """Name shown on pages; rows of sources may carry it too, instead of the name."""
    population: Positive
    """People, households or shops: what makes spend and KPI comparable between geos."""


class Outcome(Section):
    """One KPI that media should move, fitted on its own."""

    label: Text
    """Name shown on pages."""
    source: Name
    """Source that holds it."""
    column: str
    """Column of that source."""
    unit: Literal["money", "count"] = "money"
    """money: in the analysis' currency. count: customers, leads, units."""
    value_per_unit: Money | None = None
    """Money that one unit is worth; 1 for money. Without it a count has no ROMI, only a cost per unit."""
    margin_rate: Share = 1.0
    """Share of the value that is gross margin before marketing; decisions maximise margin."""
    likelihood: Likelihood | None = None
    """How this KPI scatters; the model's when left out."""
