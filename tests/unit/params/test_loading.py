"""Every problem of a params file in one message, with line and nearest name."""

from pathlib import Path

import pytest

from mmm.errors import UserInputError
from mmm.params import read_params, redacted_url, resolved_url

MINIMAL = """\
analysis: small
title: {fr: Petit, en: Small}
market: France
currency: EUR
calendar: {frequency: weekly, start: 2024-01-01, end: 2024-12-29}
sources:
  sales: {content: outcome, path: sales.csv}
  media: {content: media, path: media.csv, channel: tv}
channels:
  tv: {label: {fr: TV, en: TV}}
outcomes:
  revenue: {label: {fr: CA, en: Revenue}, source: sales, column: revenue}
"""


@pytest.fixture
def refused(tmp_path):
    def problems(text: str) -> tuple[str, ...]:
        file = tmp_path / "a.yaml"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(UserInputError) as caught:
            read_params(file)
        assert str(caught.value).startswith(f"{file}: {len(caught.value.problems)} problem")
        return caught.value.problems

    return problems


def test_a_minimal_file_is_enough(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text(MINIMAL, encoding="utf-8")
    params = read_params(file)
    assert (params.analysis, params.seed, params.customers) == ("small", 1, None)
    assert params.beside("sales.csv") == tmp_path / "sales.csv"


def test_a_misspelt_key_is_refused_with_its_likely_spelling(refused):
    assert refused(MINIMAL.replace("market:", "markt:")) == (
        "line 1, market: missing, a value is required",
        "line 3, markt: unknown key, did you mean market?",
    )


def test_every_problem_is_reported_at_once(refused):
    text = MINIMAL.replace("weekly", "weakly").replace("EUR", "euro").replace("channel: tv", "channel: tvv")
    text += "allocation: {outcome: revenu, bounds: {radio: {minimum: 5.0, maximum: 2.0}}}\n"
    assert refused(text) == (
        'line 4, currency: found the text "euro", expected a currency code such as EUR',
        'line 5, calendar.frequency: found the text "weakly", expected daily, weekly, monthly or annual',
        "line 8, sources.media.channel: tvv is not a declared channel, did you mean tv?",
        "line 13, allocation.outcome: revenu is not a declared outcome, did you mean revenue?",
        "line 13, allocation.bounds.radio: radio is not a declared channel, known: tv",
        "line 13, allocation.bounds.radio: minimum 5 is above maximum 2: lower one or raise the other",
    )


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("seed: yes", 'line 13, seed: found the text "yes", expected a whole number'),
        ("seed: 1.5", "line 13, seed: found 1.5, expected a whole number"),
        ("model: {controls: [price]}", "line 13, model.controls.0: price is not a declared column of a control source, known: "),
        ("model: {log_controls: [price]}", "line 13, model.log_controls.0: price is not a declared control of the model, known: "),
        ("model: {holidays: {lead_day: 3}}", "line 13, model.holidays.lead_day: unknown key, did you mean lead_days?"),
        ("model: {holidays: {lead_days: 60}}", "line 13, model.holidays.lead_days: found 60, input should be less than or equal to 28"),
        ("model: {media_share: {low: 0.1}}", "line 13, model.media_share: expected low and high together"),
        ("model: {media_share: {low: 0.1, high: 0.4, spread: 0.5}}",
         "line 13, model.media_share: expected either low and high, or median and spread"),
        ("model: {media_share: {low: 0.4, high: 0.1}}",
         "line 13, model.media_share: low is 0.4 and high 0.1, expected low below high"),
        ("naming: {pattern: '(', example: x}", "line 13, naming.pattern: not a regular expression: missing ), unterminated subpattern at position 0"),
        ("model:\n  events:\n    soldes: [{start: 2024-02-06, end: 2024-01-10}]",
         "line 15, model.events.soldes.0: ends on 2024-01-10, before it starts on 2024-02-06"),
        ("allocation: {outcome: revenue, geography: chosen}",
         "line 13, allocation.geography: found `chosen`, but the analysis declares no geos: leave it out, or declare `geos:`"),
        ("allocation: {outcome: revenue, round_to: .inf}", "line 13, allocation.round_to: found inf, input should be a finite number"),
    ],
)  # fmt: skip
def test_a_wrong_value_says_what_was_expected(refused, written, problem):
    assert refused(f"{MINIMAL}{written}\n") == (problem,)


@pytest.mark.parametrize(
    ("belief", "problem"),
    [
        ("prior: {kind: return}", "prior: expected a median, or low and high"),
        ("prior: {low: -1.0, high: 2.0}", "prior: low is -1, expected more than 0: where it may hurt, take kind: coefficient"),
        ("half_life: {unit: weeks}", "half_life: expected a median, or low and high"),
        ("half_life: {median: 2.0, unit: week}", 'half_life.unit: found the text "week", expected periods, days, weeks or months'),
        ("half_saturation: {median: 0.0}", "half_saturation.median: found 0.0, input should be greater than 0"),
    ],
)  # fmt: skip
def test_a_belief_that_says_too_little_or_too_much_is_refused(refused, belief, problem):
    text = MINIMAL.replace("tv: {", "tv: {" + belief + ", ", 1)
    assert [found.partition("channels.tv.")[2] for found in refused(text)] == [problem]


def test_beliefs_that_the_params_alone_contradict_are_refused_together(refused):
    beliefs = (
        "prior: {kind: contribution_share, low: 0.15, high: 0.6}, half_life: {median: 14.0, unit: months}"
    )
    assert refused(MINIMAL.replace("tv: {", "tv: {" + beliefs + ", ", 1)) == (
        "line 9, channels: contribution shares of tv add up to 0.30, model.media_share is 0.20 for all media: "
        "raise it or lower these priors",
        "line 10, channels.tv.half_life: 14 months, longer than the 364 days of the calendar: check its unit",
    )


def test_a_literal_password_is_refused_and_not_repeated(refused):
    url = "postgresql://anna:secret@db/sales"
    found = refused(MINIMAL.replace("path: media.csv", f"database: '{url}', table: media"))
    assert found == (
        "line 8, sources.media.database: found a password in the URL, expected ${NAME}: "
        "put the password in environment variable NAME",
    )


def test_a_duplicate_key_is_refused(refused):
    (problem,) = refused(MINIMAL + "market: Spain\n")
    assert "line 13" in problem
    assert "duplicate key" in problem


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"analysis: caf\xe9", "is not UTF-8"),
        (b"", "found nothing"),
        (b"- a", "found list"),
        (b"a: [", "not valid YAML"),
    ],
)
def test_what_is_not_yaml_is_refused_in_words(tmp_path, content, words):
    file = tmp_path / "a.yaml"
    file.write_bytes(content)
    with pytest.raises(UserInputError, match=words):
        read_params(file)


def test_a_missing_file_names_its_neighbours(tmp_path):
    (tmp_path / "other.yaml").write_text(MINIMAL, encoding="utf-8")
    with pytest.raises(UserInputError, match="no such file; files there: other.yaml"):
        read_params(tmp_path / "a.yaml")


def test_a_variable_that_is_not_set_is_named_without_a_value(monkeypatch):
    monkeypatch.delenv("SALES_PASSWORD", raising=False)
    url = "postgresql://anna:${SALES_PASSWORD}@db/sales"
    with pytest.raises(UserInputError, match="environment variable SALES_PASSWORD is not set"):
        resolved_url(url)
    monkeypatch.setenv("SALES_PASSWORD", "s3cret")
    assert resolved_url(url) == "postgresql://anna:s3cret@db/sales"
    assert "s3cret" not in redacted_url(resolved_url(url))


def test_the_schema_and_the_reader_agree_on_the_demo(root: Path):
    assert len(read_params(root / "params" / "demo.yaml").channels) == 8
