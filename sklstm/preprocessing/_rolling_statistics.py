"""Statistics of the last rows up to each row.

Each takes an array of shape (size, n_rows, n_columns), the oldest row first, and is NaN where one
of its values is. Sums are taken anew for each row, from the oldest on: so what is not among the
last rows leaves no trace in the rounding, and a row has the same bits whatever rows come before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from numbers import Integral
from typing import Any

import numpy as np

_CHUNK_VALUES = 1 << 20  # values that a median sorts at a time


def mean(rows: np.ndarray) -> np.ndarray:
    """Return the arithmetic mean."""
    # Taken from the newest value, the mean of equal values is that value.
    newest = rows[-1].astype(np.float64)
    return newest + sum(row - newest for row in rows) / len(rows)


def std(rows: np.ndarray) -> np.ndarray:
    """Return the standard deviation of a sample, ``ddof=1`` as with pandas."""
    center = mean(rows)
    largest_deviation = reduce(np.maximum, (np.abs(row - center) for row in rows))
    # By a power of two, which is exact: squares neither overflow nor vanish.
    unit = np.ldexp(1.0, np.frexp(largest_deviation)[1] - 1)
    return unit * np.sqrt(sum(((row - center) / unit) ** 2 for row in rows) / (len(rows) - 1))


def smallest(rows: np.ndarray) -> np.ndarray:
    """Return the minimum."""
    return np.minimum.reduce(rows, axis=0)


def largest(rows: np.ndarray) -> np.ndarray:
    """Return the maximum."""
    return np.maximum.reduce(rows, axis=0)


def median(rows: np.ndarray) -> np.ndarray:
    """Return the median."""
    found = np.empty(rows.shape[1:])
    chunk = max(1, _CHUNK_VALUES // (len(rows) * rows.shape[2]))
    for first in range(0, len(found), chunk):
        part = slice(first, first + chunk)
        found[part] = np.median(rows[:, part], axis=0)
    return found


STATISTICS = {"mean": mean, "std": std, "min": smallest, "max": largest, "median": median}


def check_rolling(rolling: Mapping[str, int | Sequence[int]] | None) -> list[tuple[str, int]]:
    """Return each statistic with a number of rows.

    Parameters
    ----------
    rolling : dict of str to int or list of int, or None
        The parameter.

    Returns
    -------
    pairs : list of (str, int)
        In its order.

    Raises
    ------
    ValueError
        If a name is none of `STATISTICS`, or a number is not possible.
    """
    pairs = []
    for name, sizes in (rolling or {}).items():
        if name not in STATISTICS:
            raise ValueError(f"rolling has {name!r}; it takes any of {list(STATISTICS)}.")
        fewest = 2 if name == "std" else 1
        several: Any = sizes if isinstance(sizes, Iterable) else [sizes]
        for size in several:
            is_number = isinstance(size, Integral) and not isinstance(size, bool)
            if not is_number or size < fewest or (name, size) in pairs:
                raise ValueError(
                    f"rolling[{name!r}]={sizes!r} is not possible: it takes a number of rows of at "
                    f"least {fewest}, or a list of distinct ones."
                )
            pairs.append((name, int(size)))
    return pairs


def side_by_side(
    last: Callable[..., np.ndarray],
    lags: Sequence[int],
    rolling: Sequence[tuple[str, int]],
    like: np.ndarray,
) -> np.ndarray:
    """Return all features of rows.

    Parameters
    ----------
    last : callable
        Takes a size and a lag; returns the last rows up to each row, the oldest first.
    lags : list of int
        Counted from the row itself.
    rolling : list of (str, int)
        Statistics, and how many rows each is of.
    like : ndarray of shape (n_rows, n_columns)
        Gives type and shape, where there is no feature.

    Returns
    -------
    features : ndarray of shape (n_rows, n_features)
        Of the type of `like`.
    """
    parts = [last(1, lag)[0] for lag in lags]
    parts += [STATISTICS[name](last(size)).astype(like.dtype, copy=False) for name, size in rolling]
    return np.hstack([like[:, :0], *parts])
