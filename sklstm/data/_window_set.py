"""Windows as slices of rows, in memory or on disk: `WindowSet`."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ._row_names import names_of_samples, place_in_windows
from ._shapes import observed_rows, window_rows

_FEW_ROWS = 1 << 12


@dataclass(frozen=True)
class WindowSet:
    """A set of windows, each one a slice of common rows.

    Missing steps are not among the rows: a window is the sequence of its observed steps, and two
    windows that differ in missing steps alone are the same window.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_features)
        Observed steps. Rows may belong to many windows.
    starts : ndarray of shape (n_samples,), int64
        First row of each window.
    lengths : ndarray of shape (n_samples,), int64
        Number of rows of each window, at least one.
    differenced : ndarray of shape (n_features,), bool, or None
        Features that are measured from the first step of each window, where they are zero then.
        The rows know nothing of it; who reads a window subtracts. None: no feature is.
    """

    rows: np.ndarray
    starts: np.ndarray
    lengths: np.ndarray
    differenced: np.ndarray | None = None

    @classmethod
    def from_array(cls, windows: np.ndarray, input_name: str = "X") -> "WindowSet":
        """Make a set from an array of shape (n_samples, n_timesteps, n_features).

        Parameters
        ----------
        windows : ndarray of shape (n_samples, n_timesteps, n_features)
            Steps whose features are all NaN are missing.
        input_name : str, default="X"
            What the windows are called in error messages.

        Returns
        -------
        window_set : WindowSet
            Its rows are a view of `windows` if no step is missing between observed ones.

        Raises
        ------
        ValueError
            If a step is infinite or partly NaN, or a window has no observed step.
        """
        window_set, numbers = cls.of_observed(windows, input_name)
        if numbers is not None:
            absent = np.flatnonzero(np.append(numbers, -1) != np.arange(len(numbers) + 1))
            raise ValueError(
                f"{input_name} has a window with no observed step (sample {absent[0]}): all of its "
                f"{windows.shape[1]} steps are NaN. Remove such samples, or fill the series first."
            )
        return window_set

    @classmethod
    def of_observed(
        cls, windows: np.ndarray, input_name: str = "X"
    ) -> "tuple[WindowSet, np.ndarray | None]":
        """Make a set of those windows that have an observed step.

        Parameters
        ----------
        windows : ndarray of shape (n_samples, n_timesteps, n_features)
            Steps whose features are all NaN are missing.
        input_name : str, default="X"
            What the windows are called in error messages.

        Returns
        -------
        window_set : WindowSet
            The windows, but for those of which all steps are missing: an outage was as long.
        numbers : ndarray of int or None
            Which windows these are; None for all of them.

        Raises
        ------
        ValueError
            If a step is infinite or partly NaN.
        """
        rows, starts = window_rows(windows)
        n_timesteps = windows.shape[1]
        if len(rows) <= _FEW_ROWS and np.isfinite(rows).all():  # at once, for single predictions
            return cls(rows, starts, np.full(len(starts), n_timesteps, dtype=np.int64)), None
        labels, columns = names_of_samples(windows)
        where = place_in_windows(starts, n_timesteps, labels)
        observed = observed_rows(rows, where=where, columns=columns, input_name=input_name)
        if observed.all():
            return cls(rows, starts, np.full(len(starts), n_timesteps, dtype=np.int64)), None
        before = np.concatenate([[0], np.cumsum(observed, dtype=np.int64)])
        lengths = before[starts + n_timesteps] - before[starts]
        first, end = int(np.argmax(observed)), len(rows) - int(np.argmax(observed[::-1]))
        # Mostly steps are missing before the beginning of the series only: that needs no copy.
        kept = rows[first:end] if observed[first:end].all() else rows[observed]
        window_set = cls(kept, before[starts], lengths)
        if lengths.all():
            return window_set, None
        numbers = np.flatnonzero(lengths)
        return window_set.take(numbers), numbers

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def n_features(self) -> int:
        """Number of features of each step."""
        return self.rows.shape[1]

    def take(self, index: slice | np.ndarray) -> "WindowSet":
        """Return the set of the windows at `index` (a slice or an array of integers)."""
        return replace(self, starts=self.starts[index], lengths=self.lengths[index])

    def with_rows(self, rows: Any, differenced: np.ndarray | None = None) -> "WindowSet":
        """Return the same windows over other rows, such as standardised ones."""
        return WindowSet(rows, self.starts, self.lengths, differenced)

    @property
    def newest_rows(self) -> np.ndarray:
        """Numbers of the rows that the windows end with, shape (n_samples,)."""
        return self.starts + self.lengths - 1

    def padded(self, index: slice | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the windows at `index` as one array, padded at their ends.

        Parameters
        ----------
        index : slice or ndarray of int
            Which windows.

        Returns
        -------
        values : ndarray of shape (n_windows, longest, n_features)
            Steps from the oldest on, differenced features measured from the first one.
            Beyond the end of a shorter window its last step is repeated.
        lengths : ndarray of shape (n_windows,), int64
            Number of steps of each window.
        """
        starts, lengths = self.starts[index], self.lengths[index]
        step = np.arange(lengths.max())
        if lengths.min() == len(step):
            rows = starts[:, np.newaxis] + step
        else:
            rows = starts[:, np.newaxis] + np.minimum(step, lengths[:, np.newaxis] - 1)
        values = self.rows[rows]
        if self.differenced is not None:
            values[:, :, self.differenced] -= values[:, :1, self.differenced]
        return values, lengths

    def row_numbers(self, index: slice | np.ndarray) -> np.ndarray:
        """Return the numbers of the rows of some windows, one window after the other.

        Parameters
        ----------
        index : slice or ndarray of int
            Which windows.

        Returns
        -------
        numbers : ndarray of shape (n,), int64
            As many as the windows have steps together.
        """
        starts, lengths = self.starts[index], self.lengths[index]
        ends = np.cumsum(lengths)
        return np.arange(ends[-1]) + np.repeat(starts - (ends - lengths), lengths)

    def compact(self, index: slice | np.ndarray) -> "WindowSet":
        """Return the windows at `index` with rows of their own, padded likewise, in their order.

        Parameters
        ----------
        index : slice or ndarray of int
            Which windows.

        Returns
        -------
        window_set : WindowSet
            Its rows are a copy, the larger the more the windows overlap.
        """
        values, lengths = self.padded(index)
        n_samples, n_steps = values.shape[:2]
        starts = np.arange(n_samples, dtype=np.int64) * n_steps
        return WindowSet(values.reshape(-1, *values.shape[2:]), starts, lengths)

    def row_weight(self, sample_weight: Any = None) -> np.ndarray:
        """Return how often each row occurs in the windows, weighted by their samples.

        Statistics weighted so are those of the separate windows, whether they share rows or not.

        Parameters
        ----------
        sample_weight : ndarray of shape (n_samples,), optional
            Weight of each window, one by default.

        Returns
        -------
        weight : ndarray of shape (n_rows,), float64
            Zero for a row that is in no window of the set.
        """
        n_rows = len(self.rows)
        opened = np.bincount(self.starts, sample_weight, n_rows + 1)
        closed = np.bincount(self.starts + self.lengths, sample_weight, n_rows + 1)
        weight = np.cumsum(opened - closed, dtype=np.float64)[:-1]
        # With fractional weights the running sum leaves crumbs where no window with one is open.
        if sample_weight is not None:
            counts = sample_weight > 0
            covered = np.cumsum(
                np.bincount(self.starts, counts, n_rows + 1)
                - np.bincount(self.starts + self.lengths, counts, n_rows + 1)
            )
            weight[covered[:-1] == 0] = 0.0
        return weight


def among_all(values: np.ndarray, numbers: np.ndarray | None, n_samples: int) -> np.ndarray:
    """Put what was computed of observed windows in the places of all; NaN for the others.

    Parameters
    ----------
    values : ndarray of shape (n_observed, ...)
        Floating point numbers.
    numbers : ndarray of int of shape (n_observed,) or None
        Which windows they belong to, as from `WindowSet.of_observed`; None: all.
    n_samples : int
        The number of all windows.

    Returns
    -------
    whole : ndarray of shape (n_samples, ...)
        `values` itself if they are those of all windows.
    """
    if numbers is None:
        return values
    whole = np.full((n_samples, *values.shape[1:]), np.nan, dtype=values.dtype)
    whole[numbers] = values
    return whole


def refuse_nothing_observed(
    numbers: np.ndarray | None, n_timesteps: int, input_name: str = "X"
) -> None:
    """Raise a ValueError if no window has an observed step, given the numbers of those that do."""
    if numbers is not None and not len(numbers):
        raise ValueError(
            f"{input_name} has no window with an observed step: all of their {n_timesteps} steps "
            "are NaN."
        )
