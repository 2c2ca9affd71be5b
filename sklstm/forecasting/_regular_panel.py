"""A panel without gaps, read as a whole and not series by series: `read_regular_panel`."""

from collections.abc import Hashable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sklstm.data import first_rows, key_names, merged_codes, same_index
from sklstm.time_labels import Calendar, as_time_labels, has_long_gap, kind_of

from ._histories import History
from ._in_blocks import ROWS_AT_A_TIME, is_any


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
        None if a row is absent, out of order or partly missing, a value is no number, two columns
        have one name, or the two tables do not stand side by side: then they are to be read series
        by series, which says what is wrong, or takes it.
    """
    if not _are_numbers(series, by) or not _stands_beside(exog, series, by):
        return None
    if exog is not None and not _are_numbers(exog, by):
        return None
    rows = _rows_of_series(series, by, freq)
    if rows is None:
        return None
    # Rows are copied last, when nothing else of their number is in memory any more.
    values = _values(series, by, rows.order)
    if is_any(np.isinf, values) or is_any(_is_partly_missing, values):
        return None
    beside = np.empty((len(values), 0)) if exog is None else _values(exog, by, rows.order)
    if is_any(np.isinf if exog_nan else _is_not_finite, beside):
        return None
    return rows.histories(values, beside), rows.calendar


class _Rows(NamedTuple):
    """Where the rows of each series stand, once they are put in order.

    Parameters
    ----------
    keys : list
        In the order in which rows stand.
    in_turn : list
        In the order of their first rows in the table.
    begins : ndarray of shape (n_series,)
        The first row of each series.
    steps : ndarray of shape (n_series,)
        Its time, as a place in `grid`.
    grid : pandas index
        All times from the first to the last.
    calendar : Calendar
        Of these.
    order : ndarray of shape (n_rows,) or None
        What puts rows series by series; None if they stand so.
    """

    keys: list[Hashable]
    in_turn: list[Hashable]
    begins: np.ndarray
    steps: np.ndarray
    grid: pd.Index
    calendar: Calendar
    order: np.ndarray | None

    def histories(self, values, beside):
        """Return the rows of each series as views of two tables of all of them."""
        found, ends = {}, [*self.begins[1:], len(values)]
        indexes: dict[tuple[int, int], pd.Index] = {}  # of many series the same
        for key, begin, end, step in zip(self.keys, self.begins, ends, self.steps, strict=True):
            times, rows = (step, step + end - begin), slice(begin, end)
            if times not in indexes:
                indexes[times] = self.grid[slice(*times)]
            found[key] = History(key, indexes[times], values[rows], beside[rows])
        return {key: found[key] for key in self.in_turn}


def _rows_of_series(table, by, freq):
    """Return where rows of each series stand; None unless each follows the one before."""
    found = _codes(table, by)
    if found is None:
        return None
    keys, series_codes, times, time_codes = found
    calendar = _calendar(times, time_codes, freq)
    if calendar is None:
        return None
    names, order, in_turn = list(keys), None, pd.unique(series_codes)
    begins = _begins(series_codes)
    if len(begins) != len(keys):  # rows of different series alternate
        order = np.argsort(series_codes, kind="stable")
        series_codes, time_codes = series_codes[order], time_codes[order]
        begins = _begins(series_codes)
    grid = calendar.between(calendar.labels[0], calendar.labels[-1])
    places = grid.get_indexer(times)
    if not _follow(places, time_codes, begins):
        return None
    return _Rows(
        [names[code] for code in series_codes[begins]], [names[code] for code in in_turn],
        begins, places[time_codes[begins]], grid.rename(calendar.labels.name), calendar, order,
    )  # fmt: skip


def _begins(codes):
    """Return where runs of equal numbers begin."""
    return np.concatenate([[0], 1 + np.flatnonzero(codes[1:] != codes[:-1])])


def _follow(places, time_codes, begins):
    """Tell whether all rows but the first ones of series are one step after the row before."""
    begins_there = np.zeros(len(time_codes) + 1, dtype=bool)
    begins_there[begins] = True
    for first in range(0, len(time_codes), ROWS_AT_A_TIME):
        step = places[time_codes[first : first + ROWS_AT_A_TIME + 1]]
        follows = np.diff(step) == 1
        follows |= begins_there[first + 1 : first + 1 + len(follows)]
        if step.min() < 0 or not follows.all():
            return False
    return True


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
    occurs = _occur(codes, len(keys))
    if occurs.all():
        return keys, codes
    return keys[occurs], (np.cumsum(occurs) - 1)[codes]


def _occur(codes, n_codes):
    """Return which codes there are, shape (n_codes,); `np.bincount` would make them wider."""
    occurs = np.zeros(n_codes, dtype=bool)
    occurs[pd.unique(codes)] = True
    return occurs


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


def _columns_of_values(table, by):
    """Return the places of the columns that are no keys."""
    return [place for place, name in enumerate(table.columns) if name not in key_names(by)]


def _are_numbers(table, by):
    """Tell whether a frame has columns of values, all of them plain numbers of their own name."""
    if not isinstance(table, pd.DataFrame) or not table.columns.is_unique:
        return False
    dtypes = [table.dtypes.iloc[place] for place in _columns_of_values(table, by)]
    return bool(dtypes) and all(isinstance(d, np.dtype) and d.kind in "iuf" for d in dtypes)


def _values(table, by, order):
    """Return the columns of values in double precision, in some order of the rows.

    A copy, for the frame is the user's, who may change it; made column by column.
    """
    places = _columns_of_values(table, by)
    values = np.empty((len(table), len(places)))
    for column, place in enumerate(places):
        own = table.iloc[:, place].to_numpy()
        values[:, column] = own if order is None else own[order]
    return values


def _is_not_finite(rows):
    return ~np.isfinite(rows)


def _is_partly_missing(rows):
    missing = np.isnan(rows)
    return missing.any(axis=1) != missing.all(axis=1)


def _calendar(times, time_codes, freq):
    """Return the calendar of all times that occur, None if there is none without holidays."""
    occurs = _occur(time_codes, len(times))
    labels = times[occurs].sort_values()  # has the name of the level
    if not labels.is_unique or has_long_gap(labels):
        return None
    try:
        calendar = Calendar.of({None: labels}, freq)
    except ValueError:
        return None
    return None if calendar.has_holidays else calendar
