"""What came after some rows of series: `following_rows`, `following_rows_of_all`."""

from collections.abc import Sequence

import numpy as np

from ._joined import ends_of, joined


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
    return following_rows_of_all([values], [origins], steps)


def following_rows_of_all(
    values: Sequence[np.ndarray], origins: Sequence[np.ndarray], steps: int
) -> np.ndarray:
    """Return the rows after origins in several series, NaN beyond the ends of these.

    Parameters
    ----------
    values : list of ndarray of shape (n_steps, n_columns)
        The series.
    origins : list of ndarray of shape (n_origins,)
        Rows of each.
    steps : int
        How many rows.

    Returns
    -------
    rows : ndarray of shape (n_all_origins, steps, n_columns)
        Copies of them, those of one series behind those of the one before.
    """
    whole, ends = joined(values), ends_of([len(own) for own in values])
    series = np.repeat(np.arange(len(values)), [len(own) for own in origins])
    newest = ends[series] + np.concatenate(origins)
    place = newest[:, np.newaxis] + np.arange(1, steps + 1)
    beyond = place >= ends[series + 1][:, np.newaxis]
    place[beyond] = 0
    rows = whole[place]
    rows[beyond] = np.nan
    return rows
