"""How texts are cut for training: `Chunks`."""

from dataclasses import dataclass

import numpy as np

from sklstm.training import BatchOrder


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
        Whether the chunk goes on where the one before it ended; otherwise it begins a text.
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
        there = step < sizes  # a row for each batch, a column for each stream
        chunks = (np.cumsum(sizes) - sizes + step)[there]
        continues = self.goes_on[chunks] & np.broadcast_to(step > 0, there.shape)[there]
        in_batch = there.sum(axis=1)
        return BatchOrder(chunks, np.cumsum(in_batch) - in_batch, continues)
