"""Errors of forecasts of rows that are known by now."""

import numpy as np

from ._forecast_model import Path


def forecast_errors(model, histories, first, steps):
    """Return the absolute errors of forecasts from many rows of series.

    Parameters
    ----------
    model : ForecastModel
        Who forecasts; it should not have learned from the rows after `first`.
    histories : list of History
        The series.
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
    paths = []
    for history, begin in zip(histories, first, strict=True):
        origins = model.possible_origins(history, steps)
        paths.append(Path(history, origins[(origins >= begin) & (origins < len(history) - 1)]))
    forecasts = model.forecast(paths, steps)
    errors = []
    for path, begin, forecast in zip(paths, first, forecasts, strict=True):
        values = path.history.values
        table = np.full((len(values) - begin, steps, values.shape[1]), np.nan)
        actual = following_rows(values, path.origins, steps)
        table[path.origins - begin] = np.abs(forecast - actual)
        errors.append(table)
    return errors


def following_rows(values, origins, steps):
    """Return the rows after each origin, shape (n_origins, steps, n_columns); NaN beyond the end.

    Parameters
    ----------
    values : ndarray of shape (n_steps, n_columns)
        A series.
    origins : ndarray of shape (n_origins,)
        Rows of it.
    steps : int
        How many rows.
    """
    filled = np.concatenate([values, np.full((steps, values.shape[1]), np.nan)])
    return filled[origins[:, np.newaxis] + np.arange(1, steps + 1)]
