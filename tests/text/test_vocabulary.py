"""Ids in the order of frequency, and vocabularies that are given."""

import re
import string
from collections import Counter

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm.text import TextSequencer
from sklstm.text._vocabulary import (
    Vocabulary,
    as_texts,
    build_analyzer,
    given_vocabulary,
    learn_vocabulary,
    warn_of_capitals,
)

CORPORA = st.lists(st.lists(st.sampled_from("abcdefgh")), min_size=1).filter(any)


@settings(deadline=None)
@given(CORPORA, st.none() | st.integers(3, 12), st.integers(0, 3))
def test_learned_ids_against_a_plain_count(corpus, max_tokens, skip_top):
    counts = Counter(token for tokens in corpus for token in tokens)
    in_order = sorted(counts, key=lambda token: (-counts[token], token))[skip_top:]
    if max_tokens is not None:
        in_order = in_order[: max_tokens - 2]
    if not in_order:
        with pytest.raises(ValueError, match=f"Empty vocabulary.* skip_top={skip_top} are"):
            learn_vocabulary(corpus, max_tokens, skip_top)
        return
    vocabulary, rows = learn_vocabulary(corpus, max_tokens, skip_top)
    assert list(vocabulary.items()) == [(t, i) for i, t in enumerate(in_order, 2)]
    assert [row.tolist() for row in rows] == [[vocabulary.get(t, 1) for t in c] for c in corpus]
    if max_tokens is not None:
        assert max(map(max, filter(len, rows))) < max_tokens


@settings(deadline=None)
@given(CORPORA, st.randoms())
def test_the_order_of_texts_is_no_matter(corpus, random):
    shuffled = random.sample(corpus, len(corpus))
    assert learn_vocabulary(corpus, None, 0)[0] == learn_vocabulary(shuffled, None, 0)[0]


def test_texts_without_tokens_make_no_vocabulary():
    with pytest.raises(ValueError, match="Empty vocabulary: the texts of X have 0 different"):
        learn_vocabulary([[], []], None, 0)


def test_tokens_are_strings():
    with pytest.raises(ValueError, match="analyzer must return strings, got 3 of type int"):
        learn_vocabulary([["a", 3]], None, 0)


def test_given_ids_stay_as_they_are():
    given = {"b": 9, "a": np.int64(2), "c": 4}
    assert list(given_vocabulary(given).items()) == [("a", 2), ("c", 4), ("b", 9)]
    assert all(type(number) is int for number in given_vocabulary(given).values())


@pytest.mark.parametrize("kind", [list, tuple, iter, np.array])
def test_given_tokens_get_ids_in_their_order(kind):
    assert given_vocabulary(kind(["b", "a"])) == {"b": 2, "a": 3}


@pytest.mark.parametrize("kind", [set, frozenset])
def test_tokens_of_a_set_get_ids_in_the_order_of_their_characters(kind):
    assert given_vocabulary(kind(["b", "a"])) == {"a": 2, "b": 3}


@pytest.mark.parametrize(
    ("vocabulary", "words"),
    [
        ("abc", "got the string 'abc'"),
        ({}, "at least one token, got none"),
        ([], "at least one token, got none"),
        (["a", "b", "a"], "not hold the token 'a' twice"),
        (["a", None], "hold strings, got None of type NoneType"),
        ({"a": 2, 3: 3}, "hold strings, got 3 of type int"),
        ({"a": 2, "b": 2}, "not hold the id 2 twice"),
        ({"a": 0}, "whole number from 2 on .* got 0 for 'a'"),
        ({"a": 1}, "whole number from 2 on .* got 1 for 'a'"),
        ({"a": -1}, "whole number from 2 on .* got -1 for 'a'"),
        ({"a": 2.0}, "whole number from 2 on .* got 2.0 for 'a'"),
        ({"a": 2.5}, "whole number from 2 on .* got 2.5 for 'a'"),
        ({"a": True}, "whole number from 2 on .* got True for 'a'"),
        ({"a": "2"}, "whole number from 2 on .* got '2' for 'a'"),
        ({"a": None}, "whole number from 2 on .* got None for 'a'"),
        ({"a": 1 << 31}, "whole number from 2 on .* got 2147483648 for 'a'"),
    ],
)
def test_wrong_vocabularies_are_refused(vocabulary, words):
    with pytest.raises(ValueError, match=rf"^vocabulary must (.*\b)?{words}"):
        given_vocabulary(vocabulary)


def test_capitals_that_no_text_has_are_warned_of():
    warn_of_capitals(["a", "ß", "中", "1"])
    with pytest.warns(UserWarning, match=re.escape("capitals, such as 'Ab'")):
        warn_of_capitals(["a", "Ab"])


@settings(deadline=None)
@given(st.dictionaries(st.text(), st.integers(2, 1 << 30), min_size=1))
def test_what_goes_into_files_comes_back(vocabulary):
    if len(set(vocabulary.values())) < len(vocabulary):
        return
    vocabulary = given_vocabulary(vocabulary)
    saved = Vocabulary.of(vocabulary)
    assert list(Vocabulary(saved.tokens, saved.ids).as_dict.items()) == list(vocabulary.items())


def test_damaged_files_are_refused():
    with pytest.raises(ValueError, match="argument"):
        Vocabulary('["a", "b"]', np.array([2], dtype=np.int32))
    with pytest.raises(ValueError, match="whole number from 2 on"):
        Vocabulary('["a"]', np.array([-7], dtype=np.int32))


TEXTS = ["One, two.", "", "Über uns"]


@pytest.mark.parametrize(
    "make",
    [
        list,
        tuple,
        iter,
        np.array,
        lambda texts: np.array(texts, dtype=object),
        lambda texts: [np.str_(text) for text in texts],
        pd.Series,
        pd.Index,
        lambda texts: pd.Series(texts, dtype=object, index=[7, 7, 3]),
        lambda texts: pd.Series(texts, dtype="string"),
        lambda texts: pd.Series(texts, dtype="category"),
        pl.Series,
        lambda texts: pl.Series(texts, dtype=pl.Categorical),
        lambda texts: pd.Series(texts, dtype=pd.ArrowDtype(pa.string())),
        lambda texts: (text for text in texts),
    ],
)
def test_any_container_of_strings_with_an_order(make):
    assert as_texts(make(TEXTS)) == TEXTS


@pytest.mark.parametrize(
    ("X", "words"),
    [
        ("one text", r"a list, array or series of strings.*single str: put it into a list"),
        (b"one text", r"got a single bytes"),
        (pd.DataFrame({"text": TEXTS}), r"got a dataframe of 1 columns: select"),
        (pl.DataFrame({"text": TEXTS}), r"got a dataframe of 1 columns: select"),
        (np.array([TEXTS]), r"got 2 axes, shape \(1, 3\)"),
        (np.array("text"), r"got 0 axes"),
        ({"a": "b"}, r"got \{'a': 'b'\} of type dict"),
        ({"a"}, r"of type set"),
        (None, r"got None of type NoneType"),
        (3, r"got 3 of type int"),
        ([], r"at least one text, got none"),
        (np.array([], dtype=str), r"at least one text, got none"),
    ],
)
def test_other_containers_are_refused(X, words):
    with pytest.raises(ValueError, match=rf"^X must .*{words}"):
        as_texts(X)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, r"None of type NoneType: fill in"),
        (np.nan, r"nan of type float: fill in"),
        (pd.NA, r"<NA> of type NAType: fill in"),
        (pd.NaT, r"NaT of type NaTType"),
        (3, r"3 of type int: turn it into text"),
        (b"bytes", r"b'bytes' of type bytes: decode"),
        (["a", "b"], r"\['a', 'b'\] of type list"),
        (np.arange(99), r"\.\.\. of type ndarray"),
    ],
)
def test_the_row_that_is_no_string_is_named(value, words):
    with pytest.raises(ValueError, match=rf"one string for each row, but row 2 is .*{words}"):
        as_texts(["a", "b", value, None])


@pytest.mark.parametrize(
    "X",
    [
        pd.Series(["a", "b", None]),
        pd.Series(["a", "b", None], dtype="string"),
        pd.Series(["a", "b", None], dtype=object),
        pl.Series(["a", "b", None]),
    ],
)
def test_missing_texts_of_series_are_refused(X):
    with pytest.raises(ValueError, match=r"but row 2 is .*: fill in what is missing"):
        as_texts(X)


DEFAULT = TextSequencer().token_pattern
ASCII = "ascii"
KERAS_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(text):
    """The function of Keras, as its documentation gives it."""
    text = text.lower().translate({ord(mark): " " for mark in KERAS_FILTERS})
    return [word for word in text.split(" ") if word]


def test_what_a_word_of_ascii_is():
    text = "It's a well-made film -- 10/10!<br /><br />Café: 'Très bon', a_b."
    words = "it's a well made film 10 10 br br café 'très bon' a b"
    assert build_analyzer("word", True, ASCII, None)(text) == words.split()


@settings(deadline=None)
@given(st.text(st.sampled_from(string.ascii_letters + string.punctuation + " \t\nÉß\xa0\x85…")))
def test_ascii_words_are_those_of_keras(text):
    assert build_analyzer("word", True, ASCII, None)(text) == text_to_word_sequence(text)


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
