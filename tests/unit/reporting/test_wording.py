"""Words for uncertainty: the bands are the product's definition of them, typed here."""

import pytest

from mmm.reporting.wording import basis, chance, confidence, confidence_level, interval, value


@pytest.mark.parametrize(
    ("probability", "band"),
    [
        (1.0, "very_likely"), (0.95, "very_likely"), (0.9499, "likely"), (0.8, "likely"), (0.7999, "leaning"),
        (0.6, "leaning"), (0.5999, "undecided"), (0.4, "undecided"), (0.3999, "unlikely"), (0.0, "unlikely"),
    ],
)  # fmt: skip
def test_bands_of_confidence(probability, band):
    assert confidence_level(probability) == band


def test_confidence_is_said_with_its_probability(french, english):
    assert confidence(french, 0.82) == "probable (82\u202f%)"
    assert confidence(english, 0.82) == "likely (82%)"
    assert confidence(english, float("nan")) == "confidence unknown"


def test_a_share_of_draws_is_never_a_certainty(french, english):
    assert (chance(english, 1.0), chance(english, 0.0), chance(english, 0.5)) == ("> 99%", "< 1%", "50%")
    assert chance(french, 1.0) == "> 99\u202f%"
    assert chance(english, float("nan")) == "–"


def test_intervals_are_written_in_the_unit(french, english):
    assert interval(english, 41_000, 520_000) == "€41.0k to €520k"
    assert interval(french, -0.02, 0.5, "ratio") == "−0,02 à 0,50"
    assert interval(english, 0.16, 0.25, "share") == "16.0% to 25.0%"
    assert interval(english, float("nan"), 1.0) == ""


@pytest.mark.parametrize(
    ("figure", "unit", "written"),
    [
        (1234567.0, "money", "€1.23M"), (0.021, "share", "2.1%"), (0.44, "share", "44.0%"), (0.0032, "share", "0.32%"), (3.0, "ratio", "3.00"),
        (9_200_000.0, "count", "9.20 M"), (41.0, "score", "41 pts"), (9.4, "months", "9.4 months"),
        (float("nan"), "money", "–"),
    ],
)  # fmt: skip
def test_values_are_written_in_their_unit(english, figure, unit, written):
    assert value(english, figure, unit) == written


def test_the_basis_is_the_model_alone_until_an_experiment_is_there(english):
    assert basis(english) == "model only"
