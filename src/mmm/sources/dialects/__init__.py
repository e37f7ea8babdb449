"""Export dialects: one module per tool, each a record that the shared reader follows."""

from mmm.sources.dialects.crm import HUBSPOT, SALESFORCE
from mmm.sources.dialects.dialect import Dialect, Recognised, Wording, plain, recognise, unbroken
from mmm.sources.dialects.ga4 import GA4, GA4_BIGQUERY
from mmm.sources.dialects.google_ads import GOOGLE_ADS
from mmm.sources.dialects.linkedin_ads import LINKEDIN_ADS
from mmm.sources.dialects.matomo import MATOMO
from mmm.sources.dialects.meta_ads import META_ADS
from mmm.sources.dialects.microsoft_ads import MICROSOFT_ADS

DIALECTS: tuple[Dialect, ...] = (
    GOOGLE_ADS,
    META_ADS,
    LINKEDIN_ADS,
    MICROSOFT_ADS,
    GA4,
    GA4_BIGQUERY,
    MATOMO,
    HUBSPOT,
    SALESFORCE,
)

__all__ = ["DIALECTS", "Dialect", "Recognised", "Wording", "plain", "recognise", "unbroken"]
