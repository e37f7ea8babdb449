"""Rows of campaigns: names, spend shared to the cent, delivery as the tools report it.

Twelve campaign lines run each year, renamed every quarter after the naming convention of
params/demo.yaml. Impressions, clicks and conversions follow spend at the usual prices of each
channel; conversions are what the platforms claim, not what media truly add.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmm.simulate.family import CHANNELS
from mmm.simulate.weeks import observed_weeks, stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One campaign line: its place in the naming convention and its usual prices."""

    channel: str
    tool: str
    lever: str
    objective: str
    share: float
    """Share of the channel's spend; the last line of a channel takes what is left."""
    cost_per_thousand: float = 0.0
    """EUR per 1,000 impressions (or e-mails sent); 0 where no delivery is reported."""
    click_rate: float = 0.0
    conversion_rate: float = 0.0
    """Conversions that the tool claims, per click."""

    def name(self, week: pd.Timestamp) -> str:
        """Give the campaign's name in the quarter of that Monday."""
        return f"FR_{self.tool}_{self.lever}_{self.objective}_{week.year}Q{week.quarter}"


def _line(channel: str, name: str, share: float, *delivery: float) -> Line:
    tool, lever, objective = name.split("_")
    cost, clicks, conversions = delivery or (0.0, 0.0, 0.0)
    return Line(
        channel=channel,
        tool=tool,
        lever=lever,
        objective=objective,
        share=share,
        cost_per_thousand=cost,
        click_rate=clicks,
        conversion_rate=conversions,
    )


LINES: tuple[Line, ...] = (
    _line("search_brand", "GADS_SEABRAND_ACQ", 1.0, 62.0, 0.17, 0.034),
    _line("search_generic", "GADS_SEAGEN_ACQ", 0.78, 38.0, 0.044, 0.016),
    _line("search_generic", "GADS_SEAGEN_RET", 0.22, 34.0, 0.050, 0.022),
    _line("paid_social", "META_SOCIAL_ACQ", 0.70, 7.6, 0.012, 0.011),
    _line("paid_social", "META_SOCIAL_RET", 0.30, 9.2, 0.016, 0.019),
    _line("display", "DV_DISPLAY_ACQ", 0.60, 3.1, 0.0035, 0.006),
    _line("display", "CRITEO_DISPLAY_RET", 0.40, 4.4, 0.0062, 0.016),
    _line("online_video", "GADS_VIDEO_BRAND", 1.0, 9.5, 0.0042, 0.004),
    _line("tv", "REGIE_TV_BRAND", 1.0),
    _line("radio_ooh", "REGIE_RADIO_BRAND", 0.55),
    _line("radio_ooh", "REGIE_OOH_BRAND", 0.45),
    _line("email", "CRM_EMAIL_RET", 1.0, 0.95, 0.017, 0.020),
)


def simulate_campaigns(seed: int, spend: np.ndarray) -> pd.DataFrame:
    """Share each channel's weekly spend over its campaign lines, with their delivery."""
    rng = stream(seed, "campaigns")
    tables = []
    for channel, amounts in zip(CHANNELS, spend.T, strict=True):
        lines = [line for line in LINES if line.channel == channel]
        for line, part in zip(lines, _shared(amounts, lines, rng).T, strict=True):
            tables.append(_rows(line, part, rng))
    return pd.concat(tables, ignore_index=True)


def _shared(amounts: np.ndarray, lines: list[Line], rng: np.random.Generator) -> np.ndarray:
    """Split to the cent; each week's parts add up to the channel's spend."""
    cents = np.round(amounts * 100.0).astype("int64")
    if len(lines) == 1:
        return np.asarray(cents[:, None] / 100.0)
    first = lines[0].share + rng.normal(0.0, 0.04, len(cents))
    part = np.round(cents * np.clip(first, 0.1, 0.9)).astype("int64")
    return np.column_stack([part, cents - part]) / 100.0


def _rows(line: Line, spend: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    weeks = observed_weeks()
    noise = np.exp(rng.normal(0.0, [0.07, 0.05, 0.10], (len(weeks), 3)))
    dearer = 1.03 ** (np.arange(len(weeks)) / 52.0)
    cost = line.cost_per_thousand * dearer * noise[:, 0]
    impressions = np.floor(1_000.0 * spend / cost) if line.cost_per_thousand else np.full(len(weeks), np.nan)
    clicks = np.floor(impressions * line.click_rate * noise[:, 1])
    conversions = np.round(clicks * line.conversion_rate * noise[:, 2])
    return pd.DataFrame(
        {
            "date": weeks,
            "channel": line.channel,
            "campaign": [line.name(week) for week in weeks],
            "spend": spend,
            "impressions": impressions,
            "clicks": clicks,
            "conversions": conversions,
        }
    )
