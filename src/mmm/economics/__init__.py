"""ROMI, CAC, LTV/CAC, payback, discounting: one short function each."""

from mmm.economics.ratios import cac, ltv_cac, marginal_romi, return_on_cost, romi
from mmm.economics.timing import MONTHS_PER_YEAR, discount_factor, payback_draws, payback_months

__all__ = [
    "MONTHS_PER_YEAR",
    "cac",
    "discount_factor",
    "ltv_cac",
    "marginal_romi",
    "payback_draws",
    "payback_months",
    "return_on_cost",
    "romi",
]
