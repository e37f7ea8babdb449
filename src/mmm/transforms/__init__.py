"""Carry-over, saturation and time bases: numeric functions with their derivatives."""

from mmm.transforms.adstock import (
    geometric_adstock,
    geometric_adstock_slope,
    half_life_of,
    half_life_periods,
    lag_weights,
    median_lag,
    retention_of_half_life,
    windowed_adstock,
)
from mmm.transforms.bases import (
    damped_line,
    fourier_basis,
    knot_steps,
    monthly_phase,
    trend_knots,
    weekday_basis,
    yearly_phase,
)
from mmm.transforms.families import ADSTOCKS, SATURATIONS, Adstock, Order, Saturation
from mmm.transforms.media import MediaCurves, carried, mean_reached, one_channel, reached, reached_slope
from mmm.transforms.saturation import (
    hill,
    hill_slope_in_pressure,
    hill_slopes_in_parameters,
    saturate,
    saturate_slope,
)

__all__ = [
    "ADSTOCKS",
    "SATURATIONS",
    "Adstock",
    "MediaCurves",
    "Order",
    "Saturation",
    "carried",
    "damped_line",
    "fourier_basis",
    "geometric_adstock",
    "geometric_adstock_slope",
    "half_life_of",
    "half_life_periods",
    "hill",
    "hill_slope_in_pressure",
    "hill_slopes_in_parameters",
    "knot_steps",
    "lag_weights",
    "mean_reached",
    "median_lag",
    "monthly_phase",
    "one_channel",
    "reached",
    "reached_slope",
    "retention_of_half_life",
    "saturate",
    "saturate_slope",
    "trend_knots",
    "weekday_basis",
    "windowed_adstock",
    "yearly_phase",
]
