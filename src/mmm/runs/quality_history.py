"""How the quality of each source moved from run to run."""

from pathlib import Path
from typing import TYPE_CHECKING

from mmm.runs.layout import RUN_ID

if TYPE_CHECKING:
    import pandas as pd


def quality_history(analysis: Path) -> "pd.DataFrame":
    """Give the score of each source (columns) in each kept run of an analysis (index), oldest first.

    Parameters
    ----------
    analysis
        Folder of the runs of one analysis; refused and failed runs count too, as they were scored.
    """
    import pandas as pd  # noqa: PLC0415

    found = {}
    for folder in sorted(analysis.iterdir()) if analysis.is_dir() else ():
        path = folder / "tables" / "quality_score.parquet"
        if RUN_ID.fullmatch(folder.name.removesuffix(".failed")) and path.exists():
            found[folder.name] = pd.read_parquet(path).set_index("source")["score"]
    return pd.DataFrame(found).T.rename_axis(index="run", columns="source")
