"""How columns that are known up to now stand in windows: `choose_past`."""

from collections.abc import Sequence

import numpy as np

from sklstm.preprocessing import Representation, choose_beside

_CHANGES = "difference"


def choose_past(
    columns: Sequence[Representation],
    windows: np.ndarray,
    targets: np.ndarray,
    groups: np.ndarray,
    n_past: int,
    saturates: bool = True,
) -> list[str]:
    """Choose whether columns known up to now are read as they are, or less their newest value.

    A column that wanders leaves the range that a network has learned, and then its level is worth
    less than nothing; what it has changed by is not. Of one that returns to its mean the level
    tells where it will go.

    Parameters
    ----------
    columns : list of Representation
        Of each column of the series.
    windows : ndarray of shape (n_samples, n_rows, n_features)
        Training windows, those of a series in the order of time, with the rows in front.
    targets : ndarray of shape (n_samples, horizon, n_columns)
        The rows that follow.
    groups : ndarray of shape (n_samples,)
        Number of the series of each window.
    n_past : int
        How many features behind the columns of the series are known up to now.
    saturates : bool, default=True
        Whether the regressor has bounded units; linear models have not.

    Returns
    -------
    names : list of str
        For each of them ``"level"`` or ``"difference"``, by what the quick model of
        `choose_beside` says of most columns of the series. Columns with missing values, which only
        trees and the like read, stay as they are.
    """
    others = windows[:, columns[0].n_before :, len(columns) : len(columns) + n_past]
    complete = ~np.isnan(windows[:, :, : len(columns)]).any(axis=(1, 2))
    whole = ~np.isnan(others[complete]).any(axis=(0, 1))
    votes = np.zeros(n_past)
    for place, column in enumerate(columns):
        choices = choose_beside(
            others[:, :, whole], windows[:, :, place], targets[:, :, place], column,
            groups=groups, saturates=saturates, name=_CHANGES,
        )  # fmt: skip
        votes[whole] += [one.representation.name == _CHANGES for one in choices]
    return [_CHANGES if 2 * own > len(columns) else "level" for own in votes]
