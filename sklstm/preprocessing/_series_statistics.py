"""Centre and scale of the window of every row of a series: `series_statistics`.

Trailing windows get the same bits as `window_statistics` gives for the windows cut out one by one,
in time that does not grow with their size ("standard" apart, whose sums are taken anew for every
window, so that rows outside of it leave no trace in its rounding).
"""

from dataclasses import dataclass

import numpy as np

from ._window_statistics import (
    block_statistics,
    expanding_statistics,
    from_divisors,
    from_extremes,
    from_moments,
)

_CHUNK_VALUES = 1 << 15  # sums, deviations and rows of a chunk stay in the cache together


def series_statistics(series, past, window_size, causal, how):
    """Return the statistics of every row's window, and what rows that continue them must know.

    Parameters
    ----------
    series : ndarray of shape (n_steps, n_features)
        The rows, oldest first.
    past : ndarray or None
        What an earlier call returned, to continue after its last row; None to begin.
    window_size : int or None
        As in `WindowScaler`.
    causal : bool
        As in `WindowScaler`.
    how : tuple of (str, tuple)
        Method and feature range, as in `window_statistics`.

    Returns
    -------
    center, scale : ndarray of shape (n_steps, n_features)
        Statistics of each row's window.
    past : ndarray or None
        The state of `expanding_statistics`, or the rows that trailing windows reach back to; None
        for blocks, which have none.
    """
    if not causal:
        return *block_statistics(series, window_size, *how), None
    if window_size is None:
        return expanding_statistics(series, past, *how)
    before = series[:0] if past is None else past
    tail = series[max(0, len(series) - window_size + 1) :].copy()
    return *trailing_statistics(series, before, window_size, *how), tail


def trailing_statistics(series, before, window_size, method, feature_range):
    """Return, for each row, the statistics of the `window_size` rows that end with it.

    Parameters
    ----------
    series : ndarray of shape (n_steps, n_features)
        The rows, oldest first.
    before : ndarray of shape (n_before, n_features)
        The rows before them; there may be none.
    window_size : int
        Number of rows, fewer where there are no more.
    method : str
        As in `window_statistics`.
    feature_range : tuple of (float, float)
        As in `window_statistics`.

    Returns
    -------
    center, scale : ndarray of shape (n_steps, n_features)
        Statistics of each row's window.
    """
    n_steps, n_features = series.shape
    before = before[max(0, len(before) - window_size + 1) :]
    window_size = min(window_size, len(before) + n_steps)
    missing = np.full((window_size - 1 - len(before), n_features), np.nan)
    # Window t is rows[t : t + window_size].
    rows = np.concatenate([missing, before, series], dtype=np.float64)
    if method == "minmax":
        return from_extremes(*_extremes(rows, window_size), feature_range)
    if method == "standard":
        return from_moments(*_moments(rows, window_size))
    return from_divisors(_end_values(rows, window_size, method))


def _extremes(rows, window_size):
    from scipy.ndimage import maximum_filter1d, minimum_filter1d  # slow to import

    n_windows = len(rows) - window_size + 1
    whole = slice(window_size // 2, window_size // 2 + n_windows)  # the filters are centred
    observed = ~np.isnan(rows)
    low = minimum_filter1d(np.where(observed, rows, np.inf), window_size, axis=0)[whole]
    high = maximum_filter1d(np.where(observed, rows, -np.inf), window_size, axis=0)[whole]
    empty = np.isinf(low)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def _end_values(rows, window_size, method):
    """Return the first or last value of each window that is not NaN, NaN if there is none."""
    if method == "last":
        return _end_values(rows[::-1], window_size, "first")[::-1]
    n_rows = len(rows)
    place = np.where(np.isnan(rows), n_rows, np.arange(n_rows)[:, np.newaxis])
    place = np.minimum.accumulate(place[::-1], axis=0)[::-1][: n_rows - window_size + 1]
    values = np.take_along_axis(rows, np.minimum(place, n_rows - 1), axis=0)
    inside = place < np.arange(len(place))[:, np.newaxis] + window_size
    return np.where(inside, values, np.nan)


def _moments(rows, window_size):
    """Return mean and variance (ddof 0) of each window, in two passes."""
    first = _end_values(rows, window_size, "first")
    n_windows, n_features = first.shape
    seen = np.cumsum(np.vstack([np.zeros(n_features), ~np.isnan(rows)]), axis=0)
    count = seen[window_size:] - seen[:-window_size]
    shift, variance = np.empty((2, *first.shape))
    chunk = max(1, _CHUNK_VALUES // n_features)
    for start in range(0, n_windows, chunk):
        part = slice(start, min(start + chunk, n_windows))
        known = rows[start : part.stop + window_size - 1], first[part], np.maximum(count[part], 1)
        shift[part], variance[part] = _moments_of_chunk(*known)
    return first + shift, variance


def _moments_of_chunk(rows, first, n_values):
    """Return what the mean lies above `first`, and the variance, with all windows side by side.

    Sums are taken from the oldest step to the newest. What is missing is left out of them.
    """
    n_windows = len(first)
    observed = ~np.isnan(rows)
    complete = observed.all()  # then there is no need to look at each value
    total, squares, deviations = np.zeros((3, *first.shape))

    def steps():
        """Yield, from the oldest step on, which values are observed; `deviations` are set."""
        for step in range(len(rows) - n_windows + 1):
            part = slice(step, step + n_windows)
            np.subtract(rows[part], first, out=deviations)
            yield True if complete else observed[part]

    for known in steps():
        np.add(total, deviations, out=total, where=known)
    shift = total / n_values
    for known in steps():
        np.subtract(deviations, shift, out=deviations)
        np.multiply(deviations, deviations, out=deviations)
        np.add(squares, deviations, out=squares, where=known)
    return shift, squares / n_values


@dataclass(frozen=True)
class FittedStatistics:
    """What undoes the scaling of the fitted rows, when they come again.

    Parameters
    ----------
    parts : dict
        For each series the index of its rows, None where there is none, and their ``(center,
        scale)``.
    """

    parts: dict

    def of(self, found):
        """Return the statistics of all rows, in their order.

        Parameters
        ----------
        found : SeriesSet
            The series, or windows; not necessarily all that were fitted.

        Returns
        -------
        center, scale : ndarray of shape (n_rows, n_features)
            One row for each row.

        Raises
        ------
        ValueError
            If the rows of a series are not those that were fitted: by their index, or by their
            number where there is none.
        """
        parts = [self._of_series(key, index, len(rows)) for key, index, rows in found]
        return tuple(found.in_order(part) for part in zip(*parts, strict=True))

    def _of_series(self, key, index, n_rows):
        if key not in self.parts:
            difference = "no such series"
        else:
            fitted, statistics = self.parts[key]
            if fitted is not None and index is not None and not fitted.equals(index):
                difference = "another index"
            elif len(statistics[0]) != n_rows:
                difference = f"{len(statistics[0])} rows"
            else:
                return statistics
        which = "" if key is None else f" of series {key!r}"
        raise ValueError(
            f"The statistics of these {n_rows} rows{which} are not known: fit saw {difference}. "
            "inverse_transform takes them as statistics=scaler.statistics(X) of the unscaled X."
        )
