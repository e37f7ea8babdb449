"""Scores from run to run. Evidence: tables written here."""

import pandas as pd

from mmm.runs import quality_history


def test_scores_are_a_row_per_run_and_a_column_per_source(tmp_path):
    for run, scores in {"20260101-001": [1.0], "20260201-001.failed": [0.5], "draft": [0.1]}.items():
        (tmp_path / run / "tables").mkdir(parents=True)
        table = pd.DataFrame({"source": ["tv"], "score": scores})
        table.to_parquet(tmp_path / run / "tables" / "quality_score.parquet")
    history = quality_history(tmp_path)
    assert history["tv"].to_dict() == {"20260101-001": 1.0, "20260201-001.failed": 0.5}
    assert quality_history(tmp_path / "nowhere").empty
