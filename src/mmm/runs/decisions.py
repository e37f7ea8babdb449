"""The registry of a reports folder, and what of it a run publishes."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mmm.records import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from mmm.registry import Registry

REGISTRY = "registry.db"
VARIABLE = "MMM_REGISTRY"


def open_analysis_registry(reports: Path) -> "Registry":
    """Open the registry named by MMM_REGISTRY, else the one in the reports folder."""
    from mmm.registry import open_registry  # noqa: PLC0415

    named = os.environ.get(VARIABLE)
    if named is None:
        reports.mkdir(parents=True, exist_ok=True)
    return open_registry(named or reports / REGISTRY)


def decisions_table(reports: Path, analysis: str) -> "pd.DataFrame":
    """Tabulate the decisions of an analysis, oldest first."""
    import pandas as pd  # noqa: PLC0415

    from mmm.registry import list_decisions  # noqa: PLC0415

    columns = TABLES["decisions"]
    found = list_decisions(open_analysis_registry(reports), analysis)
    rows = [[getattr(decision, name) for name in columns] for decision in found]
    table = pd.DataFrame(rows, columns=list(columns))
    return table.astype({"expected_gain": float})


def previous_alerts(reports: Path, analysis: str, published: Path | None) -> "pd.DataFrame | None":
    """Give the alerts of the published run, with the state that people gave them since."""
    import pandas as pd  # noqa: PLC0415

    from mmm.registry import with_states  # noqa: PLC0415

    path = published / "tables" / "alerts.parquet" if published else None
    if path is None or not path.exists():
        return None
    return with_states(pd.read_parquet(path), open_analysis_registry(reports), analysis)
