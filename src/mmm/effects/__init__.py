"""From posterior draws to contributions, ROMI, response curves, forecast and waterfall."""

from mmm.effects.acquisition import incremental_customers, marginal_customers
from mmm.effects.change import waterfall, windows
from mmm.effects.contributions import channel_contributions, contributions, contributions_table
from mmm.effects.curves import response_curves
from mmm.effects.draws import MediaDraws, media_draws
from mmm.effects.forecast import Expectation, fit_table, fitted, forecast, forecast_table
from mmm.effects.learning import collinear_groups, correlations, overlap, prior_shares
from mmm.effects.parameters import parameters_table
from mmm.effects.returns import ReturnDraws, margin_of_next_euro, return_draws, value_per_unit
from mmm.effects.summary import channel_summary
from mmm.effects.tables import effect_tables

__all__ = [
    "Expectation",
    "MediaDraws",
    "ReturnDraws",
    "channel_contributions",
    "channel_summary",
    "collinear_groups",
    "contributions",
    "contributions_table",
    "correlations",
    "effect_tables",
    "fit_table",
    "fitted",
    "forecast",
    "forecast_table",
    "incremental_customers",
    "margin_of_next_euro",
    "marginal_customers",
    "media_draws",
    "overlap",
    "parameters_table",
    "prior_shares",
    "response_curves",
    "return_draws",
    "value_per_unit",
    "waterfall",
    "windows",
]
