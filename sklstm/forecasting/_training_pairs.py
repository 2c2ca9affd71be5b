"""Windows and the rows that follow them, gathered when they are asked for: `TrainingPairs`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np

from ._features import Features, padded_front, readable_windows
from ._in_blocks import is_any
from ._joined import ends_of, joined, pieces
from ._labels_of_rows import labels_of_rows

_MANY_VALUES = 1 << 22  # of windows and targets, beyond which they are gathered a few at a time
SOME_PAIRS = 1 << 15  # that stand for all
_AT_A_TIME = 1 << 12  # pairs that are gathered


class Pairs(NamedTuple):
    """Some windows, and what goes with them.

    Parameters
    ----------
    windows : ndarray of shape (n_samples, n_rows, n_features)
        Missing steps are NaN.
    targets : ndarray of shape (n_samples,) or (n_samples, horizon * n_columns)
        The rows that follow, one after the other.
    places : ndarray of shape (n_samples, 2)
        Number of the series of each pair, and the last row of its window.
    """

    windows: np.ndarray
    targets: np.ndarray
    places: np.ndarray


@dataclass(frozen=True)
class TrainingPairs:
    """The windows of series, each with the rows that follow it.

    Series are kept as they are, one behind the other, and a window is where it ends. So memory
    grows with the rows, not with the windows. Pairs with missing targets are left out.

    Parameters
    ----------
    features : Features
        What stands in windows, and how many rows follow.
    tables : list of (pandas index, ndarray, ndarray)
        For each series its labels, its values of shape (n_steps, n_columns) as they are to be
        predicted, and its exogenous columns.
    takes_nan : bool
        Whether windows may have missing steps.
    values, exog : ndarray of shape (n_rows, n_columns)
        Those of all series.
    firsts : ndarray of shape (n_series + 1,)
        Where the rows of each series begin, and where they end.
    counts : ndarray of shape (n_series + 1,)
        Where the pairs of each series begin, and where they end.
    ends : ndarray of shape (n_pairs,), optional
        The last row of the window of each pair, within its series, if rows are missing. By default
        there is a window at every row.
    static : ndarray of shape (n_series, n_static), optional
        What describes each series.
    """

    features: Features
    tables: Sequence[tuple[Any, np.ndarray, np.ndarray]]
    takes_nan: bool
    values: np.ndarray
    exog: np.ndarray
    firsts: np.ndarray
    counts: np.ndarray
    ends: np.ndarray | None = None
    static: np.ndarray | None = None

    @classmethod
    def of(
        cls,
        tables: Sequence[tuple[Any, np.ndarray, np.ndarray]],
        features: Features,
        takes_nan: bool,
        static: np.ndarray | None = None,
    ) -> Self:
        """Return the pairs of series, parameters being those of the class."""
        values = joined([values for _, values, _ in tables])
        exog = joined([exog for _, _, exog in tables])
        lengths = np.array([len(values) for _, values, _ in tables])
        n_pairs = np.maximum(
            lengths + features.n_padded - features.n_rows - features.horizon + 1, 0
        )
        whole = cls(
            features, tables, takes_nan, values, exog, ends_of(lengths), ends_of(n_pairs),
            static=static,
        )  # fmt: skip
        kept = whole._readable()
        if kept is None:
            return whole
        series, ends = whole.places(np.flatnonzero(kept)).T
        counts = np.bincount(series, minlength=len(tables))
        return cls(
            features, tables, takes_nan, values, exog, whole.firsts, ends_of(counts),
            ends.astype(np.int32), static,
        )  # fmt: skip

    def __len__(self) -> int:
        return int(self.counts[-1])

    @property
    def are_many(self) -> bool:
        """Whether all pairs together would take much memory."""
        features = self.features
        size = features.n_rows * self.n_features + features.horizon * self.values.shape[1]
        return take_much_memory(len(self) * size)

    @property
    def gap(self) -> int:
        """How many rows lie between windows that share neither steps nor targets."""
        return max(self.features.n_rows, self.features.horizon)

    @property
    def n_features(self) -> int:
        """Number of features at each step of a window."""
        return self.features.n_features(self.values.shape[1])

    @cached_property
    def all(self) -> Pairs:
        """All pairs; windows are a view for a series alone without missing steps.

        Of several series the pairs stand in the order of time, those of the same time in the order
        of the series, so that the last ones are the newest: validation blocks and
        `TimeSeriesSplit` rely on it.
        """
        if len(self.tables) == 1:
            return self._of_one_series()
        return self.gather(self.in_order_of_time())

    def in_order_of_time(self) -> np.ndarray:
        """Return the numbers of all pairs, those of the same time in the order of the series."""
        _, ends = self.places(np.arange(len(self))).T
        labels = labels_of_rows([index for index, _, _ in self.tables], pieces(ends, self.counts))
        return labels.argsort(kind="stable")

    def of_some_series(self) -> Pairs:
        """Return all pairs of some series, or the newest of a long one.

        The series with the smallest value is among them.
        """
        n_series = len(self.tables)
        share = min(1.0, SOME_PAIRS / len(self))
        chosen = np.linspace(0, n_series - 1, max(1, int(share * n_series))).astype(int)
        filled = np.flatnonzero(np.diff(self.firsts))
        smallest = np.fmin.reduceat(self.values, self.firsts[filled]).min(axis=1)
        owner = filled[np.nanargmin(smallest)]
        numbers = [
            np.arange(max(self.counts[k], self.counts[k + 1] - SOME_PAIRS), self.counts[k + 1])
            for k in np.union1d(chosen, owner)
        ]
        return self.gather(np.concatenate(numbers))

    def places(self, numbers: np.ndarray) -> np.ndarray:
        """Return the series of pairs and the last rows of their windows, shape (n, 2)."""
        series = np.searchsorted(self.counts, numbers, side="right") - 1
        if self.ends is not None:
            return np.column_stack([series, self.ends[numbers]])
        first = self.features.n_rows - 1 - self.features.n_padded
        return np.column_stack([series, first + numbers - self.counts[series]])

    def gather(self, numbers: np.ndarray) -> Pairs:
        """Return the pairs of some numbers, in their order."""
        places, features = self.places(numbers), self.features
        windows = np.empty((len(numbers), features.n_rows, self.n_features))
        targets = np.empty((len(numbers), features.horizon * self.values.shape[1]))
        for first in range(0, len(numbers), _AT_A_TIME):
            part = slice(first, first + _AT_A_TIME)
            self._fill(places[part], windows[part], targets[part])
        return Pairs(windows, targets[:, 0] if targets.shape[1] == 1 else targets, places)

    def known_ahead(self, places: np.ndarray) -> np.ndarray:
        """Return what is known in advance of the rows that follow windows.

        Parameters
        ----------
        places : ndarray of shape (n_samples, 2)
            Those of pairs.

        Returns
        -------
        known : ndarray of shape (n_samples, horizon, n_known)
            Columns known in advance.
        """
        series, ends = places.T
        after = (self.firsts[series] + ends)[:, np.newaxis] + np.arange(
            1, self.features.horizon + 1
        )
        return self.exog.take(after, axis=0)[:, :, self.features.known]

    def _fill(self, places, windows, targets):
        """Write windows and targets in place."""
        features, n_columns = self.features, self.values.shape[1]
        series, ends = places.T
        first, end = self.firsts[series][:, np.newaxis], ends[:, np.newaxis]
        steps = end + np.arange(1 - features.n_rows, 1)
        rows = first + np.maximum(steps, 0)
        windows[:, :, :n_columns] = self.values.take(rows, axis=0)
        column = n_columns
        for part, lead in features.exog_parts:
            if not len(part):
                continue
            found = self.exog.take(rows + lead, axis=0)  # much faster than an index is
            whole = np.array_equal(part, np.arange(found.shape[2]))
            windows[:, :, column : column + len(part)] = found if whole else found[:, :, part]
            column += len(part)
        if self.static is not None:
            windows[:, :, column:] = self.static[series][:, np.newaxis]
        if features.pads:
            windows[steps < 0] = np.nan
        if self.ends is not None:
            features.mark_missing(windows, n_columns)
        after = first + end + np.arange(1, features.horizon + 1)
        targets[:] = self.values.take(after, axis=0).reshape(len(ends), -1)

    def _readable(self):
        """Return which pairs have targets and a window that can be read; None for all."""
        if not is_any(np.isnan, self.values):  # exogenous values are not missing, or may be
            return None
        missing = np.isnan(self.values).any(axis=1)
        n_rows, horizon = self.features.n_rows, self.features.horizon
        before = np.concatenate([[0], np.cumsum(missing, dtype=np.int32)])
        series, ends = self.places(np.arange(len(self))).T
        first = self.firsts[series]
        last = first + ends + 1
        size = self.features.lookback if self.takes_nan else n_rows
        begin = np.maximum(ends + 1 - size, 0)
        n_missing = before[last] - before[first + begin] + (begin - (ends + 1 - size))
        readable = n_missing < (size if self.takes_nan else 1)
        return readable & (before[last + horizon] == before[last])

    def _of_one_series(self):
        features = self.features
        _, values, exog = self.tables[0]
        static = None if self.static is None else self.static[0]
        rows = features.rows(values, exog, static=static)
        features.mark_missing(rows, values.shape[1])
        windows, targets, ends = _pairs(values, rows, features, self.takes_nan)
        places = np.column_stack([np.zeros(len(ends), dtype=int), ends])
        return Pairs(windows, targets[:, 0] if targets.shape[1] == 1 else targets, places)


def take_much_memory(n_values: int) -> bool:
    """Return whether so many values of windows are gathered a few at a time, where that can be."""
    return n_values > _MANY_VALUES


def some_numbers(n_pairs: int, most: int | None = None) -> np.ndarray:
    """Return the numbers of pairs that stand for all, drawn in the same way always.

    Pairs at equal distances might all be of one day of the week. By default `SOME_PAIRS` do.
    """
    most = SOME_PAIRS if most is None else most
    if n_pairs <= most:
        return np.arange(n_pairs)
    return np.sort(np.random.default_rng(0).choice(n_pairs, most, replace=False))


def _pairs(values, rows, features, takes_nan):
    """Return windows, targets and the last row of the window of each pair of one series."""
    n_rows, horizon = features.n_rows, features.horizon
    values, rows = (padded_front(table, features.n_padded) for table in (values, rows))
    n_pairs = max(0, len(values) - n_rows - horizon + 1)
    n_columns = values.shape[1]
    ends = np.arange(n_rows - 1, n_rows - 1 + n_pairs) - features.n_padded
    if not n_pairs:
        return (
            np.empty((0, n_rows, rows.shape[1])), np.empty((0, horizon * n_columns)), ends,
        )  # fmt: skip
    view = np.lib.stride_tricks.sliding_window_view
    windows = view(rows, n_rows, axis=0)[:n_pairs].transpose(0, 2, 1)
    after = view(values[n_rows:], horizon, axis=0).transpose(0, 2, 1)
    targets = after.reshape(n_pairs, horizon * n_columns)
    readable = readable_windows(rows, features, takes_nan)[:n_pairs]
    kept = np.isfinite(targets).all(axis=1) & readable
    if kept.all():
        return windows, targets, ends
    return windows[kept], targets[kept], ends[kept]
