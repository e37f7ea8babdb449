"""CRM exports: HubSpot deals and Salesforce opportunities, English and French.

HubSpot writes plain tables. Salesforce writes dates as its user sees them and ends
with a count, a confidentiality line and a copyright line.
"""

import re

from mmm.sources.dialects.dialect import Dialect, Wording

HUBSPOT = Dialect(
    name="hubspot",
    label="HubSpot",
    content="deals",
    signature=(("name", "stage", "amount"), ("deal", "stage", "amount")),
    wordings=(
        Wording(
            language="EN",
            decimal=".",
            day_first=None,
            columns={
                "deal": ("Record ID", "Deal ID"),
                "name": ("Deal Name",),
                "stage": ("Deal Stage",),
                "amount": ("Amount", "Amount in company currency"),
                "date": ("Create Date",),
                "date_close": ("Close Date",),
                "origin": ("Original Source", "Original Source Type", "Original Traffic Source"),
                "owner": ("Deal owner",),
                "account": ("Associated Company", "Associated Company (Primary)"),
                "currency": ("Currency",),
            },
        ),
        Wording(
            language="FR",
            decimal=".",
            day_first=None,
            columns={
                "deal": ("ID de fiche d'informations", "ID de la transaction"),
                "name": ("Nom de la transaction",),
                "stage": ("Phase de la transaction",),
                "amount": ("Montant", "Montant dans la devise de l'entreprise"),
                "date": ("Date de création",),
                "date_close": ("Date de fermeture",),
                "origin": ("Source d'origine", "Source du trafic d'origine"),
                "owner": ("Propriétaire de la transaction",),
                "account": ("Associated Company (Primary)", "Entreprise associée", "Associated Company"),
                "currency": ("Devise",),
            },
        ),
    ),
)

SALESFORCE = Dialect(
    name="salesforce",
    label="Salesforce",
    content="deals",
    signature=(("name", "stage", "amount"), ("name", "stage", "date_close")),
    left_out=re.compile(
        r"(?i)(grand totals?|totaux g[ée]n[ée]raux|total g[ée]n[ée]ral)\b.*|tota(l|ux)( \(.*\))?"
    ),
    wordings=(
        Wording(
            language="EN",
            decimal=".",
            day_first=None,
            columns={
                "deal": ("Opportunity ID",),
                "name": ("Opportunity Name",),
                "stage": ("Stage",),
                "amount": ("Amount", "Amount (converted)"),
                "date": ("Created Date",),
                "date_close": ("Close Date",),
                "origin": ("Lead Source",),
                "owner": ("Opportunity Owner", "Owner"),
                "account": ("Account Name",),
                "currency": ("Currency", "Amount Currency", "Opportunity Currency"),
            },
        ),
        Wording(
            language="FR",
            decimal=",",
            day_first=True,
            columns={
                "deal": ("ID de l'opportunité",),
                "name": ("Nom de l'opportunité",),
                "stage": ("Étape",),
                "amount": ("Montant", "Montant (converti)"),
                "date": ("Date de création",),
                "date_close": ("Date de clôture",),
                "origin": ("Origine de la piste",),
                "owner": ("Propriétaire de l'opportunité",),
                "account": ("Nom du compte",),
                "currency": ("Devise", "Devise de l'opportunité"),
            },
        ),
    ),
)
