"""Exogenous columns without rows of other series, and of times before or after: `rows_beside`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sklstm.data import index_of, key_names, same_index, split_panel
from sklstm.time_labels import as_time_labels, comparable

_UNITS = ["s", "ms", "us", "ns"]


def rows_beside(series: Any, exog: Any, by: Any, static: Sequence[Any] | None) -> Any:
    """Leave out rows of exogenous columns that stand beside no row of the series.

    One table may then hold the plans of all shops, past and future. Categories that no row of the
    series has met are none that a model could have learned.

    Parameters
    ----------
    series, exog : object
        As `Forecaster.fit` is given them.
    by : str, list of str or None
        Columns or levels of the index with the key of each series.
    static : list or None
        Names of the columns that describe a series; a table of these alone may have no times.

    Returns
    -------
    exog : object
        Without rows of other series, and those before the first and after the last label of each.
        The same one if there are none, or rows are not labelled by times: numbers of rows may be
        counted from anywhere. What is left of no series tells nothing: then it is the same, too.
    """
    labels = index_of(series)
    if not isinstance(exog, pd.DataFrame | pd.Series) or labels is None:
        return exog
    if not len(labels):  # whoever reads the series says so
        return exog
    if same_index(labels, exog.index) or _describes_alone(exog, by, static):
        return exog
    rows, times = _rows_and_times(series, by, "series")
    given_rows, given_times = _rows_and_times(exog, by, "exog")
    numbers = _comparable_numbers(times, given_times)
    if numbers is None:
        return exog
    of_series, of_exog = numbers
    kept = [np.empty(0, dtype=np.intp)]
    for key, own in given_rows.items():
        if key in rows:
            span, given = of_series[rows[key]], of_exog[own]
            inside = (given >= span.min()) & (given <= span.max())
            # Where none is inside, whoever reads them says what is wrong.
            kept.append(own[inside] if inside.any() else own)
    places = np.sort(np.concatenate(kept))
    return exog if len(places) in (0, len(exog)) else exog.iloc[places]


def _describes_alone(exog, by, static):
    """Tell whether all columns describe series, so that rows need no times."""
    names = getattr(exog, "columns", [getattr(exog, "name", None)])
    return bool(static) and set(names) <= {*static, *key_names(by)}


def _rows_and_times(table, by, name):
    """Return the rows of each series by its key, and the labels of all rows."""
    if by is None:
        return {None: np.arange(len(table))}, as_time_labels(table.index)
    panel = split_panel(table, by, name)
    index = as_time_labels(panel.frame.index, f"The index of {name}")
    return dict(zip(panel.keys, panel.rows, strict=True)), index


def _comparable_numbers(times, others):
    """Return times as numbers in the same order; None if they are no times, or not comparable."""
    if not comparable(times, others) or times.hasnans or others.hasnans:
        return None
    if isinstance(times, pd.DatetimeIndex) and isinstance(others, pd.DatetimeIndex):
        coarser = min(times.unit, others.unit, key=_UNITS.index)  # which holds the dates of both
        return times.as_unit(coarser).asi8, others.as_unit(coarser).asi8
    if isinstance(times, pd.PeriodIndex) and isinstance(others, pd.PeriodIndex):
        return times.asi8, others.asi8
    return None
