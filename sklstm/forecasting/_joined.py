"""Tables of series, one behind the other: `joined`, and each by itself again: `pieces`."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np


def joined(tables: Sequence[np.ndarray]) -> np.ndarray:
    """Return tables one behind the other; no copy is made where they stand so in memory.

    Parameters
    ----------
    tables : list of ndarray of shape (n_rows, n_columns, ...)
        Of equal width.

    Returns
    -------
    whole : ndarray of shape (n_all_rows, n_columns, ...)
        All rows.
    """
    tables = [table for table in tables if len(table)] or tables[:1]
    first = tables[0]
    if len(tables) == 1:
        return first
    base = first.base
    row = first.strides[0] if first.ndim > 1 else 0
    address = first.__array_interface__["data"][0]
    if base is None or not row or not first.size:
        return np.concatenate(tables)
    for table in tables:
        follows = table.__array_interface__["data"][0] == address
        if table.base is not base or table.strides != first.strides or not follows:
            return np.concatenate(tables)
        address += len(table) * row
    n_rows = sum(len(table) for table in tables)
    return np.lib.stride_tricks.as_strided(first, (n_rows, *first.shape[1:]), first.strides)


def ends_of(lengths: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return where each of some pieces begins, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def pieces(whole: np.ndarray, ends: np.ndarray) -> list[np.ndarray]:
    """Return the pieces of an array, as views; `ends` are those of `ends_of`."""
    return [whole[begin:end] for begin, end in pairwise(ends.tolist())]
