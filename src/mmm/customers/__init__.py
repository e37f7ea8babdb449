"""RFM in the database, lifetime value with its uncertainty, cost of acquisition, and LTV/CAC."""

from mmm.customers.bgnbd import BgNbd, BgNbdDraws, draw_bgnbd, fit_bgnbd
from mmm.customers.cac import MIN_CELL, Acquisition, cac_table
from mmm.customers.expectations import (
    expected_purchases,
    expected_purchases_given,
    probability_active,
    purchase_probability,
)
from mmm.customers.gamma_gamma import GammaGamma, draw_mean_spend, expected_spend, fit_gamma_gamma
from mmm.customers.history import History, read_history
from mmm.customers.ltv import Everyone, Ltv, LtvTerms, average_ltv, draw_ltv, learn_from
from mmm.customers.money import exchange_rate, in_currency
from mmm.customers.patterns import (
    Cohort,
    PurchasePatterns,
    SpendPatterns,
    pooled,
    purchase_patterns,
    read_cohorts,
)
from mmm.customers.rfm import purchases, purchases_without_refunds, rfm
from mmm.customers.tables import CustomerTables, customer_tables, customers_table, ltv_by_channel

__all__ = [
    "MIN_CELL",
    "Acquisition",
    "BgNbd",
    "BgNbdDraws",
    "Cohort",
    "CustomerTables",
    "Everyone",
    "GammaGamma",
    "History",
    "Ltv",
    "LtvTerms",
    "PurchasePatterns",
    "SpendPatterns",
    "average_ltv",
    "cac_table",
    "customer_tables",
    "customers_table",
    "draw_bgnbd",
    "draw_ltv",
    "draw_mean_spend",
    "exchange_rate",
    "expected_purchases",
    "expected_purchases_given",
    "expected_spend",
    "fit_bgnbd",
    "fit_gamma_gamma",
    "in_currency",
    "learn_from",
    "ltv_by_channel",
    "pooled",
    "probability_active",
    "purchase_patterns",
    "purchase_probability",
    "purchases",
    "purchases_without_refunds",
    "read_cohorts",
    "read_history",
    "rfm",
]
