"""How probable texts are: piece by piece, and all at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax

from sklstm.language_models._corpus import Corpus
from sklstm.language_models._reading import Pieces, block_shape, log_likelihoods
from sklstm.training import CarriedNetwork


def corpus_of(lengths):
    rng = np.random.default_rng(0)
    return Corpus.of([rng.integers(0, 5, size=n).astype(np.int32) for n in lengths])


@pytest.fixture(params=["auto", "torch"])
def network(request, new_network):
    """A function that makes a network, and what it makes of a sequence by plain NumPy."""

    def make(oracle, n_sequences=3, n_steps=4, **changes):
        options = {"n_features": 5, "n_tokens": 5, "n_outputs": 5, "every_step": True} | changes
        spec, weights = new_network(dtype=np.float32, **options)
        reader = CarriedNetwork(spec, weights, n_sequences, n_steps=n_steps, engine=request.param)
        return reader, lambda ids: oracle(spec, weights, np.eye(5)[ids])

    return make


def by_hand(outputs_of, corpus):
    sums = []
    for start, length in zip(corpus.starts, corpus.lengths, strict=True):
        text = corpus.ids[start : start + length]
        each = log_softmax(outputs_of(text[:-1]), axis=1)
        sums.append(each[np.arange(length - 1), text[1:]].sum())
    return sums


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_sums_by_hand(network, oracle, cell):
    corpus = corpus_of([2, 9, 30, 3, 14, 2, 8])
    reader, outputs_of = network(oracle, cell=cell, num_layers=2)
    pieces = Pieces.of(corpus, 1000)
    np.testing.assert_allclose(
        log_likelihoods(reader, corpus, pieces, 3, 4), by_hand(outputs_of, corpus), rtol=1e-5
    )


def test_a_text_does_not_depend_on_the_others(network, oracle):
    lengths = [2, 9, 30, 3, 14, 140, 2, 8]
    corpus = corpus_of(lengths)
    reader, _ = network(oracle, n_sequences=4, n_steps=16)
    together = log_likelihoods(reader, corpus, Pieces.of(corpus, 1000), 4, 16)
    for k, (start, length) in enumerate(zip(corpus.starts, corpus.lengths, strict=True)):
        alone = Corpus.of([corpus.ids[start : start + length]])
        n_steps = min(16, length - 1)
        single, _ = network(oracle, n_sequences=1, n_steps=int(n_steps))
        found = log_likelihoods(single, alone, Pieces.of(alone, 1000), 1, n_steps)
        assert found[0] == together[k]


@given(st.lists(st.integers(2, 900), min_size=1, max_size=6), st.integers(1, 30))
def test_each_target_counts_once_after_enough_of_the_text(lengths, warm_up):
    starts = np.cumsum(lengths) - lengths
    corpus = Corpus(None, starts, np.array(lengths))
    pieces = Pieces.of(corpus, warm_up)
    seen = []
    for text, start, length, skipped in zip(
        pieces.texts, pieces.starts, pieces.lengths, pieces.n_skipped, strict=True
    ):
        seen += range(start + skipped + 1, start + length + 1)
        assert length - skipped >= 1
        assert start >= starts[text]
        assert start + length < starts[text] + lengths[text]
        assert skipped == warm_up or start == starts[text]
    expected = [range(s + 1, s + n) for s, n in zip(starts, lengths, strict=True)]
    assert seen == [place for text in expected for place in text]
    n_pieces = np.bincount(pieces.texts)
    assert n_pieces.max() <= 64
    long = n_pieces > 1
    assert (corpus.n_targets[long] >= 4 * warm_up * n_pieces[long]).all()


def test_pieces_agree_with_the_text_in_one_piece(network, oracle):
    corpus = corpus_of([4001, 300])
    whole, cut = Pieces.of(corpus, 5000), Pieces.of(corpus, 200)
    assert len(whole.texts) == 2
    assert len(cut.texts) == 5 + 1
    reader, _ = network(oracle, n_sequences=16, n_steps=32)
    exact = log_likelihoods(reader, corpus, whole, 16, 32)
    np.testing.assert_allclose(log_likelihoods(reader, corpus, cut, 16, 32), exact, rtol=1e-5)
    # Without anything before them pieces would differ.
    cold = Pieces(
        cut.texts, cut.starts + cut.n_skipped, cut.lengths - cut.n_skipped, 0 * cut.starts
    )
    assert abs(log_likelihoods(reader, corpus, cold, 16, 32) / exact - 1).max() > 1e-4


@pytest.mark.parametrize("n_outputs", [2, 57, 5_000, 200_000, 10**9])
def test_blocks_fit_into_memory(n_outputs):
    n_lanes, n_steps = block_shape(1_000, n_outputs)
    assert (n_lanes, block_shape(3, n_outputs)[0]) == (64, 3)
    assert 1 <= n_steps <= 128
    assert n_steps == 1 or n_lanes * n_steps * n_outputs <= 1 << 21
    assert block_shape(3, n_outputs)[1] == n_steps


def test_numbers_that_are_not_finite_are_an_error():
    class Broken:
        def restart(self):
            pass

        def read(self, ids):
            return np.full((*ids.shape, 5), np.inf)

    corpus = corpus_of([4])
    with pytest.raises(ValueError, match="beyond all numbers"):
        log_likelihoods(Broken(), corpus, Pieces.of(corpus, 9), 1, 4)
