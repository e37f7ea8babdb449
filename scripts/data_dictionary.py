"""Write docs/data_dictionary.md from the tables' contract and the words below."""

import sys
from pathlib import Path

from mmm.records import TABLES

ROOT = Path(__file__).resolve().parents[1]

MEANING = {
    "findings": "Faults seen in the data, one per row.",
    "source_map": "Source map (cartographie des sources): what was read, from where, how fresh.",
    "campaign_parts": "Campaign names taken apart by the naming convention; `meant` is the name that was meant.",
    "quality_score": "Quality score per source.",
    "channel_summary": "What each channel cost and brought over the whole analysis.",
    "media_summary": "The same for all media together, by window.",
    "contributions": "What each component added to the outcome, per period.",
    "fit": "Outcome observed and predicted, per period.",
    "forecast": "Outcome predicted under the plan, per period.",
    "geo_returns": "What each channel brought in each geo and what it cost there; geo `all` is their sum.",
    "geo_forecast": "The KPI expected under the plan in each geo, with predictive intervals; no geo, no table.",
    "response_curves": "Contribution per period against spend per period.",
    "parameters": "Posterior of each model parameter, with convergence figures.",
    "prior_check": "What the beliefs imply before any fit, the worst first: p05 to p95 in the unit of the quantity.",
    "specifications": "Specifications fitted, with their weights and how far each is from their average.",
    "checks": "Every check that was made, passed or not.",
    "backtest": "Forecast of periods that the fit did not see.",
    "verdicts": "May we decide on this? One row per reason.",
    "waterfall": "What changed the outcome between two windows.",
    "allocation": "The budget plan: current and recommended spend over the horizon.",
    "allocation_summary": "The plan as a whole: gain, probability, bound and gap of the optimum.",
    "plans": "Recommended, current, equal and proportional plans compared.",
    "frontier": "Best result for other budgets.",
    "shadow_prices": "What one more euro in each constraint would bring.",
    "matrix": "Allocation matrix (matrice de répartition) by level, objective and channel.",
    "schedule": "When the recommended money is spent, by channel and period.",
    "allocation_by_geo": "Each channel's recommended total between geos, where `geography: chosen` asks for it. A gain"
    " is that of moving the geo from its share in the plan.",
    "schedule_by_geo": "When and where the recommended money is spent, where `geography: chosen` asks for it.",
    "optimum": "What each draw of the model alone would spend on every channel: how sure the best split is.",
    "value_of_information": "What testing each channel before deciding would be worth, best test first.",
    "customers": "Value of customers by acquisition channel.",
    "cac": "Acquisition cost and LTV/CAC by channel.",
    "cac_rules": "Cost of a new customer by channel under each way of crediting customers.",
    "cac_cohorts": "Paid acquisition cost by channel and quarter of first purchase.",
    "margin_curve": "Cumulated margin of a new customer less their cost, month by month.",
    "acquisition_value": "What acquisition brought over its cost, by channel, the worst first.",
    "customer_models": "Models of buying compared on purchases held out, the best forecast first.",
    "retention": "Contracts: share that renews, seen and expected, share still there, margin still to come.",
    "customer_calibration": "Purchases held out, made and expected per customer, by repeat purchases before.",
    "reconciliation": "Bias of journeys against model and experiments, and what to multiply journeys by.",
    "campaign_split": "The model's channel totals split over campaigns as journeys do.",
    "customer_checks": "What was checked on customers and their value.",
    "attribution": "Conversions credited to channels by each rule.",
    "triangulation": "Model, journeys and platforms side by side, as shares.",
    "kpis": "KPI values of the last window, against target.",
    "kpi_history": "KPI values per period.",
    "funnel": "Funnel volumes and rates.",
    "objectives": "SMART objectives with the chance of being reached.",
    "alerts": "Thresholds passed and abnormal variations, by money at stake.",
    "variance": "Gap between plan and actual, split by driver.",
    "targets": "Wanted outcomes by period, past and to come.",
    "pacing": "Spend to date against plan, and where it will land.",
    "campaigns": "Campaigns over the last window.",
    "decisions": "Decisions recorded so far, with the run they rest on.",
    "actions": "Action plan, with status computed from data.",
    "agenda": "Agenda of the next committee.",
}

COLUMNS = {
    "mean, p05, p50, p95 (also as endings)": "posterior mean, and the 5, 50 and 95 % points: a central 90 % interval",
    "p025, p10, p25, p75, p90, p975": "points of the predictive distribution",
    "outcome, geo, channel, period": "which outcome, geography (`all` is the total), channel and period (its first day)",
    "media_cost": "money paid to media",
    "full_cost": "media cost, commissions, fixed fees and tools; money",
    "contribution": "incremental outcome, in the outcome's unit",
    "share_of_kpi": "contribution / outcome observed, 0 to 1",
    "return, romi, mromi": "contribution value / full cost; the same minus 1; the same for the next euro",
    "cost_per_incremental": "full cost / contribution: for new customers, the incremental CAC; money",
    "prior_share": "how much of the answer is the prior: overlap of prior and posterior, 0 to 1",
    "group": "channels that the data cannot tell apart share a group",
    "component": "channel, or level, trend, season, holidays, events, controls",
    "severity": "fatal stops the run before any fit; warning; note",
    "row": "line in the file, as a person counts",
    "quantity, subject, value, lower, upper": "long tables: which figure, of what, with its interval where it has one",
    "p_gain": "probability that the gain is above zero, 0 to 1",
    "extrapolates": "the recommended spend is outside what was observed",
    "ltv, cac, ltv_cac": "discounted margin per new customer; cost per incremental new customer; their ratio; money, money, ratio",
    "cac_paid": "full cost / customers credited to the channel by the data; money",
    "p_above_3": "probability that LTV/CAC exceeds the golden ratio, 0 to 1",
    "payback_months": "first month in which cumulated margin covers the CAC",
    "weight, elpd": "share of a specification in the average, 0 to 1; sum of its log scores over held-out periods",
    "farthest_channel, farthest_change": "channel on which a specification is farthest from the average, by that share of it",
    "crps, naive, log_score": "error of the forecast in the outcome's unit; that of last year's value; log predictive density",
    "money_at_stake": "money per period that the variation represents",
    "people_days, tools": "person days declared for the channel; fixed fees and tools over the horizon, money",
    "evppi, evsi": "expected gain from knowing the channel's curve exactly, and from the test; money over the horizon",
    "net, worth_it": "evsi minus the test's cost; whether that is above zero (unknown without a cost)",
}


def data_dictionary() -> str:
    """Give the text of docs/data_dictionary.md."""
    lines = [
        "# Data dictionary",
        "",
        "Generated by `scripts/data_dictionary.py`. Each table is in `tables/` of a run,",
    ]
    lines += [
        "as CSV and Parquet. Shares are 0 to 1; money is in the analysis' currency.",
        "",
        "## Columns",
        "",
    ]
    lines += ["| column | meaning |", "|---|---|"]
    lines += [f"| {name} | {meaning} |" for name, meaning in COLUMNS.items()]
    lines += ["", "## Tables", "", "| table | holds | columns |", "|---|---|---|"]
    lines += [f"| {name} | {MEANING[name]} | {', '.join(columns)} |" for name, columns in TABLES.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "data_dictionary.md").write_text(data_dictionary(), encoding="utf-8")
    sys.exit(0)
