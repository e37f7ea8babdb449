"""Checks as a table; how one is worded is in `mmm.texts`."""

from collections.abc import Iterable
from dataclasses import asdict

import pandas as pd

from mmm.records import TABLES, CheckResult
from mmm.texts import result

__all__ = ["checks_table", "result"]


def checks_table(results: Iterable[CheckResult]) -> pd.DataFrame:
    """Tabulate checks in the columns of a run folder."""
    return pd.DataFrame([asdict(check) for check in results], columns=list(TABLES["checks"]))
