"""What came after some rows of a series: `following_rows`."""

import numpy as np


def following_rows(values: np.ndarray, origins: np.ndarray, steps: int) -> np.ndarray:
    """Return the rows after each origin, NaN beyond the end.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_columns)
        A series.
    origins : ndarray of shape (n_origins,)
        Rows of it.
    steps : int
        How many rows.

    Returns
    -------
    rows : ndarray of shape (n_origins, steps, n_columns)
        Copies of them.
    """
    filled = np.concatenate([values, np.full((steps, values.shape[1]), np.nan)])
    return filled[origins[:, np.newaxis] + np.arange(1, steps + 1)]
