"""Windows as slices of rows, in memory or on disk, and the newest of them: `WindowSet`."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ._row_names import names_of_samples, place_in_windows
from ._shapes import observed_rows, window_rows

_LOOKED_AT = 32  # pairs of neighbours, which say whether windows overlap


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
        # With fractional weights the running sum leaves crumbs where no window is open.
        if sample_weight is not None:
            covered = np.cumsum(
                np.bincount(self.starts, minlength=n_rows + 1)
                - np.bincount(self.starts + self.lengths, minlength=n_rows + 1)
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


def newest_block(
    windows: WindowSet, validation_fraction: float
) -> tuple[slice | np.ndarray, slice]:
    """Split samples in time into training and validation.

    The newest samples validate. Training samples whose windows share rows with those of validation
    are left out of both: those right before them, or of series that stand among each other those
    before them of each series.

    Parameters
    ----------
    windows : WindowSet
        All samples, oldest first.
    validation_fraction : float in (0, 1)
        Share of the samples that validate.

    Returns
    -------
    training : slice or ndarray of int
        Samples to train on.
    validation : slice
        Samples that validate.

    Raises
    ------
    ValueError
        If nothing would be left to train on.
    """
    n_samples = len(windows)
    n_validation = max(1, round(validation_fraction * n_samples))
    first = n_samples - n_validation
    shares = _overlap(windows, first)
    if shares.all():
        raise ValueError(
            f"early_stopping=True leaves no training sample: of n_samples={n_samples}, "
            f"validation_fraction={validation_fraction} holds back {n_validation}, and {first} "
            "more share steps with them. Give more samples, a smaller validation_fraction or "
            "early_stopping=False."
        )
    n_training = first - int(shares.sum())
    if shares[n_training:].all():
        return slice(0, n_training), slice(first, n_samples)
    return np.flatnonzero(~shares), slice(first, n_samples)


def of_one_series(windows: WindowSet) -> bool:
    """Return whether windows show that they are successive windows of one series.

    They do if they share rows in memory, if they grow from one step on as those of a
    `SequenceWindower` do at the beginning of a series, or if neighbours hold the same values over
    half of their steps. Scaled windows that do not begin with a series show nothing.

    Parameters
    ----------
    windows : WindowSet
        The windows.

    Returns
    -------
    of_one_series : bool
        Whether they show it.
    """
    n_samples, lengths = len(windows), windows.lengths
    if n_samples < 2:
        return False
    longest = min(int(lengths.max()), n_samples)
    if longest > 1 and np.array_equal(lengths[:longest], np.arange(1, longest + 1)):
        return True
    ends = windows.starts + lengths
    if np.mean((ends[:-1] > windows.starts[1:]) & (np.diff(windows.starts) > 0)) > 0.5:
        return True
    pairs = np.unique(np.linspace(0, n_samples - 2, _LOOKED_AT).astype(int))
    return np.mean([_half_overlaps(windows, sample) for sample in pairs]) > 0.5


def _half_overlaps(windows, sample):
    """Return whether a window and the next one have half of their values in common."""
    before, after = _values(windows, sample), _values(windows, sample + 1)
    shift = _shift(before, after)
    if not shift:  # equal windows are no sign of a series
        return shift == 0 and len(before) < len(after)
    return len(before) - shift >= len(after) / 2


def _overlap(windows, first):
    """Return which samples before `first` share rows with samples from there on."""
    starts, ends = windows.starts, windows.starts + windows.lengths
    n_places = len(windows.rows) + 1
    opened = np.bincount(starts[first:], minlength=n_places)
    closed = np.bincount(ends[first:], minlength=n_places)
    before = np.append(0, np.cumsum(np.cumsum(opened - closed)[:-1] > 0))  # rows that validate
    shares = before[ends[:first]] > before[starts[:first]]
    if first and not shares.any():
        shares[first - _overlap_by_value(windows, first) :] = True
    return shares


def _overlap_by_value(windows, first):
    """Return the same for windows without shared memory, such as copies of a view.

    Told from window to window, backwards: each must hold what the next one begins with. Windows
    that are equal are no sign of a common series by themselves; they count once there is one.
    """
    after, offset, overlap = _values(windows, first), 0, 0
    for sample in range(first - 1, -1, -1):
        before = _values(windows, sample)
        shift = _shift(before, after)
        if shift is None or offset + shift >= len(before):
            break
        offset += shift
        if overlap or shift or len(before) != len(after):
            overlap = first - sample
        after = before
    return overlap


def _shift(before, after):
    """Return after how many steps of one window the other one begins, None if it never does."""
    for shift in range(len(before)):
        shared = min(len(before) - shift, len(after))
        if np.array_equal(before[shift : shift + shared], after[:shared]):
            return shift
    return None


def _values(windows, sample):
    return windows.padded(np.array([sample]))[0][0]
