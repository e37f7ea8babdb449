"""A small analysis on disk, read by the real readers: 120 weeks, two channels, figures easy to add up."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from mmm.panel import build_panel, build_plan
from mmm.params import RunParams, read_params
from mmm.sources import SourceTable, read_sources

WEEKS = pd.date_range("2024-06-10", periods=120, freq="W-MON")
FUTURE = pd.date_range(WEEKS[-1] + pd.Timedelta(weeks=1), periods=13, freq="W-MON")
AS_OF = date(2026, 9, 28)

PARAMS = """
analysis: small
title: {fr: Petite, en: Small}
market: France
currency: EUR
calendar: {start: 2024-06-10, end: 2026-09-27}
sources:
  ads: {content: media, path: ads.csv}
  sales: {content: outcome, path: sales.csv}
  budget: {content: plan, path: budget.csv}
  targets: {content: target, path: targets.csv}
  funnel: {content: funnel, path: funnel.csv}
  nps: {content: nps, path: nps.csv}
channels:
  search: {label: {fr: Recherche, en: Search}, fee_rate: 0.1}
  tv: {label: {fr: Télévision, en: TV}}
outcomes:
  revenue: {label: {fr: Ventes, en: Revenue}, source: sales, column: revenue, margin_rate: 0.4}
  new_customers: {label: {fr: Nouveaux clients, en: New customers}, source: sales, column: new_customers, unit: count}
steering:
  kpis: kpis.yaml
  actions: actions.yaml
  objectives:
    cheaper_customers:
      label: {fr: Des clients moins chers, en: Cheaper customers}
      kpi: cac
      baseline: 40
      target: 30
      deadline: 2026-12-31
      owner: marketing
"""

KPIS = """
kpis:
  revenue:
    label: {fr: Chiffre d'affaires, en: Revenue}
    definition: {fr: Ventes HT, en: Sales without VAT}
    formula: sum(revenue)
    target: sum(revenue_target)
    unit: money
    direction: higher
    level: strategic
    is_financial: true
    owner: management
    source: {fr: Finance, en: Finance}
    money_per_unit: max(1.0)
    action: {fr: Lire l'écart, en: Read the gap}
  cac:
    label: {fr: CAC, en: CAC}
    definition: {fr: Coût complet par nouveau client, en: Full cost per new customer}
    formula: sum(full_cost) / nullif(sum(new_customers), 0)
    unit: money
    direction: lower
    level: strategic
    parent: revenue
    owner: finance
    source: {fr: Finance, en: Finance}
    target: 20
    thresholds: {warning: 25, critical: 60}
    money_per_unit: sum(new_customers)
    action: {fr: Arbitrer, en: Choose}
  mql_to_sql:
    label: {fr: MQL vers SQL, en: MQL to SQL}
    definition: {fr: SQL par MQL, en: SQL by MQL}
    formula: sum(sql) / nullif(sum(mql), 0)
    unit: share
    direction: higher
    level: tactical
    parent: revenue
    owner: sales
    source: {fr: CRM, en: CRM}
    action: {fr: Réunir, en: Meet}
  nps:
    label: {fr: NPS, en: NPS}
    definition: {fr: Promoteurs moins détracteurs, en: Promoters less detractors}
    formula: 100.0 * (sum(promoters) - sum(detractors)) / nullif(sum(nps_answers), 0)
    unit: score
    direction: higher
    level: strategic
    parent: revenue
    owner: management
    source: {fr: Enquête, en: Survey}
    action: {fr: Rappeler, en: Call back}
  cpc:
    label: {fr: CPC, en: CPC}
    definition: {fr: Dépense par clic, en: Spend per click}
    formula: sum(spend_with_clicks) / nullif(sum(clicks), 0)
    unit: money
    direction: lower
    level: operational
    parent: cac
    owner: agency
    source: {fr: Régie, en: Platform}
    money_per_unit: sum(clicks)
    action: {fr: Exclure, en: Exclude}
  romi:
    label: {fr: ROMI incrémental, en: Incremental ROMI}
    definition: {fr: (Ventes incrémentales − coût) / coût, en: (Incremental sales − cost) / cost}
    formula: sum(revenue_incremental) / sum(full_cost) - 1
    unit: ratio
    direction: higher
    level: strategic
    parent: revenue
    owner: marketing
    source: {fr: Modèle, en: Model}
    action: {fr: Déplacer, en: Move}
  orphan:
    label: {fr: Vues, en: Views}
    definition: {fr: Impressions, en: Impressions}
    formula: sum(impressions)
    unit: count
    direction: higher
    level: operational
    owner: agency
    source: {fr: Régie, en: Platform}
    action: {fr: Rien, en: Nothing}
"""

ACTIONS = """
actions:
  queries:
    activity: {fr: Trier les requêtes, en: Sort the queries}
    objective: {fr: Coût, en: Cost}
    kpi: cpc
    target: 0.9
    owner: agency
    start: 2026-07-06
    due: 2026-12-31
    where: {fr: Recherche, en: Search}
    how: {fr: Exclusions, en: Exclusions}
    why: {fr: Le clic coûte, en: Clicks cost}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a run holds when steering starts."""

    folder: Path
    params: RunParams
    tables: dict[str, SourceTable]
    panel: xr.Dataset
    plan: xr.Dataset | None
    run_tables: dict[str, pd.DataFrame]


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> World:
    """The small analysis, with contributions as a fit would publish them."""
    folder = tmp_path_factory.mktemp("small")
    write_world(folder)
    params = read_params(folder / "params.yaml")
    tables = read_sources(params)
    panel = build_panel(params, tables)
    plan = build_plan(params, tables, panel)
    run_tables = {"contributions": contributions(), "cac": customers()}
    return World(folder=folder, params=params, tables=tables, panel=panel, plan=plan, run_tables=run_tables)


def write_world(folder: Path) -> None:
    rng = np.random.default_rng(5)
    n_weeks = len(WEEKS)
    (folder / "params.yaml").write_text(PARAMS)
    (folder / "kpis.yaml").write_text(KPIS)
    (folder / "actions.yaml").write_text(ACTIONS)
    clicks = np.rint(1_000 * np.exp(rng.normal(0, 0.02, n_weeks)))
    clicks[-1] = 400  # planted: the cost of a click more than doubles in the last week
    search = pd.DataFrame(
        {
            "date": WEEKS,
            "channel": "search",
            "campaign": "generic",
            "spend": 1_000.0,
            "impressions": 50_000,
            "clicks": clicks,
        }
    )
    tv = pd.DataFrame({"date": WEEKS, "channel": "tv", "campaign": "brand", "spend": 2_000.0})
    pd.concat([search, tv]).to_csv(folder / "ads.csv", index=False)
    revenue = np.round(20_000 + rng.normal(0, 300, n_weeks), 2)
    sales = {"date": WEEKS, "revenue": revenue, "new_customers": 100}
    pd.DataFrame(sales).to_csv(folder / "sales.csv", index=False)
    weeks = WEEKS[-60:].append(FUTURE)
    budget = [
        pd.DataFrame({"date": weeks, "channel": channel, "spend": spend})
        for channel, spend in (("search", 800.0), ("tv", 2_000.0))
    ]
    pd.concat(budget).to_csv(folder / "budget.csv", index=False)
    pd.DataFrame({"date": weeks, "revenue": 21_000.0, "new_customers": 110}).to_csv(
        folder / "targets.csv", index=False
    )
    funnel = {"date": WEEKS, "visits": 10_000, "leads": 500, "mql": 200, "sql": 80, "sales": 20}
    pd.DataFrame(funnel).to_csv(folder / "funnel.csv", index=False)
    answered = WEEKS[:-3]  # planted: the survey stopped three weeks before the end
    scores = pd.DataFrame({"date": answered.repeat(5), "score": [10, 9, 8, 6, 2] * len(answered)})
    scores.to_csv(folder / "nps.csv", index=False)


def contributions() -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {"outcome": "revenue", "geo": "all", "period": WEEKS, "component": component,
             "mean": mean, "p05": mean * 0.5, "p50": mean, "p95": mean * 1.5}
        )
        for component, mean in (("search", 2_200.0), ("tv", 4_000.0), ("level", 14_000.0))
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def customers() -> pd.DataFrame:
    return pd.DataFrame(
        {"segment": ["all"], "channel": ["all"], "ltv_mean": [90.0], "ltv_p05": [80.0], "ltv_p95": [100.0]}
    )
