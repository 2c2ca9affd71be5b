"""Rows of a series and the target of each of them: `forecast_pairs`."""

from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from sklstm._warn import warn_user
from sklstm.time_labels import check_order, step_numbers

from ._farther_targets import warn_of_farther_targets
from ._frames import column_names, index_of, is_frame, is_polars_series, take_rows
from ._no_real_numbers import refuse_complex
from ._other_tables import as_labelled
from ._panels import split_panel
from ._plain_values import plain_values


def forecast_pairs(
    series: Any, horizon: int | list[int] = 1, target: Any = None, by: Any = None
) -> tuple[Any, Any]:
    """Pair every row of a series with its target, a later value.

    ``y[t]`` is the target at row ``t + horizon``. Every row whose target lies in the series is
    kept, so `X` is the series without its last rows; windows are cut later, by
    `SequenceWindower`, one for each row. Cross-validate with
    ``TimeSeriesSplit(gap=horizon - 1)``, so that the target of every training row is known when the
    first row is tested.

    With `by` the rows belong to several series, each with its own last rows: ``y[t]`` is the target
    `horizon` rows later of the same series. The rows keep their order, whether series by
    series or day by day. Cross-validate with
    ``PanelTimeSeriesSplit(gap=horizon - 1)``.

    Parameters
    ----------
    series : array-like, dataframe or series of shape (n_steps,) or (n_steps, n_features)
        One row per time step, oldest first: NumPy, pandas, polars, Arrow or xarray. Rows of polars
        and Arrow are labelled by the only column of times, if there is one.
    horizon : int or list of int, default=1
        How many rows ahead the target lies. With a list there is one column of `y` for each of
        them, and `X` ends before the last ``max(horizon)`` rows.
    target : str, int or list of them, optional
        Column to predict: its name in a frame, its position in an array. With a list there is one
        column of `y` for each of them. May be left out where there is one column only.
    by : str or list of str, optional
        Column of a frame, or level of its index, that says to which series a row belongs, or
        several that say so together, such as ``["store", "item"]``. Without it all rows are one
        series.

    Returns
    -------
    X : ndarray or dataframe of shape (n_steps - max(horizon), n_features)
        The rows, a slice of `series`, without those whose target is absent. One-dimensional
        `series` becomes one column. With `by` the rows of every series but its last
        ``max(horizon)``; columns or levels of `by` stay.
    y : ndarray, series or dataframe
        The targets, of the same kind and index as `X`: of shape (n_samples,), or of shape
        (n_samples, len(horizon) * len(target)) if either is a list. With a list of horizons the
        columns are called ``close@t+1``, ``close@t+2`` and so on.

    Raises
    ------
    TypeError
        If `series`, `horizon` or `target` is of the wrong type.
    ValueError
        If `horizon` is below 1, repeated or not shorter than the series (with `by`, the longest),
        `target` is no column or left out with several, the time index is not strictly increasing,
        `by` is neither a column nor a level of the index, or values are complex. With `by` the
        message names the series at fault.

    Warns
    -----
    UserWarning
        If series of a panel are too short for `horizon`, and left out; or lack times that others
        have, so that their targets are more than ``horizon`` times of the panel ahead.

    See Also
    --------
    PanelTimeSeriesSplit : Cuts all series of a panel at the same times.

    Notes
    -----
    Targets that are NaN stay where they are, for rows keep their places. The recurrent regressors
    leave such rows out of training; for other estimators fill or drop them beforehand.

    Where the index has a frequency, `horizon` counts its steps: a row whose target would lie in an
    outage has no pair, and no target is further ahead. Holidays between trading days are no outage.
    Where the index has none, rows are counted, not days: where a series then lacks days that others
    have, its targets are further ahead, and a gap of ``horizon - 1`` days is too small for it. So
    it is where shops are open on six days of the week, and others on all. A warning tells the gap.

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

    Two shares, one below the other:

    >>> shares = pd.concat({"A": prices, "B": 10 * prices}, names=["name", "day"])
    >>> X, y = forecast_pairs(shares, horizon=3, target="close", by="name")
    >>> X.assign(y=y)
                     open  close   y
    name day
    A    2024-01-01     1      5   8
    B    2024-01-01    10     50  80
    """
    horizon = list(horizon) if isinstance(horizon, tuple) else horizon
    table = _as_table(series)
    panel = None if by is None else split_panel(table, by, name="series")
    features = table if panel is None else panel.frame
    _check_times(features, panel)
    horizons = _check_horizon(horizon, _lengths(table, panel))
    kept, later = _places(table, horizons) if panel is None else _panel_places(panel, horizons)
    _refuse_nothing(kept, horizon)
    if panel is not None:
        farthest = max(horizons)
        warn_of_farther_targets(panel, _labels_of(features), kept, later[farthest], farthest)
    columns = _check_target(target, features)
    X = take_rows(table, kept)
    # Steps outside, features inside, as in the names of flat windows.
    pairs = [(ahead, column) for ahead in horizons for column in columns]
    targets = [_column(features, column, later[ahead], X) for ahead, column in pairs]
    if not _is_list(horizon) and not _is_list(target):
        return X, targets[0]
    return X, _side_by_side(targets, table, _target_names(features, pairs, _is_list(horizon)))


def _as_table(series):
    """Return the series with two axes, the second one of features."""
    if not is_frame(series):
        series = as_labelled(series)
    refuse_complex(series, "series")
    if isinstance(series, pd.Series) or is_polars_series(series):
        return series.to_frame()
    if is_frame(series):
        return series
    try:
        array = np.asarray(plain_values(series))
    except ValueError as error:
        raise ValueError(
            f"series is ragged: all rows must have the same number of values. ({error})"
        ) from error
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


def _labels_of(table):
    """Return the labels of rows: the index, or the only column of times of a polars frame."""
    index = index_of(table)
    return index_of(as_labelled(table)) if index is None and is_frame(table) else index


def _check_times(features, panel):
    """Refuse rows that are not in the order of time, each series by itself."""
    if panel is None:
        check_order(_labels_of(features), name="series")
        return
    index = _labels_of(features)
    if index is not None:
        for key, rows in zip(panel.keys, panel.rows, strict=True):
            check_order(index[rows], name="series", series=key)


def _places(table, horizons):
    """Return the rows of `X`, and for each horizon those of their targets; slices if possible."""
    steps = step_numbers(_labels_of(table))
    if steps is not None:
        return _paired(np.arange(len(table)), steps, horizons)
    n_kept = len(table) - max(horizons)
    return slice(0, n_kept), {ahead: slice(ahead, ahead + n_kept) for ahead in horizons}


def _panel_places(panel, horizons):
    """Return the same as `_places`, but positions, for rows of several series."""
    index = _labels_of(panel.frame)
    pairs = []
    for rows in panel.rows:
        steps = None if index is None else step_numbers(index[rows])
        pairs.append(_paired(rows, np.arange(len(rows)) if steps is None else steps, horizons))
    kept = np.concatenate([rows for rows, _ in pairs])
    order = np.argsort(kept)
    later = {ahead: np.concatenate([rows[ahead] for _, rows in pairs]) for ahead in horizons}
    return kept[order], {ahead: rows[order] for ahead, rows in later.items()}


def _paired(rows, steps, horizons):
    """Return the rows of a series whose targets are in it, and these, by the steps of the rows."""
    targets = {ahead: np.searchsorted(steps, steps + ahead) for ahead in horizons}
    inside = [
        (place < len(steps)) & (steps[np.minimum(place, len(steps) - 1)] == steps + ahead)
        for ahead, place in targets.items()
    ]
    kept = np.logical_and.reduce(inside)
    return rows[kept], {ahead: rows[place[kept]] for ahead, place in targets.items()}


def _refuse_nothing(kept, horizon):
    if not isinstance(kept, slice) and not len(kept):
        raise ValueError(
            f"horizon={horizon!r} leaves no row: wherever a row is known, the one so many steps "
            "later is absent from the index."
        )


def _lengths(table, panel):
    """Return what to call each series in messages, and its number of rows."""
    if panel is None or not panel.keys:
        return [("", len(table))]
    return [(f" {key!r}", len(rows)) for key, rows in zip(panel.keys, panel.rows, strict=True)]


def _check_horizon(horizon, lengths):
    horizons = list(horizon) if _is_list(horizon) else [horizon]
    takes = "it takes an integer of at least 1, or a list of distinct ones"
    for ahead in horizons:
        if not isinstance(ahead, Integral) or isinstance(ahead, bool | np.bool_):
            raise TypeError(f"horizon={horizon!r} is no number of rows: {takes}.")
    if not horizons or min(horizons) < 1 or len(set(horizons)) < len(horizons):
        raise ValueError(f"horizon={horizon!r} is not possible: {takes}.")
    whose, n_steps = max(lengths, key=lambda named: named[1])
    if max(horizons) >= n_steps:
        longest = f"{whose}, the longest of all," if whose else ""
        raise ValueError(
            f"horizon={horizon!r} is longer than the series{longest} allows: it must be less than "
            f"the number of rows, {n_steps}."
        )
    short = [f"{key.strip()} ({n_rows})" for key, n_rows in lengths if n_rows <= max(horizons)]
    if short:
        shown = ", ".join(short[:5]) + (f" and {len(short) - 5} more" if len(short) > 5 else "")
        warn_user(
            f"{len(short)} of {len(lengths)} series have no more rows than horizon={horizon!r}, "
            f"and no pair: {shown}."
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


def _column(features, column, rows, X):
    """Return some rows of a column, in the places of the rows of `X`."""
    if isinstance(features, pd.DataFrame):
        return features.iloc[:, column].iloc[rows].set_axis(X.index)
    return features.to_series(column)[rows] if is_frame(features) else features[rows, column]


def _side_by_side(targets, table, names):
    if isinstance(table, pd.DataFrame):
        return pd.concat(targets, axis=1).set_axis(names, axis=1)
    if is_frame(table):
        return type(table)([y.alias(name) for y, name in zip(targets, names, strict=True)])
    return np.stack(targets, axis=1)


def _is_list(value):
    return isinstance(value, list | range | np.ndarray | pd.Index)
