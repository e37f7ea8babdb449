"""Google Ads: campaign reports, French and English, CSV or "Excel .csv".

Two title lines, `Total: Account` rows last with the word in the first column,
`--` where nothing was reported. "Excel .csv" is UTF-16 with tabs.
"""

import re

from mmm.sources.dialects.dialect import Dialect, Wording

GOOGLE_ADS = Dialect(
    name="google_ads",
    label="Google Ads",
    content="media",
    signature=(
        ("date", "campaign", "spend", "impressions"),
        ("date", "campaign", "spend", "currency"),
        ("campaign", "spend", "impressions", "clicks", "currency"),
    ),
    left_out=re.compile(r"(?i)total\s*:.*"),
    wordings=(
        Wording(
            language="EN",
            decimal=".",
            day_first=None,
            columns={
                "date": ("Day", "Week", "Month"),
                "campaign": ("Campaign", "Campaign name"),
                "spend": ("Cost",),
                "impressions": ("Impr.", "Impressions"),
                "clicks": ("Clicks",),
                "conversions": ("Conversions", "Conv."),
                "conversion_value": ("Conv. value", "Conversion value"),
                "currency": ("Currency code", "Currency"),
            },
        ),
        Wording(
            language="FR",
            decimal=",",
            day_first=True,
            columns={
                "date": ("Jour", "Semaine", "Mois"),
                "campaign": ("Campagne", "Nom de la campagne"),
                "spend": ("Coût",),
                "impressions": ("Impr.", "Impressions"),
                "clicks": ("Clics",),
                "conversions": ("Conversions", "Conv."),
                "conversion_value": ("Valeur de conv.", "Valeur de conversion"),
                "currency": ("Code de la devise", "Code devise", "Devise"),
            },
        ),
    ),
)
