"""Labels of rows on an axis of time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sklstm.time_labels import as_time_labels, kind_of, labels_after

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def row_times(index: pd.Index | Sequence | None, n_rows: int, name: str) -> pd.Index:
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
        If there are no rows, or more or fewer labels, or if they are not in order: rows of several
        series.
    """
    if not n_rows:
        raise ValueError(f"There is nothing to draw: {name} has no rows.")
    if index is None:
        return pd.RangeIndex(n_rows)
    times = index if isinstance(index, pd.Index) else pd.Index(index)
    if len(times) != n_rows:
        raise ValueError(f"index must have a label for each of {n_rows} rows, got {len(times)}.")
    if isinstance(times, pd.MultiIndex):
        constant = [level for level in range(times.nlevels) if times.unique(level).size == 1]
        times = times.droplevel(constant[: times.nlevels - 1])
    times = as_time_labels(times, f"The index of {name}")
    if isinstance(times, pd.MultiIndex) or not (times.is_monotonic_increasing and times.is_unique):
        raise ValueError(
            f"{name} must be rows of one series in the order of time, but its index "
            + (f"has the levels {list(times.names)}" if times.nlevels > 1 else "is not in order")
            + ". Select the rows of one series."
        )
    return times


def later_times(times: pd.Index, horizon: int) -> pd.Index:
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
    try:
        following = labels_after(times, horizon)
    except ValueError as error:
        raise ValueError(
            f"{error}, so the times of the targets are unknown. Leave horizon out, or use "
            "from_predictions with index=, the times of the targets."
        ) from None
    return times.append(following)[horizon:].set_names(times.names)


def positions(times: pd.Index) -> np.ndarray:
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
    kind = kind_of(times)
    return np.arange(len(times)) if kind is None else kind.drawn_at(times)


def before(earlier: np.ndarray, first: object) -> np.ndarray:
    """Return the places of earlier rows, which end before the first of the others.

    Where labels are placed by the numbers of their rows, those of both begin with zero.

    Parameters
    ----------
    earlier : ndarray
        As from `positions`, of one row at least.
    first : object
        Place of the first of the other rows.

    Returns
    -------
    places : ndarray
        Of the earlier rows.
    """
    return earlier if earlier[-1] < first else earlier - (earlier[-1] + 1 - first)


def has_dates(times: pd.Index) -> bool:
    """Return whether labels are dates."""
    kind = kind_of(times)
    return kind is not None and kind.is_date


def format_dates(ax: "Axes", times: pd.Index) -> None:
    """Give an axis of dates few and short labels, in the time zone of `times`."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    kind = kind_of(times)
    zone = None if kind is None else kind.zone(times)  # matplotlib takes None for UTC
    locator = AutoDateLocator(tz=zone, minticks=3, maxticks=8)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=zone))
