"""Exports that differ from the known examples as real ones do, with the truth of each.

A seed decides: order and choice of columns, lines above the header, totals and their
place, the month, the encoding, the delimiter, how numbers and dates are written.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
MONTHS_FR = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
MONTHS_EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@dataclass(frozen=True, kw_only=True)
class Tool:
    """What one tool writes in one language."""

    label: str
    content: str
    columns: dict[str, str]
    """Our column: header."""
    extra: tuple[str, ...]
    """Headers that nothing uses."""
    french: bool
    us_dates: bool = False
    preamble: Callable[[np.random.Generator, date, date], list[str]] = field(
        default=lambda rng, first, last: []
    )
    totals: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    total_first: bool = False
    iso: bool = False
    """Always writes ISO dates and plain numbers, unless a spreadsheet saved the file again."""


@dataclass(frozen=True, kw_only=True)
class Export:
    """One generated file and what a right reading gives."""

    content: bytes
    tool: Tool
    rows: list[dict[str, object]]
    """Our column: value, for every data row in order."""
    totals: int
    described: str


def in_words(day: date, *, french: bool, short: bool = False) -> str:
    if french:
        month = MONTHS_FR[day.month - 1]
        return f"{day.day} {month[:4] + '.' if short and len(month) > 5 else month} {day.year}"
    return f"{MONTHS_EN[day.month - 1]} {day.day}, {day.year}"


def google_preamble(rng: np.random.Generator, first: date, last: date, *, french: bool) -> list[str]:
    title = "Rapport sur les campagnes" if french else "Campaign report"
    short = bool(rng.integers(2))
    span = f"{in_words(first, french=french, short=short)} - {in_words(last, french=french, short=short)}"
    return [title, span] + (["Maison Lumen"] if rng.integers(2) else [])


def linkedin_preamble(rng: np.random.Generator, first: date, last: date) -> list[str]:
    lines = [
        "Campaign Performance Report (in UTC)",
        f"Report Start: {in_words(first, french=False)}, 12:00 AM",
        f"Report End: {in_words(last, french=False)}, 11:59 PM",
        f"Date Generated: {in_words(last + timedelta(days=9), french=False)}, 8:14 AM",
        "",
    ]
    keep = int(rng.integers(3))
    return lines if keep == 0 else lines[:3] if keep == 1 else lines[:1] + lines[3:]


def ga4_preamble(rng: np.random.Generator, first: date, last: date, *, french: bool) -> list[str]:
    rule = "# " + "-" * 40
    words = ("Date de début ", "Date de fin ") if french else ("Start date", "End date")
    more = ["# Compte : Maison"] * int(rng.integers(3))
    return [rule, *more, f"# {words[0]}: {first:%Y%m%d}", f"# {words[1]}: {last:%Y%m%d}", rule, ""]


def microsoft_preamble(rng: np.random.Generator, first: date, last: date) -> list[str]:
    lines = ["Report Name: Campaign Performance Report", "Time Zone: Paris", "Rows: 20"]
    return [*lines[: int(rng.integers(1, 4))], ""]


_ADS_EN = {"impressions": "Impr.", "clicks": "Clicks", "conversions": "Conversions"}
TOOLS = (
    Tool(
        label="Google Ads EN",
        content="media",
        french=False,
        iso=True,
        columns={
            "date": "Day",
            "campaign": "Campaign",
            "spend": "Cost",
            "currency": "Currency code",
            **_ADS_EN,
        },
        extra=("Campaign status", "Campaign ID", "Cost / conv."),
        preamble=lambda rng, first, last: google_preamble(rng, first, last, french=False),
        totals=("Total: Account", "Total: Search", "Total: Campaigns", "Total: Display"),
    ),
    Tool(
        label="Google Ads FR",
        content="media",
        french=True,
        columns={
            "date": "Jour",
            "campaign": "Campagne",
            "spend": "Coût",
            "currency": "Code de la devise",
            "impressions": "Impr.",
            "clicks": "Clics",
            "conversions": "Conversions",
        },
        extra=("État de la campagne", "ID de la campagne", "Coût/conv."),
        preamble=lambda rng, first, last: google_preamble(rng, first, last, french=True),
        totals=("Total : compte", "Total : campagnes", "Total : Réseau de Recherche"),
    ),
    Tool(
        label="Meta Ads EN",
        content="media",
        french=False,
        iso=True,
        columns={
            "date": "Day",
            "campaign": "Campaign name",
            "spend": "Amount spent (EUR)",
            "impressions": "Impressions",
            "clicks": "Link clicks",
            "conversions": "Results",
        },
        extra=("Reporting starts", "Reporting ends", "Campaign delivery", "Reach"),
    ),
    Tool(
        label="Meta Ads FR",
        content="media",
        french=True,
        columns={
            "date": "Jour",
            "campaign": "Nom de la campagne",
            "spend": "Montant dépensé (EUR)",
            "impressions": "Impressions",
            "clicks": "Clics sur un lien",
            "conversions": "Résultats",
        },
        extra=("Début des rapports", "Fin des rapports", "Diffusion de la campagne", "Couverture"),
    ),
    Tool(
        label="LinkedIn Ads EN",
        content="media",
        french=False,
        us_dates=True,
        columns={
            "date": "Start Date (in UTC)",
            "campaign": "Campaign Name",
            "spend": "Total Spent",
            "currency": "Currency",
            "impressions": "Impressions",
            "clicks": "Clicks",
            "conversions": "Conversions",
        },
        extra=("Account Name", "Click Through Rate", "Leads"),
        preamble=linkedin_preamble,
        totals=("Total",),
    ),
    Tool(
        label="Microsoft Ads EN",
        content="media",
        french=False,
        iso=True,
        columns={
            "date": "Gregorian date",
            "campaign": "Campaign name",
            "spend": "Spend",
            "currency": "Currency code",
            "impressions": "Impressions",
            "clicks": "Clicks",
            "conversions": "Conversions",
        },
        extra=("Account name",),
        preamble=microsoft_preamble,
        footer=("", "©2026 Microsoft Corporation. All rights reserved."),
    ),
    Tool(
        label="GA4 EN",
        content="web",
        french=False,
        iso=True,
        columns={
            "label": "Session default channel group",
            "visits": "Sessions",
            "users": "Active users",
            "conversions": "Key events",
            "revenue": "Total revenue",
        },
        extra=("Engagement rate",),
        preamble=lambda rng, first, last: ga4_preamble(rng, first, last, french=False),
        totals=("Grand total",),
        total_first=True,
    ),
    Tool(
        label="GA4 FR",
        content="web",
        french=True,
        columns={
            "label": "Groupe de canaux par défaut de la session",
            "visits": "Sessions",
            "users": "Utilisateurs actifs",
            "conversions": "Événements clés",
            "revenue": "Revenu total",
        },
        extra=("Taux d'engagement",),
        preamble=lambda rng, first, last: ga4_preamble(rng, first, last, french=True),
    ),
    Tool(
        label="HubSpot FR",
        content="deals",
        french=False,
        iso=True,
        columns={
            "deal": "ID de fiche d'informations",
            "name": "Nom de la transaction",
            "stage": "Phase de la transaction",
            "amount": "Montant",
            "date": "Date de création",
        },
        extra=("Pipeline",),
    ),
    Tool(
        label="Salesforce EN",
        content="deals",
        french=False,
        us_dates=True,
        columns={
            "name": "Opportunity Name",
            "stage": "Stage",
            "amount": "Amount",
            "currency": "Currency",
            "date": "Created Date",
        },
        extra=("Account Name", "Lead Source"),
        footer=("", "Grand Totals (20 records)", "", "Confidential Information - Do Not Distribute"),
    ),
)
NUMBERS = {"spend", "impressions", "clicks", "conversions", "visits", "users", "revenue", "amount"}


def generate(tool: Tool, encoding: str, seed: int) -> Export:
    """Write one export of a tool; the same seed writes the same file."""
    rng = np.random.default_rng([seed, len(tool.label), ENCODINGS.index(encoding)])
    first = date(2026, int(rng.integers(1, 13)), 1) + timedelta(days=int(rng.integers(0, 20)))
    days = [first + timedelta(days=at) for at in range(int(rng.integers(14, 25)))]
    rows = [_row(tool, rng, day, at) for at, day in enumerate(days)]
    delimiter = _delimiter(tool, encoding)
    saved_again = tool.french and delimiter == ";"
    columns = [*tool.columns, *tool.extra]
    order = [columns[at] for at in rng.permutation(len(columns))]
    preamble = tool.preamble(rng, days[0], days[-1])
    write = _writer(tool, rng, saved_again)
    lines = [[_cell(tool, column, row, write, at) for column in order] for at, row in enumerate(rows)]
    totals = list(tool.totals[: int(rng.integers(len(tool.totals) + 1))])
    summed = [[label, *_sums(tool, order[1:], rows, write)] for label in totals]
    lines = [*summed, *lines] if tool.total_first else [*lines, *summed]
    out = io.StringIO()
    table = csv.writer(out, delimiter=delimiter, lineterminator="\r\n" if rng.integers(2) else "\n")
    for line in preamble:
        out.write(('"' + line + '"' if delimiter in line else line) + "\n")
    table.writerows([[tool.columns.get(column, column) for column in order], *lines])
    for line in tool.footer:
        out.write(f'"{line}"\n' if line else "\n")
    content = out.getvalue().encode(encoding, errors="strict")
    text_counts = sum(line.startswith("Grand Totals") for line in tool.footer)
    described = f"{tool.label}, {encoding}, {delimiter!r}, seed {seed}"
    return Export(
        content=content, tool=tool, rows=rows, totals=len(totals) + text_counts, described=described
    )


def _delimiter(tool: Tool, encoding: str) -> str:
    if encoding == "utf-16":
        return "\t"
    return ";" if tool.french and encoding == "cp1252" else ","


def _row(tool: Tool, rng: np.random.Generator, day: date, at: int) -> dict[str, object]:
    impressions = int(rng.integers(900, 3_000_000))
    values: dict[str, object] = {
        "date": day,
        "campaign": f"FR_SEA_ACQ_{at % 3}, été",
        "spend": round(float(rng.uniform(0, 15_000)), 2),
        "currency": "EUR",
        "impressions": impressions,
        "clicks": int(impressions * 0.02),
        "conversions": round(float(rng.uniform(0, 90)), 2)
        if tool.content == "media"
        else int(rng.integers(90)),
        "label": f"Réseau {at}",
        "visits": int(rng.integers(0, 90_000)),
        "users": int(rng.integers(0, 60_000)),
        "revenue": round(float(rng.uniform(0, 50_000)), 2),
        "deal": str(9000 + at),
        "name": f"Total Énergies, lot {at}" if at == 3 else f"Affaire {at}",
        "stage": "Closed won",
        "amount": round(float(rng.uniform(0, 90_000)), 2),
    }
    return {column: values[column] for column in tool.columns}


def _writer(tool: Tool, rng: np.random.Generator, saved_again: bool) -> Callable[[object], str]:
    french_numbers = tool.french and (saved_again or tool.label == "Google Ads FR")
    space = "\u00a0" if saved_again else "\u202f"
    grouped = not tool.iso if french_numbers or tool.us_dates else False
    grouped = grouped or tool.label == "Google Ads EN"

    def write(value: object) -> str:
        if isinstance(value, date):
            if tool.us_dates:
                return f"{value.month}/{value.day}/{value.year}"
            if saved_again:
                return f"{value:%d/%m/%Y}"
            return f"{value:%Y-%m-%d %H:%M}" if tool.label.startswith("HubSpot") else f"{value:%Y-%m-%d}"
        if isinstance(value, float | int):
            text = f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
            if not grouped:
                text = text.replace(",", "")
            return text.replace(",", space).replace(".", ",") if french_numbers else text
        return str(value)

    return write


def _cell(tool: Tool, column: str, row: dict[str, object], write: Callable[[object], str], at: int) -> str:
    if column in row:
        return write(row[column])
    if column in {"Reporting starts", "Reporting ends", "Début des rapports", "Fin des rapports"}:
        return write(row["date"])
    return f"x{at % 4}"


def _sums(
    tool: Tool, order: list[str], rows: list[dict[str, object]], write: Callable[[object], str]
) -> list[str]:
    def of(column: str) -> str:
        if column in NUMBERS:
            values = [row[column] for row in rows]
            whole = all(isinstance(value, int) for value in values)
            return write(int(sum(values)) if whole else round(float(sum(values)), 2))  # type: ignore[arg-type]
        return "EUR" if column == "currency" else "--"

    return [of(column) for column in order]
