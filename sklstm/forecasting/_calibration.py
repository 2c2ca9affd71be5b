"""Errors of forecasts of rows that are known by now."""

from dataclasses import replace

import numpy as np


def forecast_errors(model, paths, first, steps):
    """Return the absolute errors of forecasts from many rows of series.

    Parameters
    ----------
    model : ForecastModel
        Who forecasts; it should not have learned from the rows after `first`.
    paths : list of Path
        The series, and what is known of the time after their ends. Their own origins do not count.
    first : list of int
        The first row of each to forecast from.
    steps : int
        How many rows ahead.

    Returns
    -------
    errors : list of ndarray of shape (n_steps - first, steps, n_columns)
        For each series those of forecasts from row `first` on; NaN where the actual value is not
        known or there is no forecast.
    """
    begun = []
    for path, begin in zip(paths, first, strict=True):
        origins = model.possible_origins(path)
        inside = (origins >= begin) & (origins < len(path.history) - 1)
        begun.append(replace(path, origins=origins[inside]))
    forecasts = model.forecast(begun, steps)
    errors = []
    for path, begin, forecast in zip(begun, first, forecasts, strict=True):
        values = path.history.values
        table = np.full((len(values) - begin, steps, values.shape[1]), np.nan)
        actual = following_rows(values, path.origins, steps)
        table[path.origins - begin] = np.abs(forecast - actual)
        errors.append(table)
    return errors


def following_rows(values, origins, steps):
    """Return the rows after each origin, NaN beyond the end.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_columns)
        A series.
    origins : ndarray of shape (n_origins,)
        Rows of it.
    steps : int
        How many rows.

    Returns
    -------
    rows : ndarray of shape (n_origins, steps, n_columns)
        Copies of them.
    """
    filled = np.concatenate([values, np.full((steps, values.shape[1]), np.nan)])
    return filled[origins[:, np.newaxis] + np.arange(1, steps + 1)]
