"""A panel without gaps, read as a whole and not series by series: `read_regular_panel`."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from sklstm.data import same_index
from sklstm.time_labels import Calendar, as_time_labels, kind_of

from ._histories import History


def read_regular_panel(
    series: Any, exog: Any, by: Hashable | None, freq: Any, exog_nan: bool
) -> tuple[dict[Hashable, History], Calendar] | None:
    """Read a panel in a few operations on all rows, if nothing about it is special.

    Parameters
    ----------
    series, exog, by : object
        As for `read_histories`.
    freq : str, offset or None
        Frequency of the times, where the index does not tell.
    exog_nan : bool
        Whether exogenous values may be NaN.

    Returns
    -------
    panel : tuple of (dict of History, Calendar), or None
        None if a row is absent, out of order or partly missing, if a value is no number, or the two
        tables do not stand side by side: then they are to be read series by series, which says
        what is wrong, or takes it.
    """
    found = _codes(series, by)
    if found is None or not _stands_beside(exog, series, by):
        return None
    keys, series_codes, times, time_codes = found
    values = _values(series, by)
    beside = _values(exog, by) if exog is not None else np.empty((len(series), 0))
    if values is None or beside is None or (np.isnan(beside).any() and not exog_nan):
        return None
    missing = np.isnan(values)
    if (missing.any(axis=1) != missing.all(axis=1)).any():
        return None
    calendar = _calendar(times, time_codes, freq)
    if calendar is None:
        return None
    in_turn = pd.unique(series_codes)  # keys in the order of their first rows
    begins = _begins(series_codes)
    if len(begins) != len(keys):  # rows of different series alternate
        order = np.argsort(series_codes, kind="stable")
        series_codes, time_codes = series_codes[order], time_codes[order]
        values, beside = values[order], beside[order]
        begins = _begins(series_codes)
    grid = calendar.between(calendar.labels[0], calendar.labels[-1])
    step = grid.get_indexer(times).astype(np.int32)[time_codes]
    follows = np.diff(step) == 1
    follows[begins[1:] - 1] = True  # the next series
    if step.min() < 0 or not follows.all():
        return None
    grid, names, histories = grid.rename(calendar.labels.name), list(keys), {}
    for begin, end in zip(begins, [*begins[1:], len(values)], strict=True):
        index, rows = grid[step[begin] : step[begin] + end - begin], slice(begin, end)
        key = names[series_codes[begin]]
        histories[key] = History(key, index, values[rows], beside[rows])
    return {names[code]: histories[names[code]] for code in in_turn}, calendar


def _begins(codes):
    """Return where runs of equal numbers begin."""
    return np.concatenate([[0], 1 + np.flatnonzero(codes[1:] != codes[:-1])])


def _codes(table, by):
    """Return keys and times, and their numbers in each row.

    None for tables that are not to be read as a whole.
    """
    if by is None or not isinstance(table, pd.DataFrame) or not len(table):
        return None
    if by in table.columns:
        if list(table.columns).count(by) > 1 or isinstance(table.index, pd.MultiIndex):
            return None
        series_codes, keys = pd.factorize(table[by])
        times, time_codes = table.index, None
    else:
        levels = list(table.index.names)
        if levels.count(by) != 1 or len(levels) != 2:
            return None
        place = levels.index(by)
        keys, series_codes = table.index.levels[place], table.index.codes[place]
        times, time_codes = table.index.levels[1 - place], table.index.codes[1 - place]
    try:
        times = as_time_labels(times)
    except (TypeError, ValueError):
        return None
    if kind_of(times) is None or times.hasnans:
        return None
    if time_codes is None:
        name = times.name
        time_codes, times = pd.factorize(times)
        times = times.rename(name)
    series_codes, time_codes = np.asarray(series_codes), np.asarray(time_codes)
    if series_codes.min() < 0 or time_codes.min() < 0:
        return None
    if not isinstance(keys, pd.Index):
        keys = pd.Index(keys)
    return *_used(keys, series_codes), times, time_codes


def _used(keys, codes):
    """Return the keys that occur, and the codes of rows among them."""
    occurs = np.bincount(codes, minlength=len(keys)) > 0
    if occurs.all():
        return keys, codes
    return keys[occurs], (np.cumsum(occurs) - 1)[codes]


def _stands_beside(exog, series, by):
    if exog is None:
        return True
    if not isinstance(exog, pd.DataFrame) or not same_index(exog.index, series.index):
        return False
    if (by in exog.columns) != (by in series.columns):
        return False
    return by not in exog.columns or bool(exog[by].equals(series[by]))


def _values(table, by):
    """Return the columns of values in double precision; None if they are no plain numbers."""
    columns = table.drop(columns=by) if by in table.columns else table
    if not len(columns.columns) or any(
        not isinstance(dtype, np.dtype) or dtype.kind not in "iuf" for dtype in columns.dtypes
    ):
        return None
    # A copy, for the frame is the user's, who may change it.
    values = np.array(columns.to_numpy(), dtype=np.float64, order="C")
    return None if np.isinf(values).any() else values


def _calendar(times, time_codes, freq):
    """Return the calendar of all times that occur, None if there is none without holidays."""
    occurs = np.bincount(time_codes, minlength=len(times)) > 0
    labels = times[occurs].sort_values()  # has the name of the level
    if not labels.is_unique:
        return None
    try:
        calendar = Calendar.of({None: labels}, freq)
    except ValueError:
        return None
    return None if calendar.has_holidays else calendar
