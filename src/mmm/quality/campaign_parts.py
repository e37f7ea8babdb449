"""Campaign names taken apart by the naming convention: what each part says, and the name that was meant."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from mmm.params import RunParams
from mmm.quality.rules.naming import suggested_name
from mmm.records import TABLES

if TYPE_CHECKING:
    from mmm.sources import SourceTable


def campaign_parts(params: RunParams, tables: "Mapping[str, SourceTable]") -> pd.DataFrame:
    """Give one row per campaign and part of the convention; empty without a convention.

    A name that breaks the convention is taken apart as the name that was probably
    meant, kept in `meant`; nothing is known of its parts when none is near.
    """
    columns = list(TABLES["campaign_parts"])
    if params.naming is None:
        return pd.DataFrame(columns=columns)
    pattern = re.compile(params.naming.pattern)
    names = _names(tables)
    correct = sorted({name for _, _, name in names if pattern.fullmatch(name)})
    rows = []
    for source, channel, name in names:
        follows = pattern.fullmatch(name) is not None
        meant = name if follows else suggested_name(name, correct, pattern)
        found = pattern.fullmatch(meant)
        for part in pattern.groupindex:
            value = found.group(part) if found else ""
            rows.append((source, channel, name, meant, part, value or "", follows))
    return pd.DataFrame(rows, columns=columns)


def _names(tables: "Mapping[str, SourceTable]") -> list[tuple[str, str, str]]:
    """Give source, channel and name of every campaign, in the order of the sources."""
    found: list[tuple[str, str, str]] = []
    for table in tables.values():
        if table.content == "media" and {"campaign", "channel"} <= set(table.columns):
            rows = table.select(
                "channel, campaign", "WHERE campaign IS NOT NULL GROUP BY ALL ORDER BY min(row), campaign"
            )
            found += [(table.name, str(channel), str(name)) for channel, name in rows.to_numpy().tolist()]
    return found
