"""The series in a frame, told apart by a key of one column or several: `Panel`."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ._frames import column_names, frame_like, is_frame, take_rows
from ._other_tables import plain_categories, refuse_lazy


def key_names(by: Any) -> list[Any]:
    """Return the names of the columns or levels that hold the keys of series.

    Parameters
    ----------
    by : str, list of str or None
        The parameter ``by``. Of several names keys are tuples with a value of each.

    Returns
    -------
    names : list
        Empty for None.

    Raises
    ------
    ValueError
        If a list is empty, or has a name twice.
    """
    if by is None:
        return []
    names = by if isinstance(by, list) else [by]
    if not names or len(set(names)) < len(names):
        raise ValueError(f"by={by!r} is not possible: it takes a name or a list of distinct ones.")
    return list(names)


def keys_named(series: Any) -> list[Hashable]:
    """Return the keys of series that a user names.

    Parameters
    ----------
    series : key or collection of keys
        A tuple is a key of several names; any other collection has an order.

    Returns
    -------
    keys : list
        One or more, all of them different.

    Raises
    ------
    TypeError
        If a key is none, such as a list or a set.
    ValueError
        If there is no key, or one comes twice.
    """
    one = isinstance(series, str | bytes | tuple | set) or not isinstance(series, Iterable)
    keys = [series] if one else list(series)
    keys = [tuple(key) if isinstance(key, np.ndarray) else key for key in keys]
    if not keys:
        raise ValueError("series names no series: by default (None) all are forecast.")
    try:
        n_different = len(set(keys))
    except TypeError as error:
        raise TypeError(
            "series takes the name of a series, or a list of names, which are tuples where there "
            f"are several columns of them; got {series!r}."
        ) from error
    if n_different < len(keys):
        twice = next(key for place, key in enumerate(keys) if key in keys[:place])
        raise ValueError(f"series names {twice!r} twice.")
    return keys


def key_text(key: Hashable) -> Any:
    """Return a key as text, by which keys of other types are recognised."""
    return tuple(map(str, key)) if isinstance(key, tuple) else str(key)


def types_of(key: Hashable) -> str:
    """Return the type of a key, of several columns those of its parts."""
    return ", ".join(type(part).__name__ for part in (key if isinstance(key, tuple) else (key,)))


def key_of_other_type(key: Hashable, keys: Collection[Hashable]) -> Hashable | None:
    """Return which of some keys a key is as text, if it is none of them itself; else None."""
    if key in keys:
        return None
    return next((other for other in keys if key_text(other) == key_text(key)), None)


def key_levels(keys: Sequence[Hashable], by: Any) -> tuple[list[pd.Index], list[np.ndarray]]:
    """Return keys as levels of an index, one for each name.

    Parameters
    ----------
    keys : sequence
        Keys of series.
    by : str or list of str
        The parameter by which they are told apart.

    Returns
    -------
    levels : list of pandas index
        The values of each name.
    codes : list of ndarray of int
        For each level the place of the value of each key.
    """
    parts = [keys] if len(key_names(by)) == 1 else list(zip(*keys, strict=True))
    levels, codes = [], []
    for part in parts:
        places = {value: place for place, value in enumerate(dict.fromkeys(part))}
        levels.append(pd.Index(list(places), tupleize_cols=False))
        codes.append(np.array([places[value] for value in part], dtype=np.intp))
    return levels, codes


def merged_codes(codes: Sequence[np.ndarray]) -> np.ndarray:
    """Number the combinations of codes in the order in which they occur.

    Parameters
    ----------
    codes : list of ndarray of int of shape (n_rows,)
        Numbers from 0 on, of each name.

    Returns
    -------
    merged : ndarray of int of shape (n_rows,)
        Numbers from 0 on, too; rows have the same one where all their codes are the same.
    """
    first, *others = codes
    merged = np.asarray(first, dtype=np.int64)
    for more in others:
        # Numbered anew each time, so that numbers stay as small as there are combinations.
        merged, _ = pd.factorize(merged * (int(np.max(more, initial=0)) + 1) + more)
    return merged


def first_rows(codes: np.ndarray) -> np.ndarray:
    """Return the first row of each code, where codes are numbered in the order they occur in."""
    return np.flatnonzero(np.diff(np.maximum.accumulate(codes), prepend=-1))


@dataclass(frozen=True)
class Panel:
    """Which rows of a frame belong to which series.

    Parameters
    ----------
    keys : list
        Name of each series, in the order of their first rows; tuples where it has several parts.
    rows : list of ndarray of int
        For each series the positions of its rows, in the order in which they stand.
    frame : dataframe
        The frame without the names: without their columns, or without their levels of the index.
    whole : dataframe
        The frame with the names.
    names : list of str
        The columns, or levels of the index, that hold the names.
    """

    keys: list[Hashable]
    rows: list[np.ndarray]
    frame: Any
    whole: Any
    names: list[Any]

    def parts(self) -> Iterator[tuple[Hashable, Any]]:
        """Yield the key of each series and the frame of its rows."""
        for key, rows in zip(self.keys, self.rows, strict=True):
            yield key, take_rows(self.frame, rows)

    def with_features(self, values: np.ndarray) -> Any:
        """Put other values of the features into the frame that was split.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features)
            One row for each row of the frame, one column for each of its columns but the names.

        Returns
        -------
        frame : dataframe
            Of the same kind and index, the names unchanged in their place.
        """
        columns = column_names(self.whole) or []
        frame = frame_like(values, self.whole, column_names(self.frame) or [])
        for place, name in enumerate(columns):
            if name in self.names:
                if isinstance(frame, pd.DataFrame):
                    frame.insert(place, name, self.whole[name])
                else:
                    frame.insert_column(place, self.whole[name])
        return frame


def split_panel(X: Any, by: Any, name: str = "X") -> Panel:
    """Split a frame into its series.

    Parameters
    ----------
    X : dataframe
        One row per series and time step. Rows of a series are in the order of time; those of
        different series may alternate.
    by : str or list of str
        The column, or the level of the index, that says to which series a row belongs; several
        columns or levels that say so together. A column goes before a level of the same name.
    name : str, default="X"
        What the frame is called in error messages.

    Returns
    -------
    panel : Panel
        The series.

    Raises
    ------
    ValueError
        If `X` has no such column or level, or several, or its value is missing somewhere.
    """
    refuse_lazy(X)
    if not is_frame(X) and not isinstance(X, pd.Series):
        raise ValueError(
            f"by={by!r} names a column or a level of the index, and {name} has neither: it takes a "
            f"dataframe, got {type(X).__name__}."
        )
    names = key_names(by)
    codes, parts = [], []
    for one in names:
        numbers, values = pd.factorize(_labels(X, one, name))
        if (numbers < 0).any():
            raise ValueError(
                f"{name} has rows that belong to no series: by={one!r} is missing in row "
                f"{int(np.argmax(numbers < 0))}."
            )
        codes.append(numbers)
        parts.append(list(values))
    merged = merged_codes(codes)
    keys: list[Any] = parts[0]
    if len(names) > 1:
        places = [numbers[first_rows(merged)] for numbers in codes]
        keys = list(zip(*map(_taken, parts, places), strict=True))
    order = np.argsort(merged, kind="stable")
    ends = np.cumsum(np.bincount(merged, minlength=len(keys)))
    rows = np.split(order, ends[:-1]) if len(keys) else []
    return Panel(keys, rows, _without(X, names, by, name), whole=X, names=names)


def _taken(values, places):
    return [values[place] for place in places]


def _labels(X, by, name):
    """Return the value of a name in each row."""
    columns = column_names(X) or []
    if columns.count(by) > 1:
        raise ValueError(f"by={by!r} is the name of several columns of {name}: {columns}.")
    if by in columns:
        if isinstance(X, pd.DataFrame):
            return plain_categories(X[by])
        return pd.Series(X[by].to_numpy())
    levels = _levels(X)
    if by not in levels:
        index = f" nor a level of its index {levels}" if levels else ""
        raise ValueError(f"by={by!r} is neither a column of {name} {columns}{index}.")
    return plain_categories(X.index.get_level_values(by))


def _without(X, names, by, name):
    """Return a frame without the columns and levels of names."""
    columns = column_names(X) or []
    held = [one for one in columns if one in names]
    if held:
        X = X.drop(columns=held) if isinstance(X, pd.DataFrame) else X.drop(held)
    levels = [one for one in _levels(X) if one in names and one not in held]
    if levels and len(levels) == X.index.nlevels:
        only = "the only level" if len(levels) == 1 else "all levels"
        raise ValueError(
            f"by={by!r} is {only} of the index of {name}: rows of a series need a time "
            "each, in a further level, or the names of the series as a column."
        )
    return X.droplevel(levels) if levels else X


def _levels(X):
    return list(X.index.names) if isinstance(X, pd.DataFrame | pd.Series) else []
