"""How texts are cut for training."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklstm.language_models._corpus import Chunks, Corpus

LENGTHS = st.lists(st.integers(2, 40), min_size=1, max_size=12)
SIZE = st.integers(1, 15)


def corpus_of(lengths):
    ids = np.arange(sum(lengths), dtype=np.int32)
    return Corpus.of(np.split(ids, np.cumsum(lengths)[:-1]))


def positions(starts, lengths):
    return [list(range(a, a + n)) for a, n in zip(starts, lengths, strict=True)]


@given(LENGTHS, SIZE)
def test_every_token_but_the_first_of_its_text_is_a_target_once(lengths, size):
    corpus = corpus_of(lengths)
    chunks = Chunks.of(corpus, size)
    found = sum(positions(chunks.starts + 1, chunks.lengths), [])
    assert found == sum(positions(corpus.starts + 1, corpus.lengths - 1), [])


@given(LENGTHS, SIZE)
def test_no_chunk_spans_two_texts_and_none_is_empty_or_too_long(lengths, size):
    corpus = corpus_of(lengths)
    chunks = Chunks.of(corpus, size)
    assert chunks.lengths.min() >= 1
    assert chunks.lengths.max() <= size
    text = np.repeat(np.arange(len(lengths)), lengths)
    for read in positions(chunks.starts, chunks.lengths + 1):  # with its last target
        assert len(set(text[read])) == 1
    begins = np.isin(chunks.starts, corpus.starts)
    assert (chunks.goes_on == ~begins).all()
    ends = chunks.starts + chunks.lengths
    assert (chunks.starts[chunks.goes_on] == ends[:-1][chunks.goes_on[1:]]).all()


@given(LENGTHS, SIZE)
def test_only_the_last_chunk_of_a_text_is_shorter(lengths, size):
    chunks = Chunks.of(corpus_of(lengths), size)
    short = chunks.lengths < size
    assert not (short[:-1] & chunks.goes_on[1:]).any()


@pytest.mark.parametrize(("size", "n_full"), [(100, 31_962), (160, 19_976)])
def test_the_published_numbers_of_chunks(size, n_full):
    corpus = Corpus(None, np.array([0]), np.array([3_196_213]))
    chunks = Chunks.of(corpus, size)
    assert (chunks.lengths == size).sum() == n_full
    assert len(chunks) == n_full + 1  # the rest, which others leave out
    assert chunks.lengths[-1] == 3_196_212 - n_full * size


@given(LENGTHS, SIZE, st.integers(1, 20))
def test_streams_by_a_plain_loop(lengths, size, n_streams):
    """The definition: runs of chunks, one chunk of each a batch."""
    chunks = Chunks.of(corpus_of(lengths), size)
    streams = [s.tolist() for s in np.array_split(np.arange(len(chunks)), n_streams) if len(s)]
    samples, firsts, continues = [], [], []
    for step in range(len(streams[0])):
        firsts.append(len(samples))
        for stream in streams:
            if step < len(stream):
                samples.append(stream[step])
                continues.append(step > 0 and bool(chunks.goes_on[stream[step]]))
    batches = chunks.in_streams(n_streams)
    assert batches.samples.tolist() == samples
    assert batches.firsts.tolist() == firsts
    assert batches.continues.tolist() == continues


@given(LENGTHS, SIZE, st.integers(1, 20))
def test_a_chunk_continues_the_one_at_its_place_in_the_batch_before(lengths, size, n_streams):
    chunks = Chunks.of(corpus_of(lengths), size)
    batches = chunks.in_streams(n_streams)
    assert sorted(batches.samples) == list(range(len(chunks)))
    parts = batches.slices()
    sizes = [part.stop - part.start for part in parts]
    assert sizes == sorted(sizes, reverse=True)  # a smaller batch goes on with the first ones
    assert max(sizes) <= n_streams
    assert not batches.continues[parts[0]].any()
    for before, part in zip(parts, parts[1:], strict=False):
        earlier, later = batches.samples[before], batches.samples[part]
        for k, continues in enumerate(batches.continues[part]):
            end = chunks.starts[earlier[k]] + chunks.lengths[earlier[k]]
            assert continues == (chunks.starts[later[k]] == end)


def test_one_text_in_two_streams():
    chunks = Chunks.of(corpus_of([24]), 5)  # 23 targets
    assert chunks.starts.tolist() == [0, 5, 10, 15, 20]
    assert chunks.lengths.tolist() == [5, 5, 5, 5, 3]
    batches = chunks.in_streams(2)
    assert batches.samples.tolist() == [0, 3, 1, 4, 2]
    assert batches.firsts.tolist() == [0, 2, 4]
    assert batches.continues.tolist() == [False, False, True, True, True]


def test_fewer_chunks_than_streams():
    batches = Chunks.of(corpus_of([3, 3]), 5).in_streams(64)
    assert batches.samples.tolist() == [0, 1]
    assert batches.firsts.tolist() == [0]
    assert not batches.continues.any()
