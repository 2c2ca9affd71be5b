"""Which samples stand in which batch, and in which order: `BatchOrder`, `batches_of_epoch`."""

from dataclasses import dataclass

import numpy as np

from ._records import TrainingData

_UNEVEN = 1.25  # times the mean length: from there on, mini-batches hold windows of similar length
_POOL = 128  # batches whose samples are put in the order of their lengths
_MANY = 1 << 24  # samples, whose numbers need not take more memory than they must


@dataclass(frozen=True)
class BatchOrder:
    """Samples in batches.

    Parameters
    ----------
    samples : ndarray of shape (n,), int64
        The samples in order.
    firsts : ndarray of shape (n_batches,), int64
        Where each batch begins among them.
    continues : ndarray of shape (n,), bool, optional
        Whether the k-th sample of a batch begins with the state in which the k-th sample of the
        batch before ended. By default all states begin with zeros.
    """

    samples: np.ndarray
    firsts: np.ndarray
    continues: np.ndarray | None = None

    @classmethod
    def in_turn(cls, samples, batch_size):
        """Return samples in batches of one size, the last of which may be smaller."""
        return cls(np.asarray(samples), np.arange(0, len(samples), batch_size))

    def __len__(self):
        return len(self.firsts)

    @property
    def sizes(self):
        """Number of samples of each batch, shape (n_batches,)."""
        return np.diff(self.firsts, append=len(self.samples))

    def slices(self):
        """Return where each batch stands among the samples, as slices."""
        ends = [*self.firsts[1:], len(self.samples)]
        return [slice(int(a), int(b)) for a, b in zip(self.firsts, ends, strict=True)]

    def parts(self, n_samples):
        """Yield the same batches in turn, those of about so many samples together."""
        block = self.firsts // max(1, n_samples)
        ends = np.append(self.firsts, len(self.samples))
        begins = np.flatnonzero(np.diff(block, prepend=-1))
        for first, end in zip(begins, [*begins[1:], len(self)], strict=True):
            samples = self.samples[ends[first] : ends[end]]
            yield BatchOrder(samples, self.firsts[first:end] - ends[first])

    def sums(self, values):
        """Return the sum over each batch of values of shape (n,) in the order of the samples."""
        return np.add.reduceat(values, self.firsts)


def batches_of_epoch(data, seed, epoch, *, batch_size, shuffle, n_drawn=None):
    """Return the batches of an epoch.

    Parameters
    ----------
    data : TrainingData or GatheredData
        What is trained on; if it says which batches there are, it is these.
    seed, epoch : int
        What the order depends on, and on nothing else.
    batch_size : int
        Samples per batch.
    shuffle : bool
        Whether the order is drawn anew. If so, and if windows are of very unequal length, batches
        hold windows of similar length: each sample is still in one batch of every epoch, and
        batches come in any order.
    n_drawn : int, optional
        How many samples are drawn, none of them twice; by default all are taken.

    Returns
    -------
    batches : BatchOrder
        The samples of the epoch.
    """
    if data.batches is not None:
        return data.batches
    generator = np.random.default_rng([seed, epoch])
    order = _samples_of_epoch(len(data), n_drawn, shuffle, generator)
    if shuffle and isinstance(data, TrainingData):  # gathered samples are of similar length
        lengths = data.lengths if n_drawn is None else data.lengths[order]
        if are_uneven(lengths):
            order = _of_like_length(order, data.lengths, batch_size, generator)
    return BatchOrder.in_turn(order, batch_size)


def _samples_of_epoch(n_samples, n_drawn, shuffle, generator):
    if n_drawn is not None and n_drawn < n_samples:
        drawn = generator.choice(n_samples, n_drawn, replace=False)
        return drawn if shuffle else np.sort(drawn)
    order = np.arange(n_samples, dtype=np.int32 if _MANY < n_samples < 1 << 31 else np.int64)
    if shuffle:
        generator.shuffle(order)
    return order


def are_uneven(lengths):
    """Return whether the longest of some windows is much longer than most."""
    return lengths.max() * len(lengths) > _UNEVEN * lengths.sum()


def by_length(windows, output):
    """Return what a function gives for windows, asked in the order of their lengths.

    Parameters
    ----------
    windows : WindowSet
        Of very unequal lengths.
    output : callable
        Takes a `WindowSet` and returns one row for each window, which does not depend on the
        others.

    Returns
    -------
    rows : ndarray of shape (n_samples, n_outputs)
        In the order of `windows`.
    """
    order = np.argsort(windows.lengths, kind="stable")
    found = output(windows.take(order))
    rows = np.empty_like(found)
    rows[order] = found
    return rows


def _of_like_length(order, lengths, batch_size, generator):
    """Sort a random order by length within pools of batches, then shuffle the full batches."""
    pool = _POOL * batch_size
    pools = [order[first : first + pool] for first in range(0, len(order), pool)]
    order = np.concatenate([p[np.argsort(lengths[p], kind="stable")] for p in pools])
    n_full = len(order) // batch_size
    full = order[: n_full * batch_size].reshape(n_full, batch_size)
    return np.concatenate([generator.permutation(full).reshape(-1), order[full.size :]])
