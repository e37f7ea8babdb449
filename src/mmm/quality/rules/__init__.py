"""The rules, one module per subject; a new one is a function and a line in its module's tuple."""

from mmm.quality.rule import Rule
from mmm.quality.rules.agreement import AGREEMENT_RULES
from mmm.quality.rules.calendar import CALENDAR_RULES
from mmm.quality.rules.cells import CELL_RULES
from mmm.quality.rules.coherence import COHERENCE_RULES
from mmm.quality.rules.customers import CUSTOMER_RULES
from mmm.quality.rules.extremes import EXTREME_RULES
from mmm.quality.rules.money import MONEY_RULES
from mmm.quality.rules.naming import NAMING_RULES
from mmm.quality.rules.rows import ROW_RULES
from mmm.quality.rules.units import UNIT_RULES

RULES: tuple[Rule, ...] = (
    *CELL_RULES,
    *CALENDAR_RULES,
    *MONEY_RULES,
    *NAMING_RULES,
    *UNIT_RULES,
    *COHERENCE_RULES,
    *AGREEMENT_RULES,
    *CUSTOMER_RULES,
    *EXTREME_RULES,
)

__all__ = ["ROW_RULES", "RULES"]
