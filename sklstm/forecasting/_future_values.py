"""Values that exogenous columns will have, as `Forecaster.forecast` is given them."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sklstm._warn import warn_user
from sklstm.data import key_names, key_of_other_type
from sklstm.time_labels import Calendar, in_zone_of, label_text

from ._histories import names_of_columns, read_tables
from ._missing_values import refuse_nan
from ._once import Once
from ._repeated import repeats

_NAMES_THOSE = "series=[...] names those to forecast"


@dataclass(frozen=True)
class Wanted:
    """The rows whose values are wanted of one series.

    Parameters
    ----------
    labels : pandas index
        The labels that come next.
    steps : int
        So many of them must be there; the others may repeat the last one given.
    calendar : Calendar
        Decides whether later labels of the table's own are right too, as trading days are.
    last : object
        The last known label.
    known : ndarray of shape (n_known_rows, n_known)
        The values of the rows up to it.
    """

    labels: pd.Index
    steps: int
    calendar: Calendar
    last: Any
    known: np.ndarray


def read_future(
    exog: Any,
    by: Any,
    names: list[Any] | None,
    places: np.ndarray,
    wanted: Mapping[Hashable, Wanted],
    exog_nan: bool = False,
    encoding: Any = None,
) -> dict[Hashable, tuple[np.ndarray, pd.Index]]:
    """Read the values that exogenous columns will have.

    Parameters
    ----------
    exog : array-like or frame
        Rows of any series and times. Of a frame the columns known in advance are taken by their
        names; an array has these columns alone, of the rows after the end.
    by : str, list of str or None
        Columns or levels of the index with the key of each series.
    names : list or None
        Names of all exogenous columns in `fit`.
    places : ndarray of int
        Which of them are known in advance.
    wanted : dict
        For each series that is to be forecast the rows that are looked up.
    exog_nan : bool, default=False
        Whether values may be NaN.
    encoding : ExogEncoding, default=None
        How `exog` has become numbers, for messages.

    Returns
    -------
    futures : dict
        For each series values of shape (n_rows, n_known), and the labels of these rows.

    Raises
    ------
    ValueError
        If columns, series or rows are missing that are needed.
    """
    exog, columns, shown = _columns_of(exog, by, names, places, encoding)
    of_columns = f"its {len(places)} columns"
    if columns is not None:
        of_columns = f"columns {list(dict.fromkeys(shown))}"
    categories = () if encoding is None else encoding.categories
    tables = read_tables(exog, by, "exog")
    look_up = Once(_places_of)
    n_given = len(names_of_columns(exog, by) or ())
    as_they_are = columns == list(range(n_given))
    futures = {}
    for key, rows in wanted.items():
        if key not in tables:
            _refuse_unknown(key, tables)
        values, index = tables[key]
        if columns is not None:
            values = values if as_they_are else values[:, columns]
        elif values.shape[1] != len(places):
            raise ValueError(
                f"exog must have the {len(places)} columns that are known in advance, got "
                f"{values.shape[1]}."
            )
        of = "" if key is None else f" of series {key!r}"
        instead = f"; {_NAMES_THOSE}" if len(wanted) > 1 else ""
        if index is None:
            _warn_of_known_rows(values, rows, of)
            found, labels = _first_rows(values, rows, f"{of}, {of_columns}"), rows.labels
        else:
            told = {"wanted": rows, "of": f"{of}, {of_columns}", "instead": instead}
            chosen, labels = look_up(index, rows.labels, rows.calendar, **told)
            found = values if chosen is None else values[chosen]
        if not exog_nan and np.isnan(found).any():
            refuse_nan(found[: rows.steps], labels, shown, key, categories)
            found = pd.DataFrame(found).ffill().to_numpy()  # in rows that need not be known
        futures[key] = found, labels
    return futures


def _columns_of(exog, by, names, places, encoding):
    """Return a table of what is looked up, the places of its columns, and names for messages.

    Places are None where columns have no names, and are taken as they stand.
    """
    given = names_of_columns(exog, by)
    if given is None or names is None:
        return exog, None, given
    known = [names[place] for place in places]
    absent = [name for name in known if name not in given]
    if absent:
        raise ValueError(
            f"exog lacks the column {absent[0]!r}; in the future it takes the columns "
            f"{known}, got {given}."
        )
    exog, given = _columns_alone(exog, by, known)
    owners = known if encoding is None else [encoding.owners_of_changing[k] for k in places]
    return exog, [given.index(name) for name in known], owners


def _refuse_unknown(key, tables):
    """Raise a ValueError for a series of which there are no rows."""
    alike, instead = key_of_other_type(key, tables), f"; {_NAMES_THOSE}"
    if alike is not None:
        instead = f", but of {alike!r}, of another type"
    raise ValueError(f"exog has no rows of series {key!r}{instead}.")


def _columns_alone(exog, by, known):
    """Leave out columns that are not looked up, and may be text."""
    if not isinstance(exog, pd.DataFrame):
        return exog, names_of_columns(exog, by)
    held = key_names(by)
    kept = [name for name in exog.columns if name in known or name in held]
    exog = exog[kept]
    return exog, names_of_columns(exog, by)


def _warn_of_known_rows(values, wanted, of):
    """Warn of a table without labels that begins with the known rows, not with the next."""
    known, steps = wanted.known, wanted.steps
    n_known = len(known)
    if len(values) < n_known or not np.array_equal(values[:n_known], known, equal_nan=True):
        return
    following = values[n_known : n_known + steps]
    if not np.array_equal(values[: len(following)], following, equal_nan=True) or (
        # The next rows of a calendar may equal the known ones: whole weeks, or years of months.
        len(following) < steps and n_known > 1 and not repeats(known)
    ):
        instead = f"Give these alone (exog[{n_known}:])."
        if len(following) < steps:
            instead = "If they are not the same once more, give those that follow."
        warn_user(
            f"exog{of} has no labels, and begins with the {n_known} rows that are known: its first "
            f"{steps} rows are taken for those that follow. {instead}"
        )


def _first_rows(values, wanted, of):
    """Return the first rows of a table without labels."""
    labels, steps = wanted.labels, wanted.steps
    if len(values) < steps:
        raise ValueError(
            f"exog must have the {steps} rows after the end{of}, {label_text(labels[0])} to "
            f"{label_text(labels[steps - 1])}; got {len(values)} rows."
        )
    return values[np.minimum(np.arange(len(labels)), len(values) - 1)]


def _places_of(index, labels, calendar, *, wanted, of, instead):
    """Return which rows of a table are wanted, None for all as they are, and their labels."""
    if index.equals(labels):
        return None, labels
    steps, index = wanted.steps, in_zone_of(index, labels)
    if not index.is_unique:
        twice = index[index.duplicated()][0]
        raise ValueError(f"exog has two rows at {label_text(twice)}{of}.")
    labels = _own_labels(index, labels, calendar, wanted)
    places = index.get_indexer(labels)
    absent = np.flatnonzero(places[:steps] < 0)
    if len(absent):
        raise ValueError(
            f"exog has no row at {label_text(labels[absent[0]])}{of}: the {steps} rows from "
            f"{label_text(labels[0])} to {label_text(labels[steps - 1])} are needed, and of them "
            f"{steps - len(absent)} are there{_range_of(index)}{instead}."
        )
    last_found = np.maximum.accumulate(np.where(places < 0, 0, np.arange(len(places))))
    return places[last_found], labels


def _range_of(index):
    """Return the first and the last label of a table, which may be of another kind than wanted."""
    if not len(index):
        return ""
    return f"; its rows are from {label_text(index[0])} to {label_text(index[-1])}"


def _own_labels(index, labels, calendar, wanted):
    """Return the labels that come next: trading days of the table, where holidays are unknown."""
    if not calendar.has_holidays or not calendar.takes(index):
        return labels
    own = index[index > wanted.last].sort_values()
    if not calendar.is_open(own).all():  # a table of all days does not tell which are holidays
        return labels
    own = own[: len(labels)]
    if len(own) < wanted.steps or not calendar.may_follow(own, labels):
        return labels
    if len(own) < len(labels):
        own = own.append(calendar.after(own[-1], len(labels) - len(own)))
    return own.rename(labels.name)
