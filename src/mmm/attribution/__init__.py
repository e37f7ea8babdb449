"""Journeys in the database, rules, Markov and Shapley, and their place beside the model."""

from mmm.attribution.bootstrap import share_intervals
from mmm.attribution.credit import first_touch, last_touch, linear, shapley
from mmm.attribution.markov import chain, conversion_rate, removal_effects, steps
from mmm.attribution.methods import METHODS, Credit, credits, shares_of
from mmm.attribution.paths import JourneyPaths, grouped_paths, journey_paths, read_paths
from mmm.attribution.tables import attribution_checks, attribution_table, attribution_tables
from mmm.attribution.triangulation import media_totals, triangulation_table

__all__ = [
    "METHODS",
    "Credit",
    "JourneyPaths",
    "attribution_checks",
    "attribution_table",
    "attribution_tables",
    "chain",
    "conversion_rate",
    "credits",
    "first_touch",
    "grouped_paths",
    "journey_paths",
    "last_touch",
    "linear",
    "media_totals",
    "read_paths",
    "removal_effects",
    "shapley",
    "share_intervals",
    "shares_of",
    "steps",
    "triangulation_table",
]
