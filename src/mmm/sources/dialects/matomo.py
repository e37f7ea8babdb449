"""Matomo: referrers and other reports, with the names of its interface or translated ones.

No date unless several periods were exported: the `date` column then comes first.
"""

from mmm.sources.dialects.dialect import Dialect, Wording

MATOMO = Dialect(
    name="matomo",
    label="Matomo",
    content="web",
    signature=(("label", "visits", "actions"), ("label", "visits", "bounces"), ("label", "visits", "users")),
    wordings=(
        Wording(
            language="",
            decimal=".",
            day_first=None,
            columns={
                "date": ("date",),
                "label": ("label",),
                "visits": ("nb_visits",),
                "users": ("nb_uniq_visitors", "sum_daily_nb_uniq_visitors"),
                "actions": ("nb_actions",),
                "bounces": ("bounce_count",),
                "page_views": ("nb_pageviews",),
                "engagement_seconds": ("sum_visit_length",),
                "conversions": ("nb_conversions", "nb_visits_converted", "goals_idgoal=*_nb_conversions"),
                "revenue": ("revenue", "goals_idgoal=*_revenue"),
            },
        ),
        Wording(
            language="EN",
            decimal=".",
            day_first=None,
            columns={
                "date": ("Date",),
                "label": ("Label",),
                "visits": ("Visits",),
                "users": ("Unique visitors", "Daily unique visitors"),
                "actions": ("Actions",),
                "bounces": ("Bounces",),
                "conversions": ("Conversions", "Visits with Conversions"),
                "revenue": ("Revenue",),
            },
        ),
        Wording(
            language="FR",
            decimal=",",
            day_first=None,
            columns={
                "date": ("Date",),
                "label": ("Libellé", "Étiquette"),
                "visits": ("Visites",),
                "users": ("Visiteurs uniques", "Visiteurs uniques (quotidien)"),
                "actions": ("Actions",),
                "bounces": ("Rebonds",),
                "conversions": ("Conversions", "Visites avec Conversions"),
                "revenue": ("Revenu", "Revenus"),
            },
        ),
    ),
)
