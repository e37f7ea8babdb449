"""A formula is an expression over columns and nothing else, and its database reaches nothing."""

import duckdb
import pyarrow as pa
import pytest

from mmm.steering.formulas import locked_database, parse_formula

ONE = "expected one SQL expression such as sum(clicks) / nullif(sum(impressions), 0)"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("sum(full_cost) / nullif(sum(new_customers), 0)", ("full_cost", "new_customers")),
        (
            "100.0 * (sum(promoters) - sum(detractors)) / nullif(sum(answers), 0)",
            ("promoters", "detractors", "answers"),
        ),
        ("sum(clicks) filter (impressions > 0) / sum(impressions)", ("clicks", "impressions")),
        ("case when sum(leads) > 0 then sum(spend) / sum(leads) end", ("leads", "spend")),
        ("max(1.0)", ()),
    ],
)
def test_expressions_over_columns_are_read(text, columns):
    assert set(parse_formula(text).columns) == set(columns)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ONE),
        ("sum(a); drop table facts", ONE),
        ("sum(a)) AS value FROM facts --", ONE),
        ("sum(a) /* hidden */", ONE),
        ("(select 1)", "found a subquery, expected columns, arithmetic and functions only"),
        ("sum(a) in (select 1)", "found a subquery, expected columns, arithmetic and functions only"),
        ("sum(a) over ()", "found a window, expected columns, arithmetic and functions only"),
        ("sum(columns(*))", "found a star, expected columns, arithmetic and functions only"),
        ("sum(read_text('/etc/passwd'))", "function read_text is not allowed, did you mean greatest?"),
        (
            "sum(getenv('HOME'))",
            "function getenv is not allowed, known: sum, avg, min, max, count and 7 more",
        ),
        ("sun(a)", "function sun is not allowed, did you mean sum?"),
        ("sum(facts.a)", "found facts.a, expected a column name alone"),
        ("a + b", "found no avg, count, max, min, sum: say how the periods are put together"),
    ],
)
def test_everything_else_is_refused_with_its_reason(text, sentence):
    with pytest.raises(ValueError) as refused:
        parse_formula(text)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("text", ["sum(sum(a))", "a / sum(a)", "sum(a, b)"])
def test_what_parses_and_cannot_be_computed_is_refused_too(text):
    with pytest.raises(ValueError, match="cannot be computed"):
        parse_formula(text)


@pytest.mark.parametrize("text", ["sum(a", "sum(a) as b", "1 +"])
def test_broken_sql_is_refused_with_the_parsers_words(text):
    with pytest.raises(ValueError, match="syntax error"):
        parse_formula(text)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_parquet('https://example.com/x.parquet')",
        "COPY facts TO '/tmp/mmm_leak.csv'",
        "ATTACH '/tmp/mmm_leak.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SELECT * FROM outside",
    ],
)
def test_the_database_of_formulas_reaches_nothing(statement):
    outside = pa.table({"a": [1.0]})
    connection = locked_database([("facts", outside)])
    with pytest.raises(duckdb.Error):
        connection.execute(statement)
    assert connection.execute("SELECT sum(a) FROM facts").fetchall() == [(1.0,)]
