"""By what errors of series are divided, so that all series count the same: `mean_changes`."""

import numpy as np


def mean_changes(values: np.ndarray) -> np.ndarray:
    """Return the mean absolute change of a series from row to row.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_columns)
        A series; NaN is missing.

    Returns
    -------
    changes : ndarray of shape (n_columns,)
        NaN where there is none.
    """
    change = np.abs(np.diff(values, axis=0))
    known = np.isfinite(change)
    mean = np.where(known, change, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(mean > 0, mean, np.nan)
