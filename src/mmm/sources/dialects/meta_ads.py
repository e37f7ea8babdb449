"""Meta Ads: campaign exports, French and English, straight or re-saved by Excel.

No title line; the currency stands in the header of the amount only. With the
`day` breakdown a row is that day; without it a row covers its whole range,
kept as `date` to `date_end`.
"""

import re

from mmm.sources.dialects.dialect import Dialect, Wording

META_ADS = Dialect(
    name="meta_ads",
    label="Meta Ads",
    content="media",
    signature=(("date", "date_end", "campaign", "spend"), ("day", "campaign", "spend")),
    left_out=re.compile(r"(?i)(grand )?tota(l|ux)\b.*"),
    wordings=(
        Wording(
            language="EN",
            decimal=".",
            day_first=None,
            columns={
                "day": ("Day",),
                "date": ("Reporting starts",),
                "date_end": ("Reporting ends",),
                "campaign": ("Campaign name",),
                "spend": ("Amount spent",),
                "impressions": ("Impressions",),
                "clicks": ("Link clicks", "Clicks (all)"),
                "conversions": ("Results",),
                "conversion_value": ("Purchases conversion value",),
                "engagements": ("Post engagements", "Post engagement"),
            },
        ),
        Wording(
            language="FR",
            decimal=",",
            day_first=True,
            columns={
                "day": ("Jour",),
                "date": ("Début des rapports",),
                "date_end": ("Fin des rapports",),
                "campaign": ("Nom de la campagne",),
                "spend": ("Montant dépensé",),
                "impressions": ("Impressions",),
                "clicks": ("Clics sur un lien", "Clics (tous)"),
                "conversions": ("Résultats",),
                "conversion_value": ("Valeur de conversion des achats",),
                "engagements": ("Interactions avec la publication", "Interactions avec les publications"),
            },
        ),
    ),
)
