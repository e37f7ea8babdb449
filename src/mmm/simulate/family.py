"""The family of worlds: what each channel is for, and how strong it is in a given world.

Roles are fixed; strengths, carry-overs, saturations and levels are drawn per seed. The ranges are
what a French home-goods retailer of 50 to 58 million euro a year may plausibly see, chosen from
the roles of the channels and not from any model's prior:

- carry-over (retention per week) is uniform in a range by role: 0.03 to 0.2 for brand search,
  0.5 to 0.75 for television; Hill slopes are uniform in 0.8 to 1.6; half-saturation is uniform in
  a range by role, 0.6 to 3 average active weeks;
- the return on revenue of each channel is its role's typical value times a log-normal factor of
  log-sd 0.35, then all are scaled together so that media bring 20 to 32 % of revenue;
- the cost of an incremental customer likewise, media bringing 28 to 42 % of new customers, with
  factors of its own: a channel good for revenue may be poor for acquisition;
- noise is Normal, independent over weeks and outcomes, 3 to 5 % of the mean outcome.
"""

from dataclasses import dataclass

import numpy as np

from mmm.simulate.weeks import stream

Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What one channel typically costs and does, before a world's own factors."""

    channel: str
    weekly_spend: float
    """EUR, mean of the weeks written."""
    fee_rate: float
    """Agency commission as a share of media spend."""
    revenue_return: float
    """EUR of revenue per EUR of full cost."""
    cost_per_customer: float
    """EUR of full cost per incremental new customer."""
    retention: Range
    half_saturation: Range


ROLES: tuple[Role, ...] = (
    Role(
        channel="search_brand",
        weekly_spend=7_500.0,
        fee_rate=0.06,
        revenue_return=3.4,
        cost_per_customer=330.0,
        retention=(0.03, 0.20),
        half_saturation=(0.6, 1.4),
    ),
    Role(
        channel="search_generic",
        weekly_spend=20_000.0,
        fee_rate=0.06,
        revenue_return=2.9,
        cost_per_customer=240.0,
        retention=(0.10, 0.30),
        half_saturation=(0.8, 2.2),
    ),
    Role(
        channel="paid_social",
        weekly_spend=18_500.0,
        fee_rate=0.08,
        revenue_return=2.3,
        cost_per_customer=260.0,
        retention=(0.20, 0.45),
        half_saturation=(0.8, 2.2),
    ),
    Role(
        channel="display",
        weekly_spend=7_500.0,
        fee_rate=0.08,
        revenue_return=1.3,
        cost_per_customer=520.0,
        retention=(0.15, 0.40),
        half_saturation=(0.8, 2.5),
    ),
    Role(
        channel="online_video",
        weekly_spend=9_500.0,
        fee_rate=0.08,
        revenue_return=1.9,
        cost_per_customer=400.0,
        retention=(0.30, 0.60),
        half_saturation=(1.0, 2.5),
    ),
    Role(
        channel="tv",
        weekly_spend=22_500.0,
        fee_rate=0.10,
        revenue_return=2.4,
        cost_per_customer=380.0,
        retention=(0.50, 0.75),
        half_saturation=(1.0, 3.0),
    ),
    Role(
        channel="radio_ooh",
        weekly_spend=9_000.0,
        fee_rate=0.10,
        revenue_return=1.7,
        cost_per_customer=520.0,
        retention=(0.30, 0.60),
        half_saturation=(0.8, 2.5),
    ),
    Role(
        channel="email",
        weekly_spend=480.0,
        fee_rate=0.0,
        revenue_return=14.0,
        cost_per_customer=70.0,
        retention=(0.05, 0.25),
        half_saturation=(0.8, 2.0),
    ),
)
CHANNELS: tuple[str, ...] = tuple(role.channel for role in ROLES)
FEE_RATE = np.array([role.fee_rate for role in ROLES])
MARGIN_RATE = 0.42
SLOPE: Range = (0.8, 1.6)
STRENGTH_LOG_SD = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How much media bring of one outcome, and how that is shared between channels."""

    media_share: float
    weight: np.ndarray
    """(channel) outcome per EUR of full cost, up to one common factor."""
    mean: float
    """Mean of the outcome per week."""
    noise_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaDraw:
    """The non-linear parameters of one world, one value per channel."""

    retention: np.ndarray
    half_saturation: np.ndarray
    slope: np.ndarray
    strength: dict[str, Strength]
    """By outcome."""


def draw_media(seed: int) -> MediaDraw:
    """Draw one world's channels: carry-over, saturation, strengths."""
    rng = stream(seed, "channels")
    n_channels = len(ROLES)
    retention = rng.uniform(*np.array([role.retention for role in ROLES]).T)
    half_saturation = rng.uniform(*np.array([role.half_saturation for role in ROLES]).T)
    slope = rng.uniform(*SLOPE, n_channels)
    revenue_factor, customer_factor = np.exp(rng.normal(0.0, STRENGTH_LOG_SD, (2, n_channels)))
    return MediaDraw(
        retention=retention,
        half_saturation=half_saturation,
        slope=slope,
        strength={
            "revenue": Strength(
                media_share=rng.uniform(0.20, 0.32),
                weight=np.array([role.revenue_return for role in ROLES]) * revenue_factor,
                mean=rng.uniform(980_000.0, 1_110_000.0),
                noise_share=rng.uniform(0.03, 0.05),
            ),
            "new_customers": Strength(
                media_share=rng.uniform(0.28, 0.42),
                weight=customer_factor / np.array([role.cost_per_customer for role in ROLES]),
                mean=rng.uniform(780.0, 900.0),
                noise_share=rng.uniform(0.03, 0.05),
            ),
        },
    )
