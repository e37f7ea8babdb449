"""Google Analytics 4: acquisition reports as its pages export them, and event tables of BigQuery.

A report begins with `#` lines that say its dates; a total may come first; a
second block with its own `#` lines and header may follow and is another table.
Event tables are JSON lines whose integers may be texts.
"""

import re

from mmm.sources.dialects.dialect import Dialect, Wording

GA4 = Dialect(
    name="ga4",
    label="GA4",
    content="web",
    signature=(
        ("label", "visits", "users"),
        ("label", "visits", "engaged_visits"),
        ("label", "visits", "conversions"),
        ("label", "visits", "revenue"),
    ),
    left_out=re.compile(r"(?i)(grand total|total g[ée]n[ée]ral|totaux|total)"),
    wordings=(
        Wording(
            language="EN",
            decimal=".",
            day_first=None,
            columns={
                "date": ("Date",),
                "label": (
                    "Session default channel group",
                    "Session primary channel group (Default Channel Group)",
                    "Session primary channel group (Default channel group)",
                    "First user default channel group",
                    "First user primary channel group (Default Channel Group)",
                    "Default channel group",
                    "Session source / medium",
                    "Session source/medium",
                    "Session source",
                    "Session medium",
                    "Session campaign",
                    "First user source / medium",
                    "First user source",
                    "Landing page",
                ),
                "visits": ("Sessions",),
                "engaged_visits": ("Engaged sessions",),
                "page_views": ("Views",),
                "users": ("Active users", "Total users", "Users", "New users"),
                "conversions": ("Key events", "Conversions"),
                "revenue": ("Total revenue", "Purchase revenue"),
                "currency": ("Currency",),
            },
        ),
        Wording(
            language="FR",
            decimal=",",
            day_first=None,
            columns={
                "date": ("Date",),
                "label": (
                    "Groupe de canaux par défaut de la session",
                    "Groupe de canaux principal de la session (Groupe de canaux par défaut)",
                    "Session - Groupe de canaux par défaut",
                    "Groupe de canaux par défaut du premier utilisateur",
                    "Groupe de canaux par défaut",
                    "Source/Support de la session",
                    "Source / Support de la session",
                    "Session - Source/Support",
                    "Source de la session",
                    "Support de la session",
                    "Campagne de la session",
                    "Page de destination",
                ),
                "visits": ("Sessions",),
                "engaged_visits": ("Sessions avec engagement",),
                "page_views": ("Vues",),
                "users": ("Utilisateurs actifs", "Nombre total d'utilisateurs", "Utilisateurs"),
                "conversions": ("Événements clés", "Conversions"),
                "revenue": ("Revenu total", "Revenus totaux", "Revenu issu des achats"),
                "currency": ("Devise",),
            },
        ),
    ),
)

GA4_BIGQUERY = Dialect(
    name="ga4_bigquery",
    label="GA4 BigQuery",
    content="events",
    signature=(("date", "moment", "event"),),
    wordings=(
        Wording(
            language="",
            decimal=".",
            day_first=None,
            columns={
                "date": ("event_date",),
                "moment": ("event_timestamp",),
                "event": ("event_name",),
                "user": ("user_pseudo_id",),
                "session": ("event_params.ga_session_id",),
                "transaction": ("ecommerce.transaction_id",),
                "revenue": ("ecommerce.purchase_revenue",),
                "revenue_usd": ("ecommerce.purchase_revenue_in_usd", "event_value_in_usd"),
                "source": ("collected_traffic_source.manual_source", "traffic_source.source"),
                "medium": ("collected_traffic_source.manual_medium", "traffic_source.medium"),
                "campaign": ("collected_traffic_source.manual_campaign_name", "traffic_source.name"),
            },
        ),
    ),
)
