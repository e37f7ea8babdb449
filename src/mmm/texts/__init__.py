"""Every sentence a reader sees, in both languages, and figures in the reader's locale."""

from mmm.texts.catalogue import LANGUAGES, keys, say
from mmm.texts.checks import result
from mmm.texts.locale import Language, day, money, month, number, percent

__all__ = [
    "ANY",
    "LANGUAGES",
    "Language",
    "day",
    "keys",
    "money",
    "month",
    "number",
    "percent",
    "result",
    "say",
]
