"""What `ForecastDisplay` draws, from what users have."""

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted

from sklstm._whole_numbers import check_count, is_whole
from sklstm.data import as_numbers, column_names, has_three_axes, is_frame
from sklstm.time_labels import kind_of, label_text

from ._time_axis import row_times


def one_column(values, name, n_rows=None):
    """Return values as an array of one axis.

    Parameters
    ----------
    values : array-like of shape (n_rows,) or (n_rows, 1)
        Numbers.
    name : str
        What they are called in errors.
    n_rows : int, optional
        How many there must be.

    Returns
    -------
    column : ndarray of shape (n_rows,), float64
        The same.

    Raises
    ------
    ValueError
        If there are several columns, or more or fewer rows.
    """
    array = any_numbers(values, name)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise ValueError(
            f"{name} must be one column of shape (n_rows,), got an array of shape {array.shape}. "
            "Of several outputs or quantiles choose one, and draw it with "
            "ForecastDisplay.from_predictions(y_true, y_pred); quantiles are its lower and upper."
        )
    if n_rows is not None and len(array) != n_rows:
        raise ValueError(
            f"{name} must have {n_rows} rows, one for each prediction, got {len(array)}."
        )
    return array


def history_before(history, times, *, labelled):
    """Return known values before the first label of `times`, as a series.

    Parameters
    ----------
    history : array-like, series or None
        Values, oldest first. Without an index they end right before the first label.
    times : pandas index
        Labels of what is predicted.
    labelled : bool
        Whether they are labels of the user's, so that `history` may have some of them.

    Returns
    -------
    history : Series
        Empty for None.

    Raises
    ------
    ValueError
        If it is not one column of one series in the order of time, or has no labels where `times`
        has labels that are no numbers.
    """
    if history is None or not len(history):
        return pd.Series([], index=times[:0], dtype=np.float64)
    values = one_column(history, "history")
    if labelled and isinstance(history, pd.Series | pd.DataFrame):
        series = pd.Series(values, row_times(history.index, len(values), "history"))
        try:
            return series[series.index < times[0]]
        except TypeError as error:
            raise ValueError(
                f"history has labels such as {label_text(series.index[0])}, the predictions have "
                f"labels such as {label_text(times[0])}: they are not of one kind."
            ) from error
    kind = kind_of(times)
    if kind is None or not kind.is_number:
        raise ValueError(
            "history must be a pandas Series with an index like that of the predictions, whose "
            f"labels are such as {label_text(times[0])}; got {type(history).__name__}."
        )
    return pd.Series(values, index=times[0] + np.arange(-len(values), 0))


def last_known(X, target, y_name):
    """Return the target at each row of `X`, if `X` holds it.

    Parameters
    ----------
    X : array-like or dataframe
        Rows of a series, or windows.
    target : int, str or None
        Column of `X`; None: the column that is called as `y` is.
    y_name : str or None
        Name of `y`.

    Returns
    -------
    values : ndarray of shape (n_rows,), float64
        None if nothing tells which column it is.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    columns = column_names(X)
    if target is None:
        target = y_name if columns and y_name in columns else None
        target = f"{y_name}@t-0" if columns and f"{y_name}@t-0" in columns else target
        if target is None:
            return None
    if columns and f"{target}@t-0" in columns:
        target = f"{target}@t-0"
    if is_frame(X):
        if target not in columns:
            raise ValueError(f"target={target!r} is no column of X: these are {columns}.")
        return np.asarray(X[target], dtype=np.float64)
    rows = np.asarray(X)[:, -1] if has_three_axes(X) else np.asarray(X)
    if not is_whole(target) or not -rows.shape[1] <= target < rows.shape[1]:
        raise ValueError(
            f"target={target!r} is no column of X, which has the columns 0 to {rows.shape[1] - 1}."
        )
    return rows[:, target].astype(np.float64)


def check_regressor(estimator, caller):
    if isinstance(estimator, type) or not hasattr(estimator, "predict"):
        hint = " Of a Forecaster draw from_forecast." if hasattr(estimator, "forecast") else ""
        got = estimator.__name__ if isinstance(estimator, type) else type(estimator).__name__
        raise TypeError(f"{caller} takes a fitted estimator with predict, got {got}.{hint}")
    if is_classifier(estimator):
        raise TypeError(f"{caller} takes a regressor, got the classifier {estimator!r}.")
    check_is_fitted(estimator)


def count_or_none(value, name):
    """Return a count of rows as an int, None for None; raise a ValueError if it is none."""
    return None if value is None else check_count(value, name)


def any_numbers(values, name):
    """Return numbers in double precision, or say by name that they are none.

    Parameters
    ----------
    values : array-like
        Of any number of axes and rows.
    name : str
        What they are called in errors.

    Returns
    -------
    numbers : ndarray
        Of dtype float64.

    Raises
    ------
    TypeError, ValueError
        If they are no numbers.
    """
    takes_all = {"ensure_2d": False, "allow_nd": True, "ensure_min_samples": 0}
    numbers = as_numbers(values, name=name, ensure_all_finite=False, **takes_all)
    return numbers.astype(np.float64, copy=False)
