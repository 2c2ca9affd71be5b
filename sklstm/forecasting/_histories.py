"""The known rows of each series and their exogenous columns, read from frames: `History`."""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import issparse

from sklstm.data import (
    as_labelled,
    as_series,
    column_names,
    index_of,
    is_frame,
    key_names,
    plain_values,
    same_index,
    split_panel,
)
from sklstm.time_labels import as_time_labels, check_order, in_zone_of, kind_of, label_text

from ._missing_values import refuse_nan, refuse_partly_missing
from ._once import Once


@dataclass(frozen=True)
class History:
    """The known rows of one series.

    Parameters
    ----------
    key : object
        Its name in a panel; None for a series alone.
    index : pandas index
        The label of each row, oldest first.
    values : ndarray of shape (n_steps, n_columns)
        What is forecast; rows that are all NaN are missing.
    exog : ndarray of shape (n_steps, n_exog)
        Exogenous columns, if need be none.
    static : ndarray of shape (n_static,), optional
        What describes the series, kept once; of older files there is nothing.
    """

    key: Hashable
    index: pd.Index
    values: np.ndarray
    exog: np.ndarray
    static: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def of(self) -> str:
        """Words to put behind "series" in messages."""
        return "" if self.key is None else f" {self.key!r}"

    def part(
        self, first: int, end: int, cut: Callable[[pd.Index, int, int], pd.Index] | None = None
    ) -> "History":
        """Return the rows from `first` to the one before `end`.

        `cut` is what cuts indexes, such as `Once` of `cut_index`: parts of series that share an
        index share that of their parts.
        """
        rows = slice(first, end)
        index = (cut or cut_index)(self.index, first, end)
        return replace(self, index=index, values=self.values[rows], exog=self.exog[rows])

    def followed_by(self, rows: "History", appended: Callable[..., Any] | None = None) -> "History":
        """Return the history with that of later rows put behind it.

        `appended` is what appends indexes, which many series share.
        """
        return replace(
            self,
            index=(appended or pd.Index.append)(self.index, rows.index),
            values=np.concatenate([self.values, rows.values]),
            exog=np.concatenate([self.exog, rows.exog]),
        )

    def completed(self, index: pd.Index) -> "History":
        """Return the history with missing steps where labels of `index` are absent.

        Exogenous columns repeat their last values there.
        """
        if len(index) == len(self.index):
            return self
        values = np.full((len(index), self.values.shape[1]), np.nan)
        places = index.get_indexer(self.index)
        values[places] = self.values
        newest = np.searchsorted(places, np.arange(len(index)), side="right") - 1
        return replace(self, index=index, values=values, exog=self.exog[newest])


def cut_index(index: pd.Index, first: int, end: int) -> pd.Index:
    """Return the labels from `first` to the one before `end`."""
    return index[first:end]


def read_histories(
    series: Any, exog: Any, by: Any, exog_nan: bool = False, encoding: Any = None
) -> dict[Hashable, History]:
    """Read series and their exogenous columns.

    Parameters
    ----------
    series : array-like, series or frame
        One column or several, one row per time step (and series).
    exog : array-like, series, frame or None
        The same rows of other columns.
    by : str, list of str or None
        Columns or levels of the index with the key of each series.
    exog_nan : bool, default=False
        Whether exogenous values may be NaN.
    encoding : ExogEncoding, default=None
        How `exog` has become numbers, for messages.

    Returns
    -------
    histories : dict
        A `History` for each series by its key; for a series alone the key is None.

    Raises
    ------
    ValueError
        If rows of the two differ, a step of the series is partly missing, or exogenous values are
        and must not be.
    """
    tables = read_tables(series, by, "series")
    others = {} if exog is None else read_tables(exog, by, "exog")
    names, exog_names = names_of_columns(series, by), names_of_columns(exog, by)
    categories: Collection[Any] = ()
    if encoding is not None:
        exog_names, categories = encoding.owners_of_changing, encoding.categories
    histories, zoned, labels = {}, Once(in_zone_of), Once(as_time_labels)
    counted: dict[int, pd.Index] = {}
    for key, (values, index) in tables.items():
        refuse_partly_missing(values, index, key, names)
        beside = np.empty((len(values), 0))
        if exog is not None:
            beside, own = _exog_rows(others, key, index, len(values), zoned)
            if not exog_nan:
                refuse_nan(beside, own, exog_names, key, categories)
        if index is None:
            own = counted.setdefault(len(values), row_labels(None, len(values)))
        else:
            own = labels(index)
        histories[key] = History(key, own, values, beside)
    unknown = [key for key in others if key not in tables]
    if unknown:
        raise ValueError(f"exog has rows of a series {unknown[0]!r}, of which series has none.")
    return histories


def read_tables(
    table: Any, by: Any, name: str
) -> dict[Hashable, tuple[np.ndarray, pd.Index | None]]:
    """Return values of shape (n_rows, n_columns) and index (or None) of each series, by key."""
    table = _with_two_axes(table)
    if by is None:
        return {None: (_numbers(table, name), _times(table, name))}
    panel = split_panel(table, by, name)
    if not panel.keys:
        raise ValueError(f"{name} must not be empty.")
    values, index = _numbers(panel.frame, name), _times(panel.frame, name)
    labels = [None] * len(panel.keys) if index is None else parts_of_index(index, panel.rows)
    return {
        key: (values[rows], own)
        for key, rows, own in zip(panel.keys, panel.rows, labels, strict=True)
    }


def parts_of_index(index: pd.Index, rows: Sequence[np.ndarray]) -> Iterator[pd.Index]:
    """Yield the labels of series; those of the same times are one object.

    Parameters
    ----------
    index : pandas index
        Labels of all rows, as from `as_time_labels`.
    rows : list of ndarray of int
        The rows of each series.

    Yields
    ------
    labels : pandas index
        Of one series after the other.
    """
    kind = kind_of(index)
    numbers = None if kind is None else kind.numbers(index)
    found: dict[bytes, pd.Index] = {}
    for own in rows:
        if numbers is None:  # no times, which may be equal and not the same
            yield index[own]
            continue
        name = numbers[own].tobytes()
        if name not in found:
            found[name] = index[own]
        yield found[name]


def row_labels(index: pd.Index | None, n_rows: int) -> pd.Index:
    """Return the labels of rows, which are counted where nothing labels them."""
    return pd.RangeIndex(n_rows) if index is None else as_time_labels(index)


def names_of_columns(table: Any, by: Any) -> list[Any] | None:
    """Return the names of the columns but `by`, as text or whatever they are; None without."""
    names = None if table is None else column_names(_with_two_axes(table))
    return None if names is None else [name for name in names if name not in key_names(by)]


def is_time_first(series: Any, by: Any) -> bool:
    """Return whether all names of keys are levels of the index after that of the times."""
    later = list(getattr(index_of(series), "names", []))[1:]
    return by is not None and all(name in later for name in key_names(by))


def check_names(table: Any, by: Any, before: list[Any] | None, name: str) -> None:
    """Raise a ValueError if the columns of a frame are not those of `fit`, in the same order."""
    if before is None or isinstance(table, pd.Series):
        return  # its name is as good as any
    names = names_of_columns(table, by)
    named = before not in (list(range(len(before))), ["value"])
    # Frames whose columns are numbers are of an array, or of a frame whose numbers are names.
    named = named or (names != before and set(names or ()) == set(before))
    if named and names is not None and len(names) == len(before) and names != before:
        raise ValueError(f"{name} has the columns {names}, and had {before} in fit.")


def is_target(series: Any, exog: Any, by: Any) -> bool:
    """Return whether exogenous columns are the series itself, given as ``y``.

    Parameters
    ----------
    series, exog : array-like, series or frame
        As in `Forecaster.fit`.
    by : str, list of str or None
        Columns or levels of the index with the key of each series.

    Returns
    -------
    is_target : bool
        Whether they have the same values, and neither other names nor another index.
    """
    series, exog = as_labelled(series), as_labelled(exog)
    labels = [table.index for table in (series, exog) if hasattr(table, "iloc")]
    if len(labels) == 2 and not same_index(*labels):
        return False
    names, others = (names_of_columns(table, by) for table in (series, exog))
    if names is not None and others is not None and names != others:
        return False
    values, beside = (_without_key(table, by) for table in (series, exog))
    if values.shape != beside.shape or "c" in (values.dtype.kind, beside.dtype.kind):
        return False
    try:
        return bool(np.array_equal(values.astype(float), beside.astype(float), equal_nan=True))
    except (TypeError, ValueError):
        return False


def _without_key(table, by):
    table = _with_two_axes(table)
    held = key_names(by)
    names = column_names(table) or []
    if any(name in held for name in names):
        table = table[[name for name in names if name not in held]]
    return np.asarray(plain_values(table)) if not issparse(table) else table.toarray()


def _with_two_axes(table):
    table = as_labelled(table)
    if isinstance(table, pd.Series):
        return table.to_frame() if table.name is not None else table.to_frame("value")
    if is_frame(table) or issparse(table):
        return table
    try:
        values = np.asarray(plain_values(table))
    except ValueError:  # a ragged list: whoever makes numbers of it says so in better words
        return table
    return values[:, np.newaxis] if values.ndim == 1 else values


def _times(table, name):
    index = index_of(table)
    return None if index is None else as_time_labels(index, f"The index of {name}")


def _numbers(table, name):
    try:
        return as_series(table, input_name=name).astype(np.float64)
    except (TypeError, ValueError) as error:
        # Some speak of X.
        message = str(error)
        raise type(error)(name + message[1:] if message.startswith("X ") else message) from error


def _exog_rows(tables, key, index, n_rows, zoned):
    of = "" if key is None else f" {key!r}"
    if key not in tables:
        raise ValueError(f"exog has no rows of series{of}; it takes the same rows as series.")
    values, own = tables[key]
    if index is not None and own is not None:
        own = zoned(own, index)
        if own.equals(index):
            return values, own
        check_order(index, "series", key)
        check_order(own, "exog", key)
        absent = index.difference(own)
        if len(absent):
            others = ""
            if len(absent) == len(index) and len(own):
                ends = f"{label_text(own[0])} to {label_text(own[-1])}"
                others = f": none of its rows, from {ends}, has a label of the series"
            raise ValueError(f"exog has no row at {absent[0]} of series{of}{others}.")
        more = own.difference(index)
        if index[0] < more[0] < index[-1]:
            raise ValueError(
                f"exog has a row at {label_text(more[0])} of series{of}, where series has none, "
                f"and {len(more) - 1} more such rows. Give series missing steps there (rows of "
                "NaN), or leave these rows out of exog."
            )
        raise ValueError(
            f"exog has other rows than series{of}: {len(own)} from {own[0]} to {own[-1]}, "
            f"where series has {len(index)} from {index[0]} to {index[-1]}. In fit and update "
            "it takes the same rows; those of the future are given to forecast."
        )
    if len(values) != n_rows:
        raise ValueError(
            f"exog must have the rows of series{of}: got {len(values)} rows, and series has "
            f"{n_rows}."
        )
    return values, own


def places_of_known(known_exog: Any, names: list[Any] | None, n_columns: int) -> np.ndarray:
    """Return which exogenous columns are known in advance.

    Parameters
    ----------
    known_exog : "all", None or list
        As the parameter of the forecaster.
    names : list or None
        Names of the columns, if they have any.
    n_columns : int
        How many there are.

    Returns
    -------
    places : ndarray of int
        Their places, ascending.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    if known_exog is None:
        return np.empty(0, dtype=int)
    if isinstance(known_exog, str) and known_exog == "all":
        return np.arange(n_columns)
    places = []
    for column in known_exog:
        if isinstance(column, bool | np.bool_):
            raise ValueError(
                f"known_exog takes names or places of columns, got {list(known_exog)!r}; a mask is "
                "neither."
            )
        if names is not None and column in names:
            places.append(names.index(column))
        elif isinstance(column, int | np.integer) and 0 <= column < n_columns:
            places.append(int(column))
        else:
            raise ValueError(
                f"known_exog has {column!r}, which is no column of exog: "
                f"{names if names is not None else f'it has {n_columns}'}."
            )
    return np.array(sorted(set(places)), dtype=int)
