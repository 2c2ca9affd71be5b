"""Texts as ids, one text after the other, and how training cuts them: `Corpus`, `Chunks`."""

from dataclasses import dataclass

import numpy as np

from sklstm.data import WindowSet
from sklstm.training import BatchOrder, TrainingData

_CHUNKS_OF_A_STREAM = 10  # at least: with one each, no state would be carried on


@dataclass(frozen=True)
class Corpus:
    """Texts as ids.

    Every token but the first of its text is a target: what the network is to give after all tokens
    before it.

    Parameters
    ----------
    ids : ndarray of shape (n,), int64
        All texts, one after the other, in the type that both engines take.
    starts : ndarray of shape (n_texts,), int64
        Where each text begins.
    lengths : ndarray of shape (n_texts,), int64
        Number of tokens of each text, two at least.
    """

    ids: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray

    @classmethod
    def of(cls, rows):
        """Return the corpus of a list of texts, each an array of ids."""
        lengths = np.array([len(row) for row in rows], dtype=np.int64)
        return cls(np.concatenate(rows, dtype=np.int64), np.cumsum(lengths) - lengths, lengths)

    @property
    def n_targets(self):
        """Number of targets of each text, shape (n_texts,)."""
        return self.lengths - 1

    def counts(self, n_ids):
        """Return how often each id occurs, shape (n_ids,)."""
        end = self.starts[-1] + self.lengths[-1]
        return np.bincount(self.ids[self.starts[0] : end], minlength=n_ids)

    def training_data(self, sequence_length, batch_size, *, stateful):
        """Return chunks of the texts as a network reads them.

        Parameters
        ----------
        sequence_length : int
            Tokens of a chunk.
        batch_size : int
            Chunks of a batch.
        stateful : bool
            Whether each chunk of a batch continues one of the batch before.

        Returns
        -------
        data : TrainingData
            Targets are the tokens one place further on.
        """
        chunks = Chunks.of(self, sequence_length)
        n_streams = max(1, min(batch_size, len(chunks) // _CHUNKS_OF_A_STREAM))
        return TrainingData(
            WindowSet(self.ids[:, np.newaxis], chunks.starts, chunks.lengths),
            WindowSet(self.ids, chunks.starts + 1, chunks.lengths),
            batches=chunks.in_streams(n_streams) if stateful else None,
        )

    def split(self, fraction):
        """Divide the targets into two corpora, in their order.

        A text in which the boundary lies continues in the second corpus with the last token that it
        has in the first one: there it is a target, here what is before the first target.

        Parameters
        ----------
        fraction : float
            Share of the targets in the second corpus.

        Returns
        -------
        first, last : Corpus
            At least one target in each.

        Raises
        ------
        ValueError
            If there are too few for that.
        """
        before = np.cumsum(self.n_targets)
        n_last = max(1, round(fraction * int(before[-1])))
        n_first = int(before[-1]) - n_last
        if n_first < 1:
            raise ValueError(
                f"early_stopping=True leaves nothing to train on: of the {before[-1]} tokens of X "
                f"that have one before them, validation_fraction={fraction} holds back {n_last}. "
                "Give more text, a smaller validation_fraction or early_stopping=False."
            )
        text = int(np.searchsorted(before, n_first))
        inside = n_first - int(before[text] - self.n_targets[text])
        first = Corpus(self.ids, self.starts[: text + 1], self.lengths[: text + 1].copy())
        last = Corpus(self.ids, self.starts[text:].copy(), self.lengths[text:].copy())
        first.lengths[-1] = inside + 1
        last.starts[0] += inside
        last.lengths[0] -= inside
        if last.lengths[0] < 2:
            last = Corpus(self.ids, last.starts[1:], last.lengths[1:])
        return first, last


@dataclass(frozen=True)
class Chunks:
    """Chunks of texts, in the order of the texts.

    A chunk is a slice of tokens that the network reads; its targets are the tokens one place
    further on. Each token but the first of its text is a target of exactly one chunk.

    Parameters
    ----------
    starts : ndarray of shape (n_chunks,), int64
        First token of each chunk.
    lengths : ndarray of shape (n_chunks,), int64
        Number of tokens that are read.
    goes_on : ndarray of shape (n_chunks,), bool
        Whether the chunk continues the one before it; otherwise it begins a text.
    """

    starts: np.ndarray
    lengths: np.ndarray
    goes_on: np.ndarray

    @classmethod
    def of(cls, corpus, sequence_length):
        """Cut each text of a corpus into chunks of one length; the last may be shorter."""
        n_chunks = -(-corpus.n_targets // sequence_length)
        text = np.repeat(np.arange(len(n_chunks)), n_chunks)
        place = np.arange(len(text)) - np.repeat(np.cumsum(n_chunks) - n_chunks, n_chunks)
        before = place * sequence_length
        lengths = np.minimum(corpus.n_targets[text] - before, sequence_length)
        return cls(corpus.starts[text] + before, lengths, place > 0)

    def __len__(self):
        return len(self.starts)

    def in_streams(self, n_streams):
        """Put the chunks into streams that are read side by side.

        Each stream is a run of chunks in their order. One chunk of each stream is a batch; the
        next batch holds the chunks behind them. The longer streams, by one chunk, stand first.

        Parameters
        ----------
        n_streams : int
            The largest number of streams.

        Returns
        -------
        batches : BatchOrder
            A chunk continues if the chunk before it in its stream is of the same text.
        """
        n_streams = min(n_streams, len(self))
        sizes = np.full(n_streams, len(self) // n_streams)
        sizes[: len(self) % n_streams] += 1
        step = np.arange(sizes[0])[:, np.newaxis]
        mask = step < sizes  # a row for each batch, a column for each stream
        chunks = (np.cumsum(sizes) - sizes + step)[mask]
        continues = self.goes_on[chunks] & np.broadcast_to(step > 0, mask.shape)[mask]
        in_batch = mask.sum(axis=1)
        return BatchOrder(chunks, np.cumsum(in_batch) - in_batch, continues)
