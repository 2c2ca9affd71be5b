"""How a text is cut into tokens."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm.text import TextSequencer
from sklstm.text._analyzers import build_analyzer

DEFAULT = TextSequencer().token_pattern
KERAS_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(text):
    """The function of Keras, as its documentation gives it."""
    text = text.lower().translate({ord(mark): " " for mark in KERAS_FILTERS})
    return [word for word in text.split(" ") if word]


def test_what_a_word_is():
    text = "It's a well-made film -- 10/10!<br /><br />Café: 'Très bon', a_b."
    words = "it's a well made film 10 10 br br café 'très bon' a b"
    assert build_analyzer("word", True, DEFAULT, None)(text) == words.split()


@settings(deadline=None)
@given(st.text(st.sampled_from(string.ascii_letters + string.punctuation + " \t\nÉß\xa0\x85…")))
def test_the_default_words_are_those_of_keras(text):
    assert build_analyzer("word", True, DEFAULT, None)(text) == text_to_word_sequence(text)


def test_characters_keep_blanks_and_line_ends():
    assert build_analyzer("char", True, DEFAULT, None)("A b\n") == ["a", " ", "b", "\n"]
    assert build_analyzer("char", False, DEFAULT, None)("A b\n") == ["A", " ", "b", "\n"]


def test_lowercase_false_keeps_capitals():
    assert build_analyzer("word", False, DEFAULT, None)("A b") == ["A", "b"]


def test_a_group_is_the_word():
    assert build_analyzer("word", True, r"#(\w+)", None)("#a b #c") == ["a", "c"]


@pytest.mark.parametrize("level", ["word", "char"])
def test_an_analyzer_replaces_everything(level):
    cut = build_analyzer(level, True, "(", lambda text: (part for part in text.split("-")))
    assert cut("A b-C") == ["A b", "C"]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(", "is no regular expression: missing"),
        (r"(\w)(\w)", "has 2 capturing groups"),
        (r"\w*", "matches the empty string"),
    ],
)
def test_wrong_patterns_are_named(pattern, words):
    with pytest.raises(ValueError, match=rf"token_pattern=.* {words}"):
        build_analyzer("word", True, pattern, None)


@pytest.mark.parametrize(("analyzer", "kind"), [(str.lower, "str"), (len, "int")])
def test_analyzers_that_return_no_tokens_are_refused(analyzer, kind):
    with pytest.raises(ValueError, match=f"analyzer must return the tokens .* got a {kind}"):
        build_analyzer("word", True, DEFAULT, analyzer)("text")
