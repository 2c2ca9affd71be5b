"""Times of rows, and what becomes of them on an axis."""

import numpy as np
import pandas as pd


def row_times(index, n_rows, name):
    """Return the labels of rows on the axis of time.

    Parameters
    ----------
    index : pandas index, array-like or None
        Labels of the rows; None counts them from 0.
    n_rows : int
        Number of rows.
    name : str
        What the rows are called in errors.

    Returns
    -------
    times : pandas index
        Without levels that are the same for all rows.

    Raises
    ------
    ValueError
        If there are more or fewer labels, or if they are not in order: rows of several series.
    """
    if index is None:
        return pd.RangeIndex(n_rows)
    times = index if isinstance(index, pd.Index) else pd.Index(index)
    if len(times) != n_rows:
        raise ValueError(f"index must have a label for each of {n_rows} rows, got {len(times)}.")
    if isinstance(times, pd.MultiIndex):
        constant = [level for level in range(times.nlevels) if times.unique(level).size == 1]
        times = times.droplevel(constant[: times.nlevels - 1])
    if isinstance(times, pd.MultiIndex) or not (times.is_monotonic_increasing and times.is_unique):
        raise ValueError(
            f"{name} must be rows of one series in the order of time, but its index "
            + (f"has the levels {list(times.names)}" if times.nlevels > 1 else "is not in order")
            + ". Select the rows of one series."
        )
    return times


def later_times(times, horizon):
    """Return the label `horizon` rows after each row.

    Where labels are neither regular nor weekdays, those after the last one are a guess: as far
    apart as most of the others.

    Parameters
    ----------
    times : pandas index
        As from `row_times`.
    horizon : int
        How many rows later.

    Returns
    -------
    later : pandas index
        As many labels.

    Raises
    ------
    ValueError
        If labels are such that nothing tells which come next.
    """
    return times.append(_continuation(times, horizon))[horizon:].set_names(times.names)


def positions(times):
    """Return what matplotlib places labels by.

    Parameters
    ----------
    times : pandas index
        As from `row_times`.

    Returns
    -------
    values : ndarray
        Numbers or dates; the numbers of the rows for labels that are neither.
    """
    if isinstance(times, pd.PeriodIndex):
        times = times.to_timestamp()
    if isinstance(times, pd.DatetimeIndex):
        return times.to_numpy() if times.tz is None else times.to_pydatetime()
    return times.to_numpy() if pd.api.types.is_numeric_dtype(times) else np.arange(len(times))


def has_dates(times):
    """Tell whether labels are dates."""
    return isinstance(times, pd.DatetimeIndex | pd.PeriodIndex)


def format_dates(ax):
    """Let an axis of dates have few and short labels."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=3, maxticks=8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def _continuation(times, n_rows):
    steps = np.arange(1, n_rows + 1)
    last = times[-1]
    if isinstance(times, pd.PeriodIndex):
        return pd.PeriodIndex([last + int(step) for step in steps])
    if isinstance(times, pd.DatetimeIndex):
        return pd.date_range(last, periods=n_rows + 1, freq=_frequency(times))[1:]
    if pd.api.types.is_numeric_dtype(times) and len(times) > 1:
        return pd.Index(last + steps * np.median(np.diff(times))).astype(times.dtype)
    raise ValueError(
        f"Nothing tells which labels follow on {last!r}, so the times of the targets are unknown. "
        "Leave horizon out, or use from_predictions with index=, the times of the targets."
    )


def _frequency(times):
    """Return the step of times, weekdays for trading days."""
    freq = times.freq
    if freq is None and len(times) > 2:
        freq = pd.DatetimeIndex(pd.DatetimeIndex(times, freq=None), freq="infer").freq
    if freq is not None:
        return freq
    if len(times) == 1:
        raise ValueError("A single row does not tell how far apart times are: leave horizon out.")
    step = pd.Series(times).diff().median()
    if step == pd.Timedelta(days=1) and (times.day_of_week < 5).all():
        return "B"
    return step
