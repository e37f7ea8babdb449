"""Generated variants of every dialect are read as they were written, on evidence, or refused.

Evidence: each file is generated from known rows (`tests/generated_exports.py`).
"""

import pytest

from generated_exports import ENCODINGS, NUMBERS, TOOLS, generate
from mmm.sources import explain_file, read_sources

SEEDS = range(2)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.label.replace(" ", "_"))
def test_a_variant_is_read_as_it_was_written(tool, encoding, make_params, tmp_path):
    for seed in SEEDS:
        export = generate(tool, encoding, seed)
        path = tmp_path / f"export_{seed}.csv"
        path.write_bytes(export.content)
        explained = explain_file(path)
        assert not explained.problems, export.described
        assert explained.said.startswith(tool.label), export.described
        assert explained.content == tool.content
        source = {"content": tool.content, "path": path.name}
        source |= {"channel": "search"} if tool.content == "media" else {}
        table = read_sources(make_params({"file": source}))["file"]
        rows = table.to_pandas()
        assert table.faults.empty, export.described
        assert len(rows) == len(export.rows), export.described
        for column in tool.columns:
            expected = [row[column] for row in export.rows]
            if column in NUMBERS:
                assert rows[column].tolist() == pytest.approx(expected, abs=1e-9), export.described
            elif column == "date":
                assert [day.date() for day in rows["date"]] == expected, export.described
            else:
                assert rows[column].tolist() == expected, export.described
        assert (table.totals["row"].nunique() if len(table.totals) else 0) == export.totals, export.described
