"""New values far beyond those that are known, as those of another unit are: `Rows` and warnings."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sklstm._warn import warn_user
from sklstm.time_labels import label_text

from ._in_blocks import in_blocks
from ._joined import ends_of, joined

_FAR = 100.0  # half the range of the known values, from its middle
_LARGE = 30.0  # times the largest known value: a price that never changed may still rise
_NEWEST = 1000  # known rows that are looked at first, so that long series take no longer
_ROUNDING = 1e-9  # of the middle: what varies less is constant


@dataclass(frozen=True)
class Rows:
    """New values of a series, and those that are known.

    Parameters
    ----------
    key : object
        Of the series; None for the only one.
    values : ndarray of shape (n_rows, n_columns)
        The new ones.
    labels : pandas index
        Their labels, from place `first` on.
    first : int
        See there.
    known : ndarray of shape (n_known_rows, n_columns)
        Values of the same columns.
    """

    key: Hashable
    values: np.ndarray
    labels: pd.Index
    first: int
    known: np.ndarray


def warn_of_other_units(rows: Sequence[Rows], names: Sequence[Any], what: str) -> None:
    """Warn of new values as far from the known ones as those of another unit are.

    Networks are bounded, and forecast from them as if nothing were wrong.

    Parameters
    ----------
    rows : list of Rows
        Of some series.
    names : list
        Names of the columns, or their places.
    what : {"series", "exog"}
        The argument that has them.

    Warns
    -----
    UserWarning
        It names the first of them: a value of another unit, or a rare one, such as a cloudburst
        after a dry year.
    """
    some = [own for own in rows if own.values.size and own.known.size]
    for block in in_blocks(some, (min(len(own.known), _NEWEST) + len(own.values) for own in some)):
        low, high = _ranges([own.known[-_NEWEST:] for own in block])
        lengths = [len(own.values) for own in block]
        values = joined([own.values for own in block])
        far = _are_far(values, *(np.repeat(each, lengths, axis=0) for each in (low, high)))
        doubtful = np.logical_or.reduceat(far.any(axis=1), ends_of(lengths)[:-1])
        for place in np.flatnonzero(doubtful):
            if _told(block[place], names, what):
                return


def _told(own, names, what):
    """Warn of the first value that is far from all known ones; tell whether there is one."""
    low, high = _ranges([own.known])
    far = _are_far(own.values, low, high)
    if not far.any():
        return False
    row, column = np.argwhere(far)[0]
    of = "" if own.key is None else f" of series {own.key!r}"
    warn_user(
        f"{what} has {own.values[row, column]:.6g} at {label_text(own.labels[own.first + row])}"
        f"{of}, column {names[column]!r}, whose known values are from {low[0, column]:.6g} to "
        f"{high[0, column]:.6g}. If this is another unit, give it in that of fit."
    )
    return True


def _are_far(values, low, high):
    """Tell which values are far; none where known ones are constant, or missing."""
    middle, half = (low + high) / 2, (high - low) / 2
    varies = half > _ROUNDING * np.abs(middle)
    large = np.abs(values) > _LARGE * np.maximum(np.abs(low), np.abs(high))
    return varies & large & (np.abs(values - middle) > _FAR * half)


def _ranges(tables):
    """Return the smallest and the largest value of each column of each table."""
    begins, whole = ends_of([len(table) for table in tables])[:-1], joined(tables)
    return np.fmin.reduceat(whole, begins, axis=0), np.fmax.reduceat(whole, begins, axis=0)
