"""Faults planted in the data, and true changes to be found: each is told in the truth.

None is fatal: a careful reader warns and goes on. Spend and sales stay as they are, so that the
truth of the model does not depend on them.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mmm.simulate.records import Fault
from mmm.simulate.weeks import stream

MISNAMED: tuple[tuple[str, str], ...] = (
    ("FR_GADS_SEABRAND_ACQ_2024Q3", "FR_GADS_SEABRAND_ACQ_2024-Q3"),
    ("FR_GADS_VIDEO_BRAND_2025Q2", "FR_GADS_VIDEO_NOTORIETE_2025Q2"),
    ("FR_META_SOCIAL_RET_2025Q4", "FR-META-SOCIAL-RET-2025Q4"),
    ("FR_GADS_SEAGEN_ACQ_2026Q1", "FR_GADS_SEAGEN_ACQ_2026T1"),
    ("FR_CRITEO_DISPLAY_RET_2026Q3", "FR_CRITEO_DISPLAY_RET_2026Q3 (copie)"),
)
"""Campaign names as the convention wants them, and as they were typed."""
N_SILENT_NPS_WEEKS = 7
CLICKS_LOST = 0.55
N_COSTLY_WEEKS = 2
COSTLY_LINE = "GADS_SEAGEN_ACQ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The tables that faults touch."""

    media: pd.DataFrame
    funnel: pd.DataFrame
    journeys: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """Tables with their faults, and the list of these."""

    tables: Tables
    platform_gap: float
    faults: tuple[Fault, ...]
    events: tuple[Fault, ...]


def plant(seed: int, tables: Tables) -> Planted:
    """Plant every fault; the tables received are left as they were."""
    rng = stream(seed, "faults")
    media, naming = _misname(tables.media)
    media, delivery = _break_delivery(media)
    media, costly = _raise_click_cost(media)
    funnel, gap = _disagree(tables.funnel)
    journeys, twice = _repeat_touch(tables.journeys, rng)
    platform_gap = round(float(rng.uniform(250.0, 900.0)), 2)
    others = (
        Fault(
            source="google_ads",
            kind="total_gap",
            where="total rows",
            value=f"{platform_gap:.2f}",
            note="the account total holds the cost of a deleted campaign that has no row any more",
        ),
        Fault(
            source="nps",
            kind="late_source",
            where="last answer",
            value=f"{N_SILENT_NPS_WEEKS} weeks",
            note="the survey tool stopped before the end of the data",
        ),
    )
    leads = Fault(
        source="funnel",
        kind="abnormal_rate",
        where=f"leads to MQL, 3 weeks from {funnel['date'].dt.strftime('%Y-%m-%d').iloc[-3]}",
        value="leads x 1.55, MQL unchanged",
        note="a contest brought leads that do not qualify",
    )
    return Planted(
        tables=Tables(media=media, funnel=funnel, journeys=journeys),
        platform_gap=platform_gap,
        faults=(*naming, *delivery, gap, twice, *others),
        events=(leads, costly),
    )


def _misname(media: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    typed = dict(MISNAMED)
    sources = media.drop_duplicates("campaign").set_index("campaign")["channel"]
    found = [
        Fault(
            source=_source(sources[right]),
            kind="naming",
            where=wrong,
            value=right,
            note="the campaign's name breaks the convention; value is the right name",
        )
        for right, wrong in MISNAMED
    ]
    return media.assign(campaign=media["campaign"].replace(typed)), found


def _source(channel: str) -> str:
    """Name of the source in params/demo.yaml that holds a channel."""
    google = ("search_brand", "search_generic", "online_video")
    return "google_ads" if channel in google else {"paid_social": "meta_ads"}.get(channel, channel)


def _break_delivery(media: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """One week of display with more clicks than impressions; one of social paid and not delivered."""
    shown, clicks, spend = (media[name].to_numpy().copy() for name in ("impressions", "clicks", "spend"))
    recent = _last_weeks(media, 40) & (spend > 0)
    lost = _first(recent & media["campaign"].str.contains("DV_DISPLAY").to_numpy())
    empty = _first(recent & media["campaign"].str.contains("META_SOCIAL_RET").to_numpy())
    shown[lost] = np.floor(clicks[lost] * 0.8)
    conversions = media["conversions"].to_numpy().copy()
    shown[empty] = clicks[empty] = conversions[empty] = 0.0
    faults = [
        Fault(
            source="display",
            kind="clicks_above_impressions",
            where=_where(media, lost),
            value=f"{clicks[lost]:.0f} clicks, {shown[lost]:.0f} impressions",
            note="impressions were lost by the ad server that week",
        ),
        Fault(
            source="meta_ads",
            kind="spend_without_delivery",
            where=_where(media, empty),
            value=f"{spend[empty]:.2f}",
            note="the week was paid for and no impression is reported",
        ),
    ]
    return media.assign(impressions=shown, clicks=clicks, conversions=conversions), faults


def _last_weeks(media: pd.DataFrame, n_weeks: int) -> np.ndarray:
    recent = media["date"] > media["date"].max() - pd.Timedelta(weeks=n_weeks)
    return np.asarray(recent.to_numpy())


def _first(mask: np.ndarray) -> int:
    return int(np.flatnonzero(mask)[0])


def _where(media: pd.DataFrame, row: int) -> str:
    day = media["date"].dt.strftime("%Y-%m-%d")
    return f"{day.iloc[row]} {media['campaign'].iloc[row]}"


def _raise_click_cost(media: pd.DataFrame) -> tuple[pd.DataFrame, Fault]:
    """In the last two weeks a rival bids on generic search: same spend, half of the clicks."""
    rows = _last_weeks(media, N_COSTLY_WEEKS) & media["campaign"].str.contains(COSTLY_LINE).to_numpy()
    fewer = {
        column: np.where(rows, np.floor(media[column] * CLICKS_LOST), media[column])
        for column in ("clicks", "conversions")
    }
    return media.assign(**fewer), Fault(
        source="google_ads",
        kind="abnormal_cpc",
        where=f"{N_COSTLY_WEEKS} weeks from {_where(media, _first(rows))}",
        value=f"clicks x {CLICKS_LOST}, spend unchanged",
        note="cost per click rises by 80 %",
    )


def _disagree(funnel: pd.DataFrame) -> tuple[pd.DataFrame, Fault]:
    """One week in which the CRM counts three per cent fewer first orders than finance."""
    sales = funnel["sales"].to_numpy().copy()
    week = len(funnel) - 20
    counted = sales[week]
    sales[week] = np.round(counted * 0.97)
    return funnel.assign(sales=sales), Fault(
        source="funnel",
        kind="total_gap",
        where=f"{funnel['date'].dt.strftime('%Y-%m-%d').iloc[week]} sales",
        value=f"{sales[week]} against {counted} new customers",
        note="the CRM lacks some first orders that finance has; nobody knows why",
    )


def _repeat_touch(journeys: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, Fault]:
    """One touch written twice, in the middle of a journey."""
    same = journeys["journey"].eq(journeys["journey"].shift(-1))
    row = int(rng.choice(np.flatnonzero(same.to_numpy())))
    order = np.sort(np.append(np.arange(len(journeys)), row))
    return journeys.iloc[order].reset_index(drop=True), Fault(
        source="journeys",
        kind="duplicate",
        where=f"journey {journeys['journey'].iloc[row]}",
        value=f"{journeys['date'].dt.strftime('%Y-%m-%d %H:%M').iloc[row]} {journeys['channel'].iloc[row]}",
        note="the same touch twice",
    )
