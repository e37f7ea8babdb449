"""Rules on the data, the findings they give, and the gate that fatal ones close."""

from mmm.quality.campaign_parts import campaign_parts
from mmm.quality.checking import check_sources, fix_plan, gate
from mmm.quality.periods import Periods, periods
from mmm.quality.source_map import quality_score, source_map

__all__ = [
    "Periods",
    "campaign_parts",
    "check_sources",
    "fix_plan",
    "gate",
    "periods",
    "quality_score",
    "source_map",
]
