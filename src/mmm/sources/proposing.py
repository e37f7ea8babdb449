"""What an unknown file probably holds: a content, and which of its columns is which of ours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from mmm.sources import dates, numbers
from mmm.sources.contents import Column, columns_of_content
from mmm.sources.dialects import DIALECTS, plain, unbroken
from mmm.sources.raw import Raw

PROPOSED = (
    *("media", "plan", "outcome", "funnel", "control"),
    *("seo", "web", "deals", "contracts", "transactions", "journeys", "fees", "nps"),
)
_WORDS: Mapping[str, str] = {
    "date": "date,by day,par jour,jour,day,semaine,week,mois,month,periode,period,date de debut,date debut,"
    "debut,start,start date,horodatage,timestamp,semaine du,week of,date d'achat,order date,"
    "date de commande",
    "date_end": "fin,end,date de fin,date fin,end date,resiliation,date de resiliation,cancellation date,"
    "fin de contrat,contract end,termine le,ended",
    "campaign": "campagne,campaign,nom campagne,campaign name,nom de la campagne,operation,libelle campagne",
    "spend": "depense,depenses,spend,spent,cost,cout,couts,investissement,investissement net,"
    "montant investi,amount spent,montant depense,budget depense,media cost,cout media,"
    "achat media,depenses media,total spend,net cost,spend eur,depense ht,depenses ht,"
    "investissement brut,cout total",
    "impressions": "impressions,impr,affichages,vues,views,envois,sends,imps,nb impressions,diffusions",
    "clicks": "clics,clicks,link clicks,clics sur le lien,nb clics,click",
    "conversions": "conversions,conv,resultats,results,achats,purchases,leads,ventes attribuees,conversion",
    "conversion_value": "valeur de conversion,valeur des conversions,conversion value,conv value,revenue,"
    "revenu,chiffre d'affaires attribue,ca attribue",
    "currency": "devise,currency,code devise,currency code,monnaie",
    "channel": "canal,channel,levier,media,support,source",
    "budget": "budget,budgets,budget prevu,prevu,prevision,depense prevue,plan,planned,planned spend,"
    "budget media",
    "leads": "leads,lead,prospects,contacts",
    "mql": "mql,mqls",
    "sql": "sql,sqls",
    "sales": "ventes,sales,commandes,orders,clients,premieres commandes",
    "new_customers": "nouveaux clients,new customers,nouveaux acheteurs,clients acquis,acquisitions",
    "price_index": "indice prix,indice de prix,price index,prix moyen,average price",
    "label": "canal,channel,source,origine,origin,source / medium,referrer,page,groupe de canaux,label,"
    "libelle,provenance,requete,requetes,query,queries,top queries,requetes les plus frequentes",
    "visits": "visites,visits,sessions,nb visites",
    "users": "utilisateurs,users,visiteurs,visitors,visiteurs uniques",
    "revenue": "revenu,revenue,revenus,chiffre d'affaires,ca,total revenue",
    "customer": "client,customer,id client,customer id,client id,numero client,code client,user id",
    "amount": "montant,amount,mensualite,monthly fee,monthly amount,mrr,abonnement,total,valeur,"
    "prix,price,value,montant ttc,montant ht,order value,panier,ca",
    "engaged_visits": "visites engagees,visites avec engagement,engaged visits,engaged sessions",
    "page_views": "pages vues,page views,pageviews,vues",
    "engagement_seconds": "secondes engagement,duree d'engagement,engagement time,temps passe",
    "position": "position,position moyenne,average position,avg position,rang",
    "opens": "ouvertures,opens,ouvreurs,unique opens,ouvertures uniques",
    "engagements": "engagements,interactions,engagement,reactions",
    "kind": "type,nature,kind,poste",
    "stage": "etape,stage,phase,statut,status",
    "name": "nom,name,affaire,opportunite,opportunity,deal",
    "score": "note,score,nps,rating",
    "journey": "parcours,journey,visitor,visiteur,user,utilisateur,cookie",
    "converted": "conversion,converted,converti,achat",
    "value": "valeur,value,revenu,montant",
}
_CALLED = {("plan", "spend"): "budget"}
"""Columns that one content calls otherwise: whose words they go by."""
_CLOSE = 0.84
"""Likeness from which two names are spellings of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A content and columns that a person should confirm."""

    content: str
    columns: Mapping[str, str]
    """Our column: name in the file."""
    missing: tuple[str, ...]
    """Required columns for which nothing was found."""


def propose(connection: Any, raw: Raw) -> Proposal | None:
    """Propose what a file of no known tool holds; None when no content has two columns in it."""
    found = [_proposal(connection, raw, content) for content in PROPOSED]
    usable = [one for one in found if len(one.columns) >= 2]
    return max(usable, key=_plausible, default=None)


def _plausible(one: Proposal) -> tuple[bool, int, int]:
    required = [column.name for column in proposed_columns(one.content) if column.required]
    return not one.missing, len(set(required) & set(one.columns)), len(one.columns)


_DATE, _CHANNEL = Column(name="date", kind="date"), Column(name="channel", kind="text")
_FREE: Mapping[str, tuple[Column, ...]] = {
    "plan": (_DATE, _CHANNEL, Column(name="spend", kind="number")),
    "outcome": (
        _DATE,
        Column(name="revenue", kind="number", required=False),
        Column(name="new_customers", kind="number", required=False),
    ),
    "funnel": (
        _DATE,
        Column(name="visits", kind="number", required=False),
        Column(name="leads", kind="number"),
        *(Column(name=name, kind="number", required=False) for name in ("mql", "sql", "sales")),
    ),
    "control": (_DATE, Column(name="price_index", kind="number")),
    "journeys": (
        Column(name="journey", kind="text"),
        Column(name="date", kind="moment"),
        _CHANNEL,
        Column(name="converted", kind="number"),
        Column(name="value", kind="number", required=False),
        Column(name="campaign", kind="text", required=False),
    ),
}
"""Columns to look for where those of the content depend on the analysis."""


def proposed_columns(content: str) -> tuple[Column, ...]:
    """List the columns that a proposal of this content may hold."""
    if content == "media":
        channel = Column(name="channel", kind="text", required=False)
        return (*columns_of_content(content), channel)
    return _FREE.get(content) or columns_of_content(content)


def _proposal(connection: Any, raw: Raw, content: str) -> Proposal:
    wanted = {column.name: column for column in proposed_columns(content)}
    ranked = sorted(
        (
            (likeness, -at, ours, at)
            for ours in wanted
            for at, header in enumerate(raw.header)
            if (likeness := alike(_CALLED.get((content, ours), ours), header)) >= _CLOSE
        ),
        reverse=True,
    )
    chosen: dict[str, int] = {}
    for likeness, _, ours, at in ranked:
        if ours in chosen or at in chosen.values():
            continue
        is_named_so = likeness == 1.0 and wanted[ours].kind != "number"
        if not is_named_so and not _fits(connection, raw, wanted[ours], at):
            continue
        chosen[ours] = at
    return Proposal(
        content=content,
        columns={ours: raw.header[chosen[ours]] for ours in wanted if ours in chosen},
        missing=tuple(name for name, column in wanted.items() if column.required and name not in chosen),
    )


def alike(ours: str, header: str) -> float:
    """Say from 0 to 1 how much a header looks like a name of one of our columns."""
    shown = plain(unbroken(header)).replace("_", " ").replace("-", " ").strip()
    bare = shown.partition("(")[0].strip() or shown
    best = 0.0
    for name in _names(ours):
        if name in (shown, bare):
            return 1.0
        if abs(len(name) - len(bare)) <= 3 and len(name) > 4:
            best = max(best, SequenceMatcher(None, bare, name).ratio())
    return best if best < 1 else 0.99


def closest_header(ours: str, header: Sequence[str]) -> str | None:
    """Give the column of a file that probably is one of ours, whatever it is called."""
    ranked = sorted(((alike(ours, name), -at, name) for at, name in enumerate(header) if name), reverse=True)
    return ranked[0][2] if ranked and ranked[0][0] >= _CLOSE else None


@cache
def _names(ours: str) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys([plain(ours).replace("_", " "), *_WORDS.get(ours, "").split(","), *_of_tools(ours)])
    )


def _of_tools(ours: str) -> Iterator[str]:
    for dialect in DIALECTS:
        for wording in dialect.wordings:
            yield from (plain(name).replace("_", " ") for name in wording.columns.get(ours, ()))


def _fits(connection: Any, raw: Raw, column: Column, at: int) -> bool:
    """Tell whether most filled cells of a column can be what ours is."""
    if column.kind == "text" or raw.types[at] != "VARCHAR":
        return True
    cell = f"c{at}"
    if column.kind == "number":
        reads = f"regexp_matches({cell}, '^[^A-Za-z]*[0-9][^A-Za-z]*( ?[A-Z]{{3}})?$')"
    else:
        reads = " OR ".join(
            f"({dates.date(cell, day_first=first, declared=None, frequency='weekly')}) IS NOT NULL"
            for first in (True, False)
        )
    filled, read = connection.execute(
        f"SELECT count(*), count(*) FILTER ({reads}) FROM (SELECT {cell} FROM {raw.relation} "
        f"WHERE NOT {numbers.is_missing(cell)} LIMIT 1000)"
    ).fetchall()[0]
    return bool(filled == 0 or read >= 0.5 * filled)
