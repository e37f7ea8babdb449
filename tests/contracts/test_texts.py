"""Both languages say the same things with the same figures."""

import re
from string import Formatter

import pytest

from mmm.texts import keys, say
from mmm.texts.catalogue import _formats, sentence

KEYS = sorted(set(keys("fr")) | set(keys("en")))


def placeholders(key, language):
    return {
        (name, spec) for _, name, spec, _ in Formatter().parse(sentence(key, language)) if name is not None
    }


def test_both_languages_have_the_same_keys():
    assert sorted(keys("fr")) == sorted(keys("en"))


@pytest.mark.parametrize("key", KEYS)
def test_both_languages_quote_the_same_figures(key):
    assert {name for name, _ in placeholders(key, "fr")} == {name for name, _ in placeholders(key, "en")}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("key", KEYS)
def test_every_format_is_one_that_exists(key, language):
    known = _formats("fr", "EUR")
    assert {spec for _, spec in placeholders(key, language) if spec} <= set(known)


@pytest.mark.parametrize("key", KEYS)
def test_french_sentences_keep_french_typography(key):
    words = re.sub(r"\{[^}]*\}", "", sentence(key, "fr"))
    assert not re.search(r"[^\s ][;!?]", words), f"a space is missing before ; ! or ?: {words}"


def test_a_sentence_is_formatted_for_its_reader():
    figures = {"gain": 12345.6, "lower": -300.0, "upper": 20000.0, "p_gain": 0.815}
    assert say("run.reallocation", "en", "EUR", **figures) == (
        "Reallocating the next plan: +€12.3k of margin (−€300 to +€20.0k); chance that it pays: 82%."
    )
    assert say("run.reallocation", "fr", "EUR", **figures) == (
        "Réallouer le prochain plan : +12,3\u00a0k€ de marge (−300\u00a0€ à +20,0\u00a0k€) ; "
        "probabilité que cela paie : 82\u202f%."
    )
