"""Texts as ids, and how they are divided."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklstm.language_models._corpus import Corpus

ROWS = st.lists(st.integers(2, 12), min_size=1, max_size=8)


def corpus_of(lengths):
    """Texts whose tokens are all different, so that each is known again."""
    ids = np.arange(sum(lengths), dtype=np.int32)
    return Corpus.of(np.split(ids, np.cumsum(lengths)[:-1]))


def targets(corpus):
    """What each text has after its first token."""
    pairs = zip(corpus.starts, corpus.lengths, strict=True)
    return [corpus.ids[start + 1 : start + length].tolist() for start, length in pairs]


def test_texts_stand_one_after_the_other():
    corpus = Corpus.of([np.array([5, 6], np.int32), np.array([7, 8, 5], np.int32)])
    assert corpus.ids.tolist() == [5, 6, 7, 8, 5]
    assert corpus.starts.tolist() == [0, 2]
    assert corpus.n_targets.tolist() == [1, 2]
    assert corpus.counts(9).tolist() == [0, 0, 0, 0, 0, 2, 1, 1, 1]


@given(ROWS, st.floats(0.01, 0.99))
def test_each_target_is_in_one_part(lengths, fraction):
    corpus = corpus_of(lengths)
    n_targets = int(corpus.n_targets.sum())
    n_last = max(1, round(fraction * n_targets))
    if n_last == n_targets:
        with pytest.raises(ValueError, match="leaves nothing to train on"):
            corpus.split(fraction)
        return
    first, last = corpus.split(fraction)
    assert first.n_targets.min() >= 1
    assert last.n_targets.min() >= 1
    assert last.n_targets.sum() == n_last
    assert sum(targets(first) + targets(last), []) == sum(targets(corpus), [])
    # The first part begins like the whole; what the second one reads before its first target is
    # the token right before it.
    assert first.starts.tolist() == corpus.starts[: len(first.starts)].tolist()
    assert last.ids[last.starts[0] + 1] == targets(last)[0][0]


def test_a_boundary_within_a_text():
    first, last = corpus_of([3, 6]).split(0.4)  # targets 1 2 and 4 5 6 7 8
    assert targets(first) == [[1, 2], [4, 5]]
    assert targets(last) == [[6, 7, 8]]
    assert last.starts.tolist() == [5]
    assert first.counts(9).tolist() == [1] * 6 + [0] * 3


def test_a_boundary_between_texts():
    first, last = corpus_of([5, 4, 4]).split(0.3)
    assert targets(first) == [[1, 2, 3, 4], [6, 7, 8]]
    assert targets(last) == [[10, 11, 12]]


def test_too_little_text():
    with pytest.raises(ValueError, match="of the 1 tokens .* validation_fraction=0.1 holds back 1"):
        corpus_of([2]).split(0.1)


def test_a_split_leaves_the_corpus_as_it_is():
    corpus = corpus_of([6, 6])
    corpus.split(0.7)
    assert corpus.starts.tolist() == [0, 6]
    assert corpus.lengths.tolist() == [6, 6]
