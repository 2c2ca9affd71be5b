"""Ids in the order of frequency, and vocabularies that are given."""

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklstm.text._vocabulary import (
    Vocabulary,
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
