"""A panel without gaps, read as a whole and not series by series: `read_regular_panel`."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd

from sklstm.data import first_rows, key_names, merged_codes, same_index
from sklstm.time_labels import Calendar, as_time_labels, kind_of

from ._histories import History


def read_regular_panel(
    series: Any, exog: Any, by: Any, freq: Any, exog_nan: bool
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
    found = [_codes_of_name(table, name) for name in key_names(by)]
    places = _places_of_times(table, by)
    if any(one is None for one in found) or len(places) != 1:
        return None
    times, time_codes = table.index, None
    if isinstance(table.index, pd.MultiIndex):
        (place,) = places
        times, time_codes = table.index.levels[place], table.index.codes[place]
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
    time_codes = np.asarray(time_codes)
    if time_codes.min() < 0 or min(codes.min() for codes, _ in found) < 0:
        return None
    return *_keys(found), times, time_codes


def _codes_of_name(table, name):
    """Return the numbers of a part of the key in each row, and its values; None if there is none.

    A column goes before a level of the same name.
    """
    columns, levels = list(table.columns), list(table.index.names)
    if columns.count(name) == 1:
        codes, values = pd.factorize(table[name])
    elif columns.count(name) == 0 and levels.count(name) == 1 and len(levels) > 1:
        place = levels.index(name)
        codes, values = table.index.codes[place], table.index.levels[place]
    else:
        return None
    return np.asarray(codes), values


def _places_of_times(table, by):
    """Return which levels of the index hold no part of the key."""
    held = [name for name in key_names(by) if name not in list(table.columns)]
    return [place for place, name in enumerate(table.index.names) if name not in held]


def _keys(found):
    """Return the keys that occur, and the number of each row among them."""
    if len(found) == 1:
        ((codes, values),) = found
        return _used(pd.Index(values, tupleize_cols=False), codes)
    codes = merged_codes([numbers for numbers, _ in found])
    firsts = first_rows(codes)
    parts = [values.take(numbers[firsts]) for numbers, values in found]
    return pd.Index(list(zip(*parts, strict=True)), tupleize_cols=False), codes


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
    return all(
        (name in exog.columns) == (name in series.columns)
        and (name not in exog.columns or bool(exog[name].equals(series[name])))
        for name in key_names(by)
    )


def _values(table, by):
    """Return the columns of values in double precision; None if they are no plain numbers."""
    columns = table.drop(columns=[name for name in key_names(by) if name in table.columns])
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
