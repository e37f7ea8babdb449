"""Journeys in the database, rules, Markov and Shapley, and their place beside the model."""

from mmm.attribution.bootstrap import share_intervals
from mmm.attribution.campaigns import campaign_split
from mmm.attribution.credit import (
    first_touch,
    in_proportion,
    last_non_direct,
    last_touch,
    linear,
    position,
    shapley,
    time_decay,
)
from mmm.attribution.markov import (
    OrderFit,
    chain,
    choose_order,
    compare_orders,
    conversion_rate,
    removal_effects,
    steps,
)
from mmm.attribution.methods import METHODS, Credit, credits, markov_by_path, shares_of
from mmm.attribution.paths import (
    JourneyPaths,
    JourneyRules,
    decayed_shares,
    grouped_paths,
    journey_paths,
    read_paths,
)
from mmm.attribution.reconciliation import (
    Measurement,
    draw_biases,
    measurement,
    reconciliation_table,
)
from mmm.attribution.tables import attribution_checks, attribution_table, attribution_tables
from mmm.attribution.triangulation import media_totals, triangulation_table

__all__ = [
    "METHODS",
    "Credit",
    "JourneyPaths",
    "JourneyRules",
    "Measurement",
    "OrderFit",
    "attribution_checks",
    "attribution_table",
    "attribution_tables",
    "campaign_split",
    "chain",
    "choose_order",
    "compare_orders",
    "conversion_rate",
    "credits",
    "decayed_shares",
    "draw_biases",
    "first_touch",
    "grouped_paths",
    "in_proportion",
    "journey_paths",
    "last_non_direct",
    "last_touch",
    "linear",
    "markov_by_path",
    "measurement",
    "media_totals",
    "position",
    "read_paths",
    "reconciliation_table",
    "removal_effects",
    "shapley",
    "share_intervals",
    "shares_of",
    "steps",
    "time_decay",
    "triangulation_table",
]
