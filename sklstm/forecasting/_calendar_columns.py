"""Columns that the calendar gives the rows of series, past and future: `calendar_columns`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sklstm.preprocessing import CalendarFeatures
from sklstm.time_labels import label_text, labels_after

from ._once import Once


def as_calendar_features(calendar: Any) -> CalendarFeatures | None:
    """Return the transformer that the parameter ``calendar`` of a forecaster means.

    Parameters
    ----------
    calendar : list of str, CalendarFeatures or None
        Features, or the transformer of them.

    Returns
    -------
    features : CalendarFeatures or None
        None for no columns.

    Raises
    ------
    ValueError
        If there are no such features, or the transformer looks ahead by itself.
    """
    if calendar is None:
        return None
    if not isinstance(calendar, CalendarFeatures):
        calendar = CalendarFeatures(list(calendar))
    if calendar.ahead:
        raise ValueError(
            f"calendar={calendar!r} looks {calendar.ahead} rows ahead; a forecaster gives each row "
            "that it predicts its own calendar: take ahead=0."
        )
    return calendar if calendar.calendar_names() else None


def n_columns(features: CalendarFeatures | None) -> int:
    """Return how many columns there are; 0 for None."""
    return 0 if features is None else len(features.calendar_names())


def calendar_columns(features: CalendarFeatures, indexes: Sequence[pd.Index]) -> list[np.ndarray]:
    """Return the columns of the labels of several series.

    Parameters
    ----------
    features : CalendarFeatures
        Which columns.
    indexes : list of pandas index
        The labels of each series.

    Returns
    -------
    columns : list of ndarray of shape (n_rows, n_columns)
        One array for each index.

    Raises
    ------
    ValueError
        If labels are no times.
    """
    for index in indexes:
        if not isinstance(index, pd.DatetimeIndex | pd.PeriodIndex):
            raise ValueError(
                f"calendar={list(features.features)} takes series whose rows are labelled by times,"
                f" got the label {label_text(index[0]) if len(index) else index.dtype}."
            )
    if len({str(index.dtype) for index in indexes}) != 1:
        return [features.calendar_of(index) for index in indexes]
    # Series of a panel share most of their labels, each of which is looked up once.
    labels = indexes[0].append(list(indexes[1:])).unique()
    columns = features.calendar_of(labels)
    return [columns[labels.get_indexer(index)] for index in indexes]


def calendar_after(
    features: CalendarFeatures, indexes: Sequence[pd.Index], steps: int
) -> list[np.ndarray | None]:
    """Return the columns of the rows after the ends of several series.

    Parameters
    ----------
    features : CalendarFeatures
        Which columns.
    indexes : list of pandas index
        The labels of each series, or of a part of it.
    steps : int
        How many rows.

    Returns
    -------
    columns : list of ndarray of shape (steps, n_columns) or None
        None where the labels do not tell which come next.
    """
    after = Once(lambda index: labels_after(index, steps) if len(index) > 1 else None)
    labels = [after(index) for index in indexes]
    once = {id(own): own for own in labels if own is not None}
    found = calendar_columns(features, list(once.values())) if once else []
    columns = dict(zip(once, found, strict=True))
    return [columns.get(id(own)) for own in labels]
