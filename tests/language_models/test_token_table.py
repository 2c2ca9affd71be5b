"""Tokens and their ids."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklstm.language_models._token_table import TokenTable, given_table, learned_table

TEXTS = [list("abracadabra"), list("cab")]  # a 6, b 3, c 2, r 2, d 1


def test_the_most_frequent_token_has_the_lowest_id():
    table, rows = learned_table(TEXTS, None)
    assert table.as_dict == {"a": 0, "b": 1, "c": 2, "r": 3, "d": 4}
    assert (table.n_tokens, table.n_ids, table.takes_others) == (5, 5, False)
    assert [row.tolist() for row in rows] == [[0, 1, 3, 0, 2, 0, 4, 0, 1, 3, 0], [2, 0, 1]]


def test_max_tokens_counts_all_ids():
    table, rows = learned_table(TEXTS, 3)
    assert table.as_list == ["a", "b"]
    assert (table.n_ids, table.takes_others) == (3, True)
    assert rows[0].tolist() == [0, 1, 2, 0, 2, 0, 2, 0, 1, 2, 0]
    assert not learned_table(TEXTS, 5)[0].takes_others


@given(st.lists(st.text(min_size=2), min_size=1), st.none() | st.integers(2, 6))
def test_ids_have_no_gaps(texts, max_tokens):
    table, rows = learned_table(map(list, texts), max_tokens)
    found = set(np.concatenate(rows).tolist())
    alone = table.n_tokens == 1 and len(set("".join(texts))) == 1
    assert found == set(range(table.n_ids - alone))
    assert max_tokens is None or table.n_ids <= max_tokens
    for text, row in zip(texts, rows, strict=True):
        np.testing.assert_array_equal(table.ids(list(text)), row)


def test_a_single_token_has_company():
    table, rows = learned_table([list("aaa")], None)
    assert (table.n_tokens, table.n_ids) == (1, 2)
    assert rows[0].tolist() == [0, 0, 0]


@pytest.mark.parametrize("vocabulary", [["c", "a"], {"a": 9, "c": -2}, iter("ca"), ("c", "a")])
def test_a_given_vocabulary(vocabulary):
    table, rows = given_table(vocabulary, TEXTS)
    assert table.as_dict == {"c": 0, "a": 1}
    assert table.takes_others
    assert rows[1].tolist() == [0, 1, 2]


def test_a_given_vocabulary_that_holds_all_tokens():
    table, _ = given_table(list("xabcdr"), TEXTS)
    assert (table.n_ids, table.takes_others) == (6, False)


@pytest.mark.parametrize(
    ("vocabulary", "words"),
    [
        ([], "at least one token, got none"),
        ({}, "at least one token, got none"),
        ("ab", "for single characters pass list"),
        (["a", "a"], "the token 'a' twice"),
        (["a", 3], "must hold strings, got 3"),
        ({"a": 0, "b": 0}, "a number of its own"),
        ({"a": 0.5}, "a whole number, got 0.5 for 'a'"),
        ({"a": True}, "a whole number, got True for 'a'"),
    ],
)
def test_wrong_vocabularies(vocabulary, words):
    with pytest.raises(ValueError, match=words):
        given_table(vocabulary, TEXTS)


def test_the_first_unknown_token_is_named():
    table, _ = learned_table(TEXTS, None)
    with pytest.raises(ValueError, match="text 7 holds the token 'x', which is not among the 5"):
        table.ids(list("axby"), "text 7")
    assert table.ids([]).tolist() == []


def test_tokens_are_saved_as_one_string():
    table = TokenTable.of(["a", "\n", "\ud800", "\u2019"], False)
    assert TokenTable(table.tokens, table.takes_others) == table
    assert table.tokens.isascii()


@pytest.mark.parametrize(
    "parts", [('{"a": 2}', False), ("[]", False), ('["a", "a"]', False), ('["a"]', 1), ("3", True)]
)
def test_damaged_tables(parts):
    with pytest.raises(ValueError, match="token"):
        TokenTable(*parts)
