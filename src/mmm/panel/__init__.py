"""Full cost, currencies, calendar and holidays: the panel that every later part works on."""

from mmm.panel.building import build_panel, build_plan
from mmm.panel.series import planned, targets
from mmm.quality.periods import Periods, periods

__all__ = ["Periods", "build_panel", "build_plan", "periods", "planned", "targets"]
