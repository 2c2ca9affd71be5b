"""What is asked of many rows, a few of them at a time: `is_any`."""

from collections.abc import Callable

import numpy as np

ROWS_AT_A_TIME = 1 << 18  # so that what is asked of all rows takes little memory


def is_any(test: Callable[[np.ndarray], np.ndarray], values: np.ndarray) -> bool:
    """Tell whether a test is true of any row or value.

    Parameters
    ----------
    test : callable
        Takes rows and returns an array of bool.
    values : ndarray of shape (n_rows, n_columns)
        All rows.

    Returns
    -------
    is_any : bool
        Without an array as long as all rows.
    """
    parts = range(0, len(values), ROWS_AT_A_TIME)
    return any(test(values[first : first + ROWS_AT_A_TIME]).any() for first in parts)
