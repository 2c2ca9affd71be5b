"""Centre and scale of the window of every row of a series: `series_statistics`."""

from ._trailing_statistics import trailing_statistics
from ._window_statistics import block_statistics, expanding_statistics


def series_statistics(series, past, window_size, causal, how):
    """Return the statistics of every row's window, and what rows that go on must know.

    Parameters
    ----------
    series : ndarray of shape (n_steps, n_features)
        The rows, oldest first.
    past : ndarray or None
        What an earlier call returned, to go on after its last row; None to begin.
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
