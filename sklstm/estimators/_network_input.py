"""From windows to what a network reads, standardised numbers or tokens: `NetworkInputMixin`."""

import warnings

import numpy as np

from sklstm.data import OUT_OF_VOCABULARY, WindowsInputMixin, as_token_windows, is_on_disk

from ._differencing import sizes_of_changes
from ._standardisation import StandardisedRows, standardise, weighted_statistics

_MANY_ROWS, _SPARSE = 100_000, 100  # rows of a table, and times as many as there are tokens


class NetworkInputMixin(WindowsInputMixin):
    """Learn from training windows what their rows are turned into, and turn them.

    Tokens are windows of one feature, padding being a missing step, until the network reads them.
    """

    differenced_features_ = None  # all features are read as they are

    @property
    def _reads_tokens(self):
        """Whether inputs are tokens: as fitted, otherwise as in the parameters."""
        spec = getattr(self, "_spec", None)
        return self.embedding_dim is not None if spec is None else spec.n_tokens > 0

    def _read_windows(self, X, names=None):
        windows = super()._read_windows(X, names)
        return as_token_windows(windows) if self._reads_tokens else windows

    def _input_attributes(self, training, relative=None):
        """Return what is learned of the inputs of the training samples.

        Features for which `differencing` is true are measured from the first step of each window.
        """
        if self.embedding_dim is not None:
            tokens = _trained_tokens(training)
            return {"feature_mean_": None, "feature_scale_": None, "tokens_": tokens}
        windows, weight = training.windows, training.sample_weight
        mean, scale = weighted_statistics(windows.rows, windows.row_weight(weight))
        if relative is not None and relative.any():
            scale[relative] = sizes_of_changes(
                windows, np.flatnonzero(relative), scale[relative], weight
            )
        return {"feature_mean_": mean, "feature_scale_": scale, "tokens_": None}

    def _more_tokens(self, training, attributes):
        """Return attributes with tokens that training goes on with and that have a row."""
        known = attributes.get("tokens_")
        if known is None:
            return attributes
        met = _trained_tokens(training)
        if met[-1] >= n_rows(known):
            warnings.warn(
                f"X has tokens such as {met[-1]}, and those of the first fit end at "
                f"{n_rows(known) - 1}: those beyond have no row and are taken for "
                f"{OUT_OF_VOCABULARY}, out of vocabulary. Let the first fit see the largest one.",
                stacklevel=2,
            )
        return attributes | {"tokens_": np.union1d(known, met[met < n_rows(known)])}

    def _input_shape(self, attributes):
        """Return features, tokens, and whether tokens have rows, as parameters want it."""
        mean, tokens = attributes["feature_mean_"], attributes.get("tokens_")
        if self.embedding_dim is None:
            return 1 if mean is None else len(mean), 0, False
        return self.embedding_dim, 0 if tokens is None else n_rows(tokens), True

    @staticmethod
    def _training_windows(windows, attributes, dtype):
        """Return what the network reads, over an array unless the rows are on disk."""
        rows, tokens = windows.rows, attributes.get("tokens_")
        if tokens is not None:
            return windows.with_rows(known_tokens(rows, tokens))
        prepare = StandardisedRows if is_on_disk(rows) else standardise
        rows = prepare(rows, attributes["feature_mean_"], attributes["feature_scale_"], dtype)
        return windows.with_rows(rows, attributes.get("differenced_features_"))

    def _network_windows(self, windows, dtype):
        """Return what the fitted network reads; numbers are standardised when they are read."""
        if self._spec.n_tokens:
            return windows.with_rows(known_tokens(windows.rows, self.tokens_))
        rows = StandardisedRows(windows.rows, self.feature_mean_, self.feature_scale_, dtype)
        return windows.with_rows(rows, self.differenced_features_)


def _trained_tokens(training):
    """Return the tokens of the samples that are trained on, the smallest first."""
    row_weight = training.windows.row_weight(training.sample_weight)
    tokens = np.unique(training.windows.rows[row_weight > 0]).astype(np.int64)
    if tokens[-1] > _MANY_ROWS and tokens[-1] > _SPARSE * len(tokens):
        raise ValueError(
            "X must number its tokens without large gaps, since each number up to the largest has "
            f"a row; got {tokens[-1]} among {len(tokens)} different ones. Number them from 2 on."
        )
    return tokens


def n_rows(tokens):
    """Return how many rows a table has for tokens: one for each number up to the largest."""
    return max(int(tokens[-1]), OUT_OF_VOCABULARY) + 1


def known_tokens(rows, tokens):
    """Return rows of shape (n, 1) as integers, those unknown as out of vocabulary.

    Parameters
    ----------
    rows : ndarray of shape (n, 1)
        Whole numbers.
    tokens : ndarray of int
        Those that are known, the smallest first.

    Returns
    -------
    known : ndarray of shape (n, 1), int64
        Each below ``n_rows(tokens)``.
    """
    table = np.full(n_rows(tokens) + 1, OUT_OF_VOCABULARY, dtype=np.int64)
    table[tokens] = tokens
    return table[np.minimum(rows, len(table) - 1).astype(np.int64)]
