"""Rows and what is to be predicted at each of them: `forecast_pairs`."""

from numbers import Integral

import numpy as np
import pandas as pd

from ._context import check_order
from ._frames import column_names, index_of, is_frame, is_polars_series


def forecast_pairs(series, horizon=1, target=None):
    """Pair every row of a series with the value that is to be predicted at it.

    ``y[t]`` is the target at row ``t + horizon``. Every row whose target lies in the series is
    kept, so `X` is the series without its last rows; windows are cut later, by
    `SequenceWindower`, one for each row. Cross-validate with
    ``TimeSeriesSplit(gap=horizon - 1)``, so that no target of a training row is among the rows
    tested.

    Parameters
    ----------
    series : array-like, dataframe or series of shape (n_steps,) or (n_steps, n_features)
        One row per time step, oldest first: NumPy, pandas or polars.
    horizon : int or list of int, default=1
        How many rows ahead the target lies. With a list there is one column of `y` for each of
        them, and `X` ends before the last ``max(horizon)`` rows.
    target : str, int or list of them, optional
        Column to predict: its name in a frame, its position in an array. With a list there is one
        column of `y` for each of them. May be left out where there is one column only.

    Returns
    -------
    X : ndarray or dataframe of shape (n_steps - max(horizon), n_features)
        The rows, a slice of `series`. One-dimensional `series` becomes one column.
    y : ndarray, series or dataframe
        The targets, of the same kind and index as `X`: of shape (n_samples,), or of shape
        (n_samples, len(horizon) * len(target)) if either is a list. With a list of horizons the
        columns are called ``close@t+1``, ``close@t+2`` and so on.

    Raises
    ------
    TypeError
        If `series`, `horizon` or `target` is of the wrong type.
    ValueError
        If `horizon` is below 1, repeated or not shorter than the series, `target` is no column or
        left out with several, or the time index is not strictly increasing.

    Notes
    -----
    Targets that are NaN stay where they are, for rows keep their places; estimators refuse such
    `y`. Fill or drop them beforehand.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklstm import forecast_pairs
    >>> days = pd.date_range("2024-01-01", periods=4)
    >>> prices = pd.DataFrame({"open": [1, 2, 3, 4], "close": [5, 6, 7, 8]}, index=days)
    >>> X, y = forecast_pairs(prices, horizon=2, target="close")
    >>> X.assign(y=y)
                open  close  y
    2024-01-01     1      5  7
    2024-01-02     2      6  8
    """
    horizon = list(horizon) if isinstance(horizon, tuple) else horizon
    table = _as_table(series)
    check_order(index_of(table), name="series")
    horizons = _check_horizon(horizon, len(table))
    columns = _check_target(target, table)
    X = _rows(table, 0, len(table) - max(horizons))
    # Steps outside, features inside, as in the names of flat windows.
    pairs = [(ahead, column) for ahead in horizons for column in columns]
    targets = [_shifted(table, column, ahead, X) for ahead, column in pairs]
    if not _is_list(horizon) and not _is_list(target):
        return X, targets[0]
    return X, _side_by_side(targets, table, _target_names(table, pairs, _is_list(horizon)))


def _as_table(series):
    """Return the series with two axes, the second one of features."""
    if isinstance(series, pd.Series) or is_polars_series(series):
        return series.to_frame()
    if is_frame(series):
        return series
    array = np.asarray(series)
    if array.ndim == 0:
        raise TypeError(
            "series must be an array, a pandas or polars dataframe or series, got "
            f"{type(series).__name__}."
        )
    if array.ndim > 2:
        raise ValueError(
            "series must be of shape (n_steps,) or (n_steps, n_features), got an array of "
            f"{array.ndim} dimensions, shape {array.shape}."
        )
    return array[:, np.newaxis] if array.ndim == 1 else array


def _check_horizon(horizon, n_steps):
    horizons = list(horizon) if _is_list(horizon) else [horizon]
    takes = "it takes an integer of at least 1, or a list of distinct ones"
    for ahead in horizons:
        if not isinstance(ahead, Integral) or isinstance(ahead, bool | np.bool_):
            raise TypeError(f"horizon={horizon!r} is no number of rows: {takes}.")
    if not horizons or min(horizons) < 1 or len(set(horizons)) < len(horizons):
        raise ValueError(f"horizon={horizon!r} is not possible: {takes}.")
    if max(horizons) >= n_steps:
        raise ValueError(
            f"horizon={horizon!r} is longer than the series allows: it must be less than the "
            f"number of rows, {n_steps}."
        )
    return [int(ahead) for ahead in horizons]


def _check_target(target, table):
    """Return the positions of the target columns."""
    if target is None:
        if table.shape[1] != 1:
            raise ValueError(
                f"target must be given: the series has {table.shape[1]} columns, {_known(table)}."
            )
        return [0]
    targets = list(target) if _is_list(target) else [target]
    positions = [_position(one, table) for one in targets]
    if not positions or len(set(positions)) < len(positions):
        raise ValueError(
            f"target={target!r} is not possible: it takes a column or a list of distinct ones, of "
            f"{_known(table)}."
        )
    return positions


def _position(target, table):
    names = column_names(table)
    if names is None:
        if not isinstance(target, Integral) or isinstance(target, bool | np.bool_):
            raise TypeError(
                f"target={target!r} is no position: the series is an array, whose columns are "
                f"{_known(table)}."
            )
        if not -table.shape[1] <= target < table.shape[1]:
            raise ValueError(f"target={target!r} is out of range: columns are {_known(table)}.")
        return int(target) % table.shape[1]
    places = [place for place, name in enumerate(names) if name == target]
    if len(places) != 1:
        found = "not a column" if not places else f"the name of {len(places)} columns"
        raise ValueError(f"target={target!r} is {found}: the series has {_known(table)}.")
    return places[0]


def _known(table):
    names = column_names(table)
    return f"0 to {table.shape[1] - 1}" if names is None else repr(names)


def _target_names(table, pairs, several_horizons):
    names = column_names(table)
    if names is None:
        return None
    if several_horizons:
        return [f"{names[column]}@t+{ahead}" for ahead, column in pairs]
    return [names[column] for _, column in pairs]


def _rows(table, first, stop):
    return table.iloc[first:stop] if isinstance(table, pd.DataFrame) else table[first:stop]


def _shifted(table, column, ahead, X):
    """Return the rows of a column that lie `ahead` rows after those of `X`, in their places."""
    rows = _rows(table, ahead, ahead + len(X))
    if isinstance(table, pd.DataFrame):
        return rows.iloc[:, column].set_axis(X.index)
    return rows.to_series(column) if is_frame(table) else rows[:, column]


def _side_by_side(targets, table, names):
    if isinstance(table, pd.DataFrame):
        return pd.concat(targets, axis=1).set_axis(names, axis=1)
    if is_frame(table):
        return type(table)([y.alias(name) for y, name in zip(targets, names, strict=True)])
    return np.stack(targets, axis=1)


def _is_list(value):
    return isinstance(value, list | range | np.ndarray | pd.Index)
