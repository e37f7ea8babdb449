"""What a simulated world holds: the tables that tools would export, and the truth behind them.

Money is EUR without VAT, rounded to cents. `period` is the Monday of a week.
"""

from dataclasses import dataclass

import pandas as pd
import xarray as xr


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault planted in the files: where it is and what a careful reader should say."""

    source: str
    kind: str
    where: str
    value: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaTruth:
    """How each channel carries over and saturates; every array has the dim `channel`."""

    retention: xr.DataArray
    """Share of this week's effective pressure kept next week; the rest is this week's spend."""
    half_saturation: xr.DataArray
    """Effective pressure at half of the ceiling, in average weeks of positive spend."""
    slope: xr.DataArray
    """Exponent of the Hill curve."""
    scale: xr.DataArray
    """EUR of media spend in an average week of positive spend."""
    spend: xr.DataArray
    """(period, channel) EUR paid to media, fees left out."""
    full_cost: xr.DataArray
    """(period, channel) spend with rates and fixed fees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeTruth:
    """What brought one outcome, exactly; the parts and the noise add up to what is written."""

    name: str
    contribution: xr.DataArray
    """(period, channel) units of the outcome."""
    baseline: xr.DataArray
    """(period, component): level, trend, season, holidays, events, controls."""
    noise: xr.DataArray
    """(period)"""
    ceiling: xr.DataArray
    """(channel) contribution of a fully saturated week."""
    marginal: xr.DataArray
    """(channel) outcome added by one more EUR of full cost, spread as the spend was."""
    expected: xr.DataArray
    """(period) outcome without noise, planned weeks included, under the plan."""
    noise_share: float
    """Standard deviation of the noise as a share of the mean outcome."""

    @property
    def total(self) -> xr.DataArray:
        """(channel) contribution over the written weeks."""
        return self.contribution.sum("period")


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTruth:
    """How the customers of each acquisition channel buy; every array has the dim `channel`."""

    r: xr.DataArray
    """Shape of the Gamma of purchase rates."""
    alpha: xr.DataArray
    """Rate of the Gamma of purchase rates, in weeks."""
    a: xr.DataArray
    """First parameter of the Beta of drop-out after each repeat purchase."""
    b: xr.DataArray
    """Second parameter of that Beta."""
    p: xr.DataArray
    """Shape of the Gamma of amounts."""
    q: xr.DataArray
    """Shape of the Gamma of the amounts' own rate."""
    gamma: xr.DataArray
    """Rate of that Gamma, EUR."""
    share: xr.DataArray
    """Share of customers acquired."""
    mean_amount: xr.DataArray
    """EUR per purchase."""
    repeat_purchases: xr.DataArray
    """Expected purchases in the 36 months after the first one, not discounted."""
    ltv_repeat: xr.DataArray
    """EUR of discounted margin in those months, the first purchase left out."""
    ltv: xr.DataArray
    """`ltv_repeat` plus the margin of the first purchase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything a test may compare an estimate with."""

    seed: int
    media: MediaTruth
    outcomes: dict[str, OutcomeTruth]
    customers: CustomerTruth
    faults: tuple[Fault, ...]
    events: tuple[Fault, ...]
    """True changes in the last weeks that an alert should find; not faults of the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One retailer's data as its tools hold them, before any file is written."""

    seed: int
    media: pd.DataFrame
    """date, channel, campaign, spend, impressions, clicks, conversions, opens, engagements."""
    fees: pd.DataFrame
    """date (first of month), channel (or `all`), kind, amount."""
    sales: pd.DataFrame
    """date, revenue, new_customers."""
    prices: pd.DataFrame
    """date, price_index; the weeks ahead included."""
    plan: pd.DataFrame
    """date, channel, spend."""
    targets: pd.DataFrame
    """date, revenue, new_customers."""
    funnel: pd.DataFrame
    """date, visits, leads, mql, sql, sales."""
    audience: pd.DataFrame
    """date, origin, visits, engaged_visits, page_views, engagement_seconds."""
    organic_search: pd.DataFrame
    """date, queries, impressions, clicks, position."""
    nps: pd.DataFrame
    """date, score."""
    transactions: pd.DataFrame
    """customer, date, amount, channel."""
    journeys: pd.DataFrame
    """journey, date, channel, converted, value."""
    platform_gap: float
    """EUR that the Google Ads account total holds and its campaign rows do not."""
    truth: Truth
