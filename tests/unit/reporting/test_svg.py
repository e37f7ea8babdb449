"""Drawings: text stays text, locales are the reader's, hatching is a pattern."""

from concurrent.futures import ThreadPoolExecutor

import altair as alt
import pandas as pd

from mmm.reporting.svg import chart_svg
from mmm.reporting.theme import HATCH


def drawn(language):
    table = pd.DataFrame({"period": pd.to_datetime(["2024-01-01", "2024-08-01"]), "value": [1234.5, 2600.0]})
    chart = (
        alt.Chart(table)
        .mark_area(color=HATCH)
        .encode(
            x=alt.X("period:T", axis=alt.Axis(format="%b %Y", values=table["period"].tolist())),
            y=alt.Y("value:Q", axis=alt.Axis(format=",.1f", values=[1234.5])),
        )
    )
    return chart_svg(chart, language, 'Sales "actual"')


def test_figures_and_months_are_written_as_the_reader_does():
    assert "1\u202f234,5" in drawn("fr")
    assert "août 2024" in drawn("fr")
    assert "1,234.5" in drawn("en")
    assert "Aug 2024" in drawn("en")


def test_hatching_is_a_pattern_with_an_id_of_its_own():
    html = drawn("en")
    assert HATCH not in html
    assert 'fill="url(#hatch-' in html
    assert html.count("<pattern") == 1


def test_a_drawing_is_an_image_with_a_name():
    assert drawn("en").startswith("<svg ")
    assert 'role="img" aria-label="Sales &#34;actual&#34;"' in drawn("en")


def test_drawings_made_by_two_threads_keep_their_own_rows():
    alone = {language: drawn(language) for language in ("fr", "en")}
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(drawn, ["fr", "en"] * 8))
    assert together == [alone["fr"], alone["en"]] * 8
    assert alt.data_transformers.active == "default"
