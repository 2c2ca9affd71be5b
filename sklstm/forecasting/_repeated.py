"""Rows that repeat themselves, as those of a calendar do: `repeats`."""

import numpy as np


def repeats(values: np.ndarray) -> bool:
    """Tell whether rows are the first few of them, again and again.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_columns)
        In the order of time; NaN equals NaN.

    Returns
    -------
    repeats : bool
        Whether a period shorter than `n_rows` divides it, so that the next rows may well be the
        same once more.
    """
    n_rows = len(values)
    return any(
        np.array_equal(values[period:], values[:-period], equal_nan=True)
        for period in range(1, n_rows // 2 + 1)
        if n_rows % period == 0
    )
