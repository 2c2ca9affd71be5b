"""The reviews of IMDb as texts against their published ids."""

import re

import numpy as np
import pandas as pd
import pytest

from sklstm.text import TextSequencer
from sklstm.text._words import ASCII_WORDS

pytestmark = pytest.mark.data
START, SHIFT = 1, 3  # a review begins with the id 1; other ids are the rank of the word + 3
WORDS = re.compile(ASCII_WORDS)


def ascii_words(text):
    """The words as they were published: by a Python that lower-cased ASCII alone."""
    return WORDS.findall(text.encode().lower().decode())


@pytest.fixture(scope="module")
def texts(data_folder):
    return pd.read_csv(data_folder / "imdb_train.csv.gz", keep_default_na=False)["text"]


@pytest.fixture(scope="module")
def published(data_folder):
    """The ids of each review without its start."""
    table = pd.read_csv(data_folder / "imdb_train_keras_ids.csv.gz", keep_default_na=False)
    rows = [np.array(ids.split(), dtype=np.int64) for ids in table["word_ids"]]
    assert all(row[0] == START for row in rows)
    return [row[1:] for row in rows]


@pytest.fixture(scope="module")
def words(data_folder):
    """All words, most frequent first."""
    table = pd.read_csv(data_folder / "imdb_word_index.csv", keep_default_na=False)
    assert table["rank"].tolist() == list(range(1, 88_585))
    return table["word"].to_numpy(dtype=object)


@pytest.fixture(scope="module")
def counts(published, words):
    """How often each word occurs."""
    ranks = np.concatenate(published) - SHIFT
    return np.bincount(ranks, minlength=len(words) + 1)[1:]


def plain_windows(rows, length):
    """Keras' `pad_sequences` in a loop: short padded, long cut, both at the beginning."""
    windows = np.zeros((len(rows), length), dtype=int)
    for window, row in zip(windows, rows, strict=True):
        kept = row[-length:]
        window[length - len(kept) :] = kept
    return windows


def test_words_are_the_published_ones(texts, published, words):
    for text, ids in zip(texts, published, strict=True):
        assert ascii_words(text) == words[ids - SHIFT - 1].tolist()


def test_words_of_ascii_differ_in_capitals_beyond_ascii_alone(texts, published, words):
    cut = TextSequencer(token_pattern="ascii")._analyzer()
    other_reviews, other_words = 0, 0
    for text, ids in zip(texts, published, strict=True):
        ours, theirs = cut(text), words[ids - SHIFT - 1].tolist()
        pairs = [(a, b) for a, b in zip(ours, theirs, strict=True) if a != b]
        assert all(a == b.lower() for a, b in pairs)
        other_reviews += bool(pairs)
        other_words += len(pairs)
    assert (len(texts), other_reviews, other_words) == (25_000, 17, 23)


def test_ids_are_in_the_published_order_but_for_ties(texts, words, counts):
    assert (np.diff(counts) <= 0).all()
    sequencer = TextSequencer(analyzer=ascii_words, length=200).fit(texts)
    learned = list(sequencer.vocabulary_)
    assert set(learned) == set(words)
    count_of = dict(zip(words, counts, strict=True))
    assert [count_of[word] for word in learned] == counts.tolist()
    # Of a frequency that no other word has, a word has its place.
    alone = np.isin(counts, np.flatnonzero(np.bincount(counts) == 1))
    assert alone.sum() == 706
    np.testing.assert_array_equal(np.array(learned, dtype=object)[alone], words[alone])


def test_windows_of_the_published_rules(texts, published, words):
    """The 5000 most frequent words, the 10 most frequent skipped, 200 steps."""
    sequencer = TextSequencer(vocabulary=words[10:5000], analyzer=ascii_words, length=200)
    X = sequencer.fit_transform(texts)
    ranks = [row - SHIFT for row in published]
    # The word of rank 11 has the id 2, the first that a word can have.
    rows = [np.where((rank > 10) & (rank <= 5000), rank - 9, 1) for rank in ranks]
    np.testing.assert_array_equal(X, plain_windows(rows, 200))
    assert X.max() == 4991


def test_learned_windows_of_the_published_rules(texts, published, words, counts):
    """The same without the published words: only ties at the last place are in doubt."""
    sequencer = TextSequencer(max_tokens=4992, skip_top=10, length=200, analyzer=ascii_words)
    X = sequencer.fit_transform(texts)
    learned, kept = set(sequencer.vocabulary_), set(words[10:5000])
    assert len(learned) == len(kept) == 4990
    in_doubt = set(words[counts == counts[4999]])
    assert (counts[4999], len(in_doubt)) == (82, 46)
    assert learned ^ kept <= in_doubt
    every = TextSequencer(vocabulary=words, analyzer=ascii_words, length=200)
    all_words = every.fit_transform(texts)
    id_in_all = every.vocabulary_
    table = np.ones(len(words) + 2, dtype=int)
    table[0] = 0
    table[[id_in_all[word] for word in sequencer.vocabulary_]] = list(
        sequencer.vocabulary_.values()
    )
    np.testing.assert_array_equal(X, table[all_words])
    in_doubt_here = np.isin(all_words, [id_in_all[word] for word in in_doubt])
    known = np.isin(all_words, [id_in_all[word] for word in kept])
    np.testing.assert_array_equal((X > 1)[~in_doubt_here], known[~in_doubt_here])
    assert 0 < in_doubt_here.mean() < 0.001


def test_ids_of_keras_to_the_last(texts, published, words):
    """What Keras' `load_data(num_words=5000, skip_top=10)` and `pad_sequences` make of it.

    It compares ids with both numbers, not ranks, and does so with the start, too.
    """
    rows = [np.concatenate([[START], row]) for row in published]
    keras = plain_windows([np.where((row >= 10) & (row < 5000), row, 2) for row in rows], 200)
    sequencer = TextSequencer(
        vocabulary={word: rank + SHIFT for rank, word in enumerate(words, 1) if 6 < rank < 4997},
        analyzer=lambda text: ["<start>", *ascii_words(text)],
        length=200,
    )
    X = sequencer.fit_transform(texts)
    np.testing.assert_array_equal(np.where(X == 1, 2, X), keras)
    assert len(sequencer.vocabulary_) == 4990


def test_published_ids_of_other_reviews_leave_out_unknown_words(data_folder, words):
    """The reviews to test on: words that the others do not have are left out there, not marked."""
    texts = pd.read_csv(data_folder / "imdb_test.csv.gz", keep_default_na=False)["text"]
    ids = pd.read_csv(data_folder / "imdb_test_keras_ids.csv.gz", keep_default_na=False)["word_ids"]
    sequencer = TextSequencer(vocabulary=words, analyzer=ascii_words)
    X = sequencer.fit_transform(texts)
    for row, published in zip(X, ids, strict=True):
        ranks = np.array(published.split()[1:], dtype=int) - SHIFT
        np.testing.assert_array_equal(row[row > 1] - 1, ranks)
    unknown = X == 1
    assert (unknown.sum(), unknown.any(axis=1).sum()) == (63_712, 16_589)


def test_texts_come_back(texts):
    sequencer = TextSequencer(token_pattern="ascii")
    X = sequencer.fit_transform(texts)
    cut = sequencer._analyzer()
    assert X.shape == (25_000, 2493)
    assert sequencer.inverse_transform(X).tolist() == [" ".join(cut(text)) for text in texts]
