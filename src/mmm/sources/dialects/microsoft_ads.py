"""Microsoft Ads: campaign performance, English and French.

Some lines of report name, time and zone, an empty one, the table, a copyright line.
"""

import re

from mmm.sources.dialects.dialect import Dialect, Wording

MICROSOFT_ADS = Dialect(
    name="microsoft_ads",
    label="Microsoft Ads",
    content="media",
    signature=(("date", "spend", "impressions"), ("date", "spend", "clicks"), ("date", "spend", "campaign")),
    left_out=re.compile(r"(?i)(overall |grand )?tota(l|ux)\b.*"),
    wordings=(
        Wording(
            language="EN",
            decimal=".",
            day_first=None,
            columns={
                "date": ("Gregorian date", "Time period", "Day", "Date"),
                "campaign": ("Campaign name", "Campaign"),
                "spend": ("Spend",),
                "impressions": ("Impressions", "Impr."),
                "clicks": ("Clicks",),
                "conversions": ("Conversions", "All conversions"),
                "conversion_value": ("Revenue", "All revenue"),
                "currency": ("Currency code", "Currency"),
            },
        ),
        Wording(
            language="FR",
            decimal=",",
            day_first=True,
            columns={
                "date": ("Date grégorienne", "Période"),
                "campaign": ("Nom de la campagne", "Nom de campagne", "Campagne"),
                "spend": ("Dépenses", "Dépense"),
                "impressions": ("Impressions", "Impr."),
                "clicks": ("Clics",),
                "conversions": ("Conversions", "Toutes les conversions"),
                "conversion_value": ("Revenus", "Chiffre d'affaires"),
                "currency": ("Code de la devise", "Code devise", "Devise"),
            },
        ),
    ),
)
