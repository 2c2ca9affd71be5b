"""Tables of series, one behind the other: `joined`."""

from collections.abc import Sequence

import numpy as np


def joined(tables: Sequence[np.ndarray]) -> np.ndarray:
    """Return tables one behind the other; no copy is made where they stand so in memory.

    Parameters
    ----------
    tables : list of ndarray of shape (n_rows, n_columns)
        Of equal width.

    Returns
    -------
    whole : ndarray of shape (n_all_rows, n_columns)
        All rows.
    """
    first = tables[0]
    if len(tables) == 1:
        return first
    base = first.base
    row = first.strides[0] if first.ndim == 2 else 0
    address = first.__array_interface__["data"][0]
    if base is None or not row or not first.size:
        return np.concatenate(tables)
    for table in tables:
        follows = table.__array_interface__["data"][0] == address
        if table.base is not base or table.strides != first.strides or not follows:
            return np.concatenate(tables)
        address += len(table) * row
    n_rows = sum(len(table) for table in tables)
    return np.lib.stride_tricks.as_strided(first, (n_rows, first.shape[1]), first.strides)


def ends_of(lengths: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return where each of some pieces begins, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
