"""Export dialects: one module per tool, each a record that the shared reader follows."""

from mmm.sources.dialects.dialect import Dialect, Recognised, Wording, recognise, unbroken
from mmm.sources.dialects.google_ads import GOOGLE_ADS
from mmm.sources.dialects.meta_ads import META_ADS

DIALECTS: tuple[Dialect, ...] = (GOOGLE_ADS, META_ADS)

__all__ = ["DIALECTS", "Dialect", "Recognised", "Wording", "recognise", "unbroken"]
