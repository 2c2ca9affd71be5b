"""Columns that the calendar gives the rows of series, past and future: `calendar_columns`."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sklstm.preprocessing import CalendarFeatures, warn_of_holidays_between
from sklstm.time_labels import label_text, labels_after

from ._histories import History
from ._once import Once


def as_calendar_features(calendar: Any, labels: pd.Index) -> CalendarFeatures | None:
    """Return the transformer that the parameter ``calendar`` of a forecaster means.

    Parameters
    ----------
    calendar : list of str, CalendarFeatures or None
        Features, or the transformer of them.
    labels : pandas index
        Those of the longest series.

    Returns
    -------
    features : CalendarFeatures or None
        None for no columns.

    Raises
    ------
    ValueError
        If there are no such features, or the transformer looks ahead by itself.

    Warns
    -----
    UserWarning
        As `CalendarFeatures.fit` does of holidays.
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
    if calendar.holidays is not None and isinstance(labels, pd.DatetimeIndex | pd.PeriodIndex):
        warn_of_holidays_between(labels, calendar.holidays)
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


def with_calendar(
    features: CalendarFeatures | None, histories: Mapping[Hashable, History]
) -> dict[Hashable, History]:
    """Return rows of series with the columns of the calendar behind the exogenous ones.

    Parameters
    ----------
    features : CalendarFeatures or None
        Which columns; None for none.
    histories : dict
        Rows of series by their keys.

    Returns
    -------
    histories : dict
        The same rows.
    """
    if features is None:
        return dict(histories)
    columns = calendar_columns(features, [past.index for past in histories.values()])
    return {
        key: replace(past, exog=np.column_stack([past.exog, own]))
        for (key, past), own in zip(histories.items(), columns, strict=True)
    }


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
