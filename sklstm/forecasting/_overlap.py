"""New rows of a series, of which some may be known: `new_rows`, `check_follows` and the like."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sklstm._warn import warn_user
from sklstm.time_labels import Calendar, check_order, label_text, refuse_dates_in_numbers

from ._histories import History
from ._repeated import repeats
from ._same_values import same_values


def check_labels(index: pd.Index, past: pd.Index, calendar: Calendar, rows: History) -> None:
    """Raise a ValueError if labels are out of order, or of another kind than those known.

    Parameters
    ----------
    index : pandas index
        Labels of new rows.
    past : pandas index
        Those of rows that are known.
    calendar : Calendar
        Of the latter.
    rows : History
        The new rows, for messages.
    """
    check_order(index, name="series", series=rows.key)
    if not calendar.takes(index):
        raise ValueError(
            f"The index of series{rows.of} has labels of dtype {index.dtype}, and had "
            f"{past.dtype} in fit."
        )
    if calendar.kind.is_number:
        refuse_dates_in_numbers(index, f"The index of series{rows.of}", before=past)


def check_follows(past: pd.Index, index: pd.Index, calendar: Calendar, of: str, gaps: str) -> None:
    """Raise a ValueError if there is a gap before new labels, and must not be.

    Parameters
    ----------
    past : pandas index
        Labels of the rows that are known.
    index : pandas index
        Those of new rows.
    calendar : Calendar
        Of both.
    of : str
        Words behind "series" in messages.
    gaps : {"raise", "missing"}
        What to make of times that are absent.
    """
    following = calendar.after(past[-1], 1)[0]
    if gaps == "raise" and not calendar.has_holidays and index[0] > following:
        raise ValueError(
            f"The index of series{of} has a gap: {label_text(following)} is absent; the "
            f"frequency is {calendar.name!r}. New rows begin at "
            f"{label_text(index[0])}: give those before them first; let a splitter leave "
            "no gap (gap=0), for forecasts begin right after the known rows; or take absent "
            "rows for missing steps (gaps='missing')."
        )


def known_labels(index: pd.Index, past: pd.Index) -> tuple[int, np.ndarray, pd.Index]:
    """Return how many labels are not later than all others, their places there, and later ones.

    Parameters
    ----------
    index : pandas index
        Labels of rows in the order of time.
    past : pandas index
        Those of the rows that are known.

    Returns
    -------
    n_known : int
        Labels up to the last one of `past`.
    places : ndarray of int of shape (n_known,)
        -1 for one that `past` has not.
    later : pandas index
        The others.
    """
    n_known = int(np.asarray(index <= past[-1]).sum())
    if not n_known:
        return 0, np.empty(0, dtype=np.intp), index
    return n_known, past.get_indexer(index[:n_known]), index[n_known:]


def new_rows(
    past: History,
    rows: History,
    overlap: str | None,
    names: Sequence[list[Any] | None],
    categories: Collection[Any] = (),
    find: Callable[..., Any] = known_labels,
) -> tuple[History, History]:
    """Tell rows that are known from those that are new.

    Parameters
    ----------
    past : History
        The known rows of a series.
    rows : History
        Later ones, in the order of time, of which the first may be known.
    overlap : {"equal", "replace"} or None
        What values of known rows must be; None refuses these rows.
    names : sequence of two lists or None
        Names of the columns of the series, and of the exogenous ones, for messages.
    categories : collection, default=()
        Those of exogenous columns that hold categories.
    find : callable, default=known_labels
        What does as that does, once for the labels of many series.

    Returns
    -------
    past : History
        The known rows, with the values that `rows` has if these replace them.
    rows : History
        The new ones alone; possibly none.

    Raises
    ------
    ValueError
        If rows up to the last known one are refused, not among those known, or of other values.
    """
    n_known, places, later = find(rows.index, past.index)
    if not n_known:
        return past, rows
    if overlap is None:
        raise ValueError(
            f"series{past.of} begins at {rows.index[0]}, and rows up to {past.index[-1]} are "
            "known: give those that come after them."
        )
    known = rows.part(0, n_known)
    if (places < 0).any():
        label = label_text(known.index[int((places < 0).argmax())])
        raise ValueError(
            f"series{past.of} has a row at {label}, and rows from {label_text(past.index[0])} to "
            f"{label_text(past.index[-1])} are known, without this one: update takes rows that "
            "are known, and those after them."
        )
    if overlap == "replace":
        past = _replaced(past, known, places)
    else:
        _check_equal(past, known, places, names, categories)
    return past, replace(rows, index=later, values=rows.values[n_known:], exog=rows.exog[n_known:])


def tell_of_known_again(past: History, rows: History, *, refused: bool) -> None:
    """Warn of rows without labels that are all the known ones once more, or refuse them.

    They count as those that follow, and scores of them mean nothing; scikit-learn asks that
    training rows can be scored. Of a series that repeats itself exactly they may well follow.

    Parameters
    ----------
    past, rows : History
        The known rows of a series, and those that are given.
    refused : bool
        Whether to raise an error in place of the warning.

    Raises
    ------
    ValueError
        If they are the same, and are refused.

    Warns
    -----
    UserWarning
        If they are the same, and are not.
    """
    if not np.array_equal(rows.values, past.values, equal_nan=True) or repeats(past.values):
        return
    message = (
        f"series{past.of} has the {len(past)} rows that are known once more, without labels, and "
        "rows of an array are taken for those that follow: give these; or frames, whose labels "
        "tell (of a transformer in front by its set_output(transform='pandas'))."
    )
    if refused:
        raise ValueError(message)
    warn_user(message)


def _replaced(past, known, places):
    values, exog = past.values.copy(), past.exog.copy()
    values[places], exog[places] = known.values, known.exog
    return replace(past, values=values, exog=exog)


def _check_equal(past, known, places, names, categories):
    values = ("series", past.values[places], known.values), ("exog", past.exog[places], known.exog)
    for (name, before, now), columns in zip(values, names, strict=True):
        differ = ~same_values(before, now)
        if differ.any():
            row, column = np.argwhere(differ)[0]
            shown = columns[column] if columns and column < len(columns) else column
            at = f"at {label_text(known.index[row])}, column {shown!r}"
            told = f"is {now[row, column]} {at}, and {before[row, column]} is known there"
            if name == "exog" and shown in categories:
                told = f"is of another category {at}, than what is known there"
            raise ValueError(
                f"{name}{past.of} {told}: rows that are known must be equal, or replace what is "
                "known (overlap='replace')."
            )
