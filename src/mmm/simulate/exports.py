"""The two advertising tools' exports, character for character as a French account writes them."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import pandas as pd

from mmm.simulate.weeks import observed_weeks

THIN_SPACE = "\u202f"
"""U+202F, between thousands."""
MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
GOOGLE_CHANNELS = ("search_brand", "search_generic", "online_video")
GOOGLE_HEADER = (
    "État de la campagne",
    "Campagne",
    "ID de la campagne",
    "Type de campagne",
    "Semaine",
    "Code de la devise",
    "Coût",
    "Impr.",
    "Clics",
    "Conversions",
    "Coût/conv.",
)
META_HEADER = (
    "Début des rapports",
    "Fin des rapports",
    "Nom de la campagne",
    "Diffusion de la campagne",
    "Résultats",
    "Couverture",
    "Impressions",
    "Répétition",
    "Coût par résultat",
    "Montant dépensé (EUR)",
    "Clics sur un lien",
    "Clics (tous)",
    "CPM (coût pour 1 000 impressions) (EUR)",
    "Valeur de conversion des achats",
    "Interactions avec la publication",
)


class CampaignRow(NamedTuple):
    """One campaign in one week."""

    date: pd.Timestamp
    channel: str
    campaign: str
    spend: float
    impressions: float
    clicks: float
    conversions: float
    engagements: float


def campaign_rows(media: pd.DataFrame) -> Iterator[CampaignRow]:
    """Go through the rows of a media table."""
    columns = (media[name] for name in CampaignRow._fields)
    return (CampaignRow(*values) for values in zip(*columns, strict=True))


def french(value: float, decimals: int = 2, thousands: str = THIN_SPACE) -> str:
    """Write a number as French tools do.

    Examples
    --------
    >>> french(1234.5, thousands=" ")
    '1 234,50'
    """
    return f"{value:,.{decimals}f}".replace(",", thousands).replace(".", ",")


def write_google_ads(media: pd.DataFrame, gap: float, path: Path) -> None:
    """Write the "Excel .csv" of Google Ads in French: UTF-16, tabs, two title lines, total rows."""
    rows = media[media["channel"].isin(GOOGLE_CHANNELS)]
    rows = rows.sort_values(["campaign", "date"], kind="stable")
    last = rows["date"].max()
    weeks = observed_weeks()
    first_day, last_day = weeks[0], weeks[-1] + pd.Timedelta(days=6)
    lines = [
        "Rapport sur les campagnes",
        f"{_long_date(first_day)} - {_long_date(last_day)}",
        "\t".join(GOOGLE_HEADER),
    ]
    running = set(rows.loc[rows["date"] == last, "campaign"])
    for row in campaign_rows(rows):
        state = "Activée" if row.campaign in running else "Mise en veille"
        kind = "Vidéo" if row.channel == "online_video" else "Search"
        identifier = str(20_000_000_000 + crc32(row.campaign.encode()))
        figures = _google_figures(row.spend, row.impressions, row.clicks, row.conversions)
        lines.append(
            "\t".join([state, row.campaign, identifier, kind, f"{row.date:%Y-%m-%d}", "EUR", *figures])
        )
    sums = rows[["spend", "impressions", "clicks", "conversions"]].sum()
    search = rows.loc[rows["channel"] != "online_video", list(sums.index)].sum()
    for label, total, extra in (
        ("Total : campagnes", sums, 0.0),
        ("Total : Réseau de Recherche", search, 0.0),
        ("Total : compte", sums, gap),
    ):
        figures = _google_figures(total["spend"] + extra, *total.iloc[1:])
        lines.append("\t".join([label, "--", "--", "--", "--", "EUR", *figures]))
    path.write_bytes(("\ufeff" + "\r\n".join(lines) + "\r\n").encode("utf-16-le"))


def _google_figures(spend: float, impressions: float, clicks: float, conversions: float) -> list[str]:
    per_conversion = french(spend / conversions) if conversions else "--"
    counts = [french(impressions, 0), french(clicks, 0)]
    return [french(spend), *counts, french(conversions), per_conversion]


def _long_date(day: pd.Timestamp) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def write_meta_ads(media: pd.DataFrame, path: Path) -> None:
    """Write the Meta export in French: UTF-8 with BOM, commas, one row per campaign and week."""
    rows = media[media["channel"] == "paid_social"].sort_values(["date", "campaign"], kind="stable")
    last = rows["date"].max()
    lines = [",".join(f'"{name}"' for name in META_HEADER)]
    for row in campaign_rows(rows):
        end = row.date + pd.Timedelta(days=6)
        delivery = "active" if row.date == last else "inactive"
        texts = [f"{row.date:%Y-%m-%d}", f"{end:%Y-%m-%d}", row.campaign, delivery]
        figures = _meta_figures(row.spend, row.impressions, row.clicks, row.conversions)
        lines.append(",".join([*(f'"{text}"' for text in texts), *figures, f"{row.engagements:.0f}"]))
    path.write_bytes(("\ufeff" + "\n".join(lines) + "\n").encode())


def _meta_figures(spend: float, impressions: float, clicks: float, conversions: float) -> list[str]:
    """Write what was not measured as nothing at all, as the tool does."""
    reach = int(impressions / 1.8)
    frequency = f"{impressions / reach:.6f}" if reach else ""
    per_result = f"{spend / conversions:.6f}" if conversions else ""
    per_thousand = f"{1_000 * spend / impressions:.6f}" if impressions else ""
    return [
        f"{conversions:.0f}" if conversions else "",
        str(reach),
        f"{impressions:.0f}",
        frequency,
        per_result,
        f"{spend:.2f}",
        f"{clicks:.0f}",
        f"{clicks * 1.4:.0f}",
        per_thousand,
        f"{conversions * 118.4:.2f}",
    ]
