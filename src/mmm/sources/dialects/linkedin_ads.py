"""LinkedIn Ads: campaign performance, English and French, CSV or UTF-16 with tabs.

Two to five title lines; dates of the United States without padding; a `Total`
row last in some exports; the currency in a column when it was asked for.
"""

import re

from mmm.sources.dialects.dialect import Dialect, Wording

LINKEDIN_ADS = Dialect(
    name="linkedin_ads",
    label="LinkedIn Ads",
    content="media",
    signature=(("date", "spend", "impressions"), ("date", "spend", "campaign")),
    left_out=re.compile(r"(?i)(grand )?tota(l|ux)\b.*"),
    wordings=(
        Wording(
            language="EN",
            decimal=".",
            day_first=False,
            columns={
                "date": ("Start Date (in UTC)", "Start Date", "Date (in UTC)"),
                "campaign": ("Campaign Name", "Campaign Group Name"),
                "spend": ("Total Spent", "Total Spend"),
                "impressions": ("Impressions",),
                "clicks": ("Clicks", "Clicks to Landing Page"),
                "conversions": ("Conversions", "Total Conversions"),
                "conversion_value": ("Total Conversion Value", "Conversion Value"),
                "currency": ("Currency", "Currency Code"),
            },
        ),
        Wording(
            language="FR",
            decimal=",",
            day_first=None,
            columns={
                "date": ("Date de début (UTC)", "Date de début (en UTC)", "Date de début"),
                "campaign": ("Nom de la campagne", "Nom du groupe de campagnes"),
                "spend": ("Total dépensé", "Dépenses totales", "Montant total dépensé"),
                "impressions": ("Impressions",),
                "clicks": ("Clics",),
                "conversions": ("Conversions",),
                "conversion_value": ("Valeur totale des conversions", "Valeur totale de conversion"),
                "currency": ("Devise", "Code devise"),
            },
        ),
    ),
)
