"""Texts as ids, one text after the other: `Corpus`."""

from dataclasses import dataclass

import numpy as np


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

    def split(self, fraction):
        """Divide the targets into two corpora, in their order.

        A text in which the boundary lies goes on in the second corpus with the last token that it
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
