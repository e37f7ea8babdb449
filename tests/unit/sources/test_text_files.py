"""Plain text files in the ways that people and spreadsheets write them.

Evidence: each file is written here, so what it says is known.
"""

from pathlib import Path

import pandas as pd
import pytest

from mmm.errors import UserInputError
from mmm.sources import read_sources


@pytest.fixture
def read(make_params, tmp_path: Path):
    """Read one media file of the channel tv."""

    def read_one(content: str | bytes, name: str = "tv.csv", **declared):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        source = {"content": "media", "path": name, "channel": "tv", **declared}
        return read_sources(make_params({"tv": source}))["tv"]

    return read_one


def days(table) -> list[str]:
    return [str(day.date()) for day in table.to_pandas()["date"]]


FRENCH = {"columns": {"date": "semaine", "spend": "dépense"}}


@pytest.mark.parametrize(
    ("codec", "label"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 with BOM"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("cp1252", "Windows-1252"),
    ],
)
@pytest.mark.parametrize(("mark", "word"), [(";", "semicolon"), ("\t", "tab"), ("|", "bar")])
def test_encoding_and_delimiter_are_found(read, codec, label, mark, word):
    text = f"semaine{mark}dépense\r\n2026-09-07{mark}1\u00a0234,50\r\n2026-09-14{mark}8,25\r\n"
    table = read(text.encode(codec), **FRENCH)
    assert table.to_pandas()["spend"].tolist() == [1234.5, 8.25]
    assert table.dialect == f"CSV, {label}, {word}, decimal comma"


def test_bytes_that_windows_1252_lacks_are_latin_1(read):
    table = read("semaine;dépense;note\n2026-09-07;1,5;\x81\n".encode("latin-1"), **FRENCH)
    assert table.dialect.startswith("CSV, Latin-1, semicolon")


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1 234,5", "0,25"], [1234.5, 0.25]),
        (["1.234,50", "12.345.678,9"], [1234.5, 12345678.9]),
        (["1,234.50", "12,345,678"], [1234.5, 12345678.0]),
        (["1'234.5", "2"], [1234.5, 2.0]),
        (["1234.5", "1e3"], [1234.5, 1000.0]),
        (["1,234", "1,2"], [1.234, 1.2]),
        (["1,234", "1.5"], [1234.0, 1.5]),
        (["1\u202f234", "7"], [1234.0, 7.0]),
        (["0,123", "0,456"], [0.123, 0.456]),
        (["--", "-", "", "3"], [None, None, None, 3.0]),
    ],
)
def test_numbers_are_read_on_the_evidence_of_their_column(read, cells, numbers):
    rows = "".join(f"2026-09-{7 + at:02d};{cell}\n" for at, cell in enumerate(cells))
    table = read(f"date;spend\n{rows}")
    found = table.to_pandas()["spend"]
    assert [None if pd.isna(value) else value for value in found] == numbers
    assert table.faults.empty


def test_a_number_that_nothing_decides_is_refused(read, tmp_path):
    with pytest.raises(UserInputError) as refused:
        read("date;spend\n2026-09-07;1,234\n2026-09-14;5,678\n")
    assert str(refused.value) == (
        f"{tmp_path / 'params.yaml'}: 1 problem\n"
        '  - sources.tv (tv.csv): column spend: "1,234" may be read with or without decimals: '
        'add `decimal: ","` or `decimal: "."` to the source'
    )


@pytest.mark.parametrize(("mark", "first"), [(",", 1.234), (".", 1234.0)])
def test_the_declared_decimal_mark_decides(read, mark, first):
    table = read("date;spend\n2026-09-07;1,234\n", decimal=mark)
    assert table.to_pandas()["spend"].tolist() == [first]


def test_numbers_that_are_none_become_faults_with_their_line(read):
    table = read(
        "date;spend\n2026-09-07;12 34\n2026-09-14;n.c.\n2026-09-21;5 $\n2026-09-21;6 €\n2026-09-21;7 €\n"
    )
    assert table.to_pandas()["spend"].fillna(-1).tolist() == [-1, -1, -1, 6, 7]
    assert table.faults[["row", "column", "kind", "value"]].to_numpy().tolist() == [
        [2, "spend", "not_a_number", "12 34"],
        [3, "spend", "not_a_number", "n.c."],
        [4, "spend", "not_a_number", "5 $"],
    ]


@pytest.mark.parametrize(
    ("cells", "read_as"),
    [
        (["2026-09-07", "2026-9-14"], ["2026-09-07", "2026-09-14"]),
        (["2026-09-07 00:00:00", "2026-09-14T10:30:00"], ["2026-09-07", "2026-09-14"]),
        (["20260907", "20260914"], ["2026-09-07", "2026-09-14"]),
        (["07/09/2026", "14/09/2026"], ["2026-09-07", "2026-09-14"]),
        (["9/7/2026", "9/14/2026"], ["2026-09-07", "2026-09-14"]),
        (["07.09.2026", "08.09.2026"], ["2026-09-07", "2026-09-08"]),
        (["2026-09", "2026-10"], ["2026-09-01", "2026-10-01"]),
    ],
)
def test_dates_are_read_on_the_evidence_of_their_column(read, cells, read_as):
    table = read("date;spend\n" + "".join(f"{cell};1\n" for cell in cells))
    assert days(table) == read_as
    assert table.faults.empty


def test_twelve_decides_nothing(read):
    with pytest.raises(UserInputError, match="may be day/month or month/day"):
        read("date;spend\n12/09/2026;1\n08/12/2026;2\n")


def test_an_ambiguous_day_and_month_is_refused(read, tmp_path):
    with pytest.raises(UserInputError) as refused:
        read("date;spend\n07/09/2026;1\n08/09/2026;2\n")
    assert str(refused.value) == (
        f"{tmp_path / 'params.yaml'}: 1 problem\n"
        '  - sources.tv (tv.csv): column date: "07/09/2026" may be day/month or month/day and no date of '
        'the file decides: add `date_format: "%d/%m/%Y"` or `"%m/%d/%Y"` to the source'
    )


@pytest.mark.parametrize(
    ("above", "cells", "read_as"),
    [
        ("Du 1 sept. 2026 au 30 sept. 2026", ["07/09/2026", "08/09/2026"], ["2026-09-07", "2026-09-08"]),
        ("September 1, 2026 - September 30, 2026", ["9/7/2026", "9/8/2026"], ["2026-09-07", "2026-09-08"]),
        ("Période : 2026-07-01 - 2026-09-30", ["07/09/2026", "08/09/2026"], ["2026-07-09", "2026-08-09"]),
    ],
)
def test_the_range_of_the_title_lines_decides_and_is_quoted(read, above, cells, read_as):
    rows = "".join(f"{cell};1\n" for cell in cells)
    if read_as[0] == "2026-07-09":
        with pytest.raises(UserInputError, match="may be day/month or month/day"):
            read(f"{above}\ndate;spend\n{rows}")  # both readings are within the range
        return
    table = read(f"{above}\ndate;spend\n{rows}")
    assert days(table) == read_as
    assert f'title line "{above}"' in table.dialect


def test_when_the_file_was_made_decides_nothing(read):
    with pytest.raises(UserInputError, match="may be day/month or month/day"):
        read("Generated September 7, 2026 - September 8, 2026\ndate;spend\n07/09/2026;1\n")


def test_another_date_of_the_same_rows_decides(read):
    table = read("date;date_end;spend\n07/09/2026;2026-09-07;1\n08/09/2026;2026-09-08;2\n")
    assert days(table) == ["2026-09-07", "2026-09-08"]
    assert "dates day/month (as column date_end says in the same rows)" in table.dialect


def test_signs_of_currency_and_per_cent_are_read(read):
    table = read("date;spend;impressions\n2026-09-07;1 234,56 €;62,5 %\n2026-09-14;€ 2;5\n")
    rows = table.to_pandas()
    assert rows["spend"].tolist() == [1234.56, 2.0]
    assert rows["impressions"].tolist() == [0.625, 5.0]
    assert set(rows["currency"]) == {"EUR"}


def test_a_dollar_of_no_country_is_refused(read):
    with pytest.raises(UserInputError, match=r"amounts carry \$, .*: add `currency: USD`"):
        read("date;spend\n2026-09-07;$5.25\n")
    assert read("date;spend\n2026-09-07;$5.25\n", currency="CAD").to_pandas()["currency"].tolist() == ["CAD"]


def test_the_declared_date_format_decides(read):
    table = read("date;spend\n07/09/2026;1\n08/09/2026;2\n", date_format="%d/%m/%Y")
    assert days(table) == ["2026-09-07", "2026-09-08"]


def test_both_orders_in_one_column_are_refused(read):
    with pytest.raises(UserInputError, match="1 dates such as 31/01/2026 and 1 such as 01/31/2026"):
        read("date;spend\n31/01/2026;1\n01/31/2026;2\n")


def test_dates_that_are_none_become_faults(read):
    table = read("date;spend\n2026-02-30;1\nhier;2\n46272;3\n2026-09-07;4\n")
    assert table.faults[["row", "kind", "value"]].to_numpy().tolist() == [
        [2, "not_a_date", "2026-02-30"],
        [3, "not_a_date", "hier"],
        [4, "excel_serial_date", "46272"],
    ]


def test_title_lines_totals_and_empty_rows_are_left_out_and_said(read):
    table = read(
        "Suivi TV 2026;;\nExtrait le 28/09/2026;;\n\nsemaine;support;dépense\n"
        "2026-09-07;TF1;10,5\n2026-09-14;M6;20,0\n;;\nTotal;;30,5\n",
        **FRENCH,
    )
    assert table.dialect == "CSV, UTF-8, semicolon, 3 title lines, decimal comma, 1 total row left out"
    assert table.to_pandas()["row"].tolist() == [5, 6]
    assert table.totals[["row", "label", "value"]].to_numpy().tolist() == [[8, "Total", 30.5]]


def test_a_total_label_beside_a_date_is_data(read):
    table = read("campaign;date;spend\nTotal Energies;2026-09-07;1\nTotal;;1\n")
    assert table.to_pandas()["campaign"].tolist() == ["Total Energies"]


def test_rows_keep_the_line_of_the_file_across_blank_lines_and_quoted_breaks(read):
    table = read('date,campaign,spend\n2026-09-07,a,1\n\n2026-09-08,b,2\n\n\n2026-09-09,"c, d",3\n')
    assert table.to_pandas()[["row", "campaign"]].to_numpy().tolist() == [[2, "a"], [4, "b"], [7, "c, d"]]
    assert read('date,campaign,spend\n2026-09-07,"a\nb",1\n').to_pandas()["campaign"].tolist() == ["a\nb"]


def test_a_row_with_too_many_cells_is_refused_with_its_line(read, tmp_path):
    with pytest.raises(UserInputError) as refused:
        read("date,spend\n2026-09-07,1\n2026-09-14,1,5\n")
    assert str(refused.value) == (
        f"{tmp_path / 'params.yaml'}: 1 problem\n"
        "  - sources.tv (tv.csv): line 3: found 3 cells, expected 2 as in the header: "
        "put quotes around the cell that holds a comma"
    )


def test_a_file_that_is_not_in_the_declared_encoding_is_refused(read, tmp_path):
    with pytest.raises(UserInputError) as refused:
        read("semaine;dépense\n2026-09-07;1,5\n".encode("cp1252"), encoding="utf-8", **FRENCH)
    assert str(refused.value) == (
        f"{tmp_path / 'params.yaml'}: 1 problem\n"
        "  - sources.tv (tv.csv): line 1 is not utf-8, which `encoding` declares, found probably "
        "Windows-1252: leave `encoding` out, or save the file as declared"
    )


def test_a_file_without_data_gives_an_empty_table(read):
    assert read("date;spend\n").to_pandas().empty


def test_an_empty_file_is_refused(read):
    with pytest.raises(UserInputError, match="the file is empty or is not a table"):
        read("")


def test_a_compressed_file_is_read(read, tmp_path):
    import gzip

    table = read(gzip.compress(b"date,spend\n2026-09-07,1.5\n"), name="tv.csv.gz")
    assert table.to_pandas()["spend"].tolist() == [1.5]
