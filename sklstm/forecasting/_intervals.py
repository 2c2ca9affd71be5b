"""Intervals by split conformal prediction, calibrated on the newest rows."""

import warnings
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np

from ._forecast_model import ForecastModel, Path
from ._histories import History


def split_off_newest(
    histories: Mapping[Hashable, History], calibration_size: Any, n_fewest: int
) -> tuple[list[History], dict[Hashable, int]]:
    """Return the series without the rows that calibrate.

    Parameters
    ----------
    histories : dict
        All series.
    calibration_size : float, int or None
        Share or number of the rows that calibrate.
    n_fewest : int
        A series with fewer rows left is left out.

    Returns
    -------
    older : list of History
        The older rows; empty if there are too few, or for None.
    n_newest : dict
        Number of rows of each series that calibrate.
    """
    if calibration_size is None:
        return [], {}
    is_share = not isinstance(calibration_size, int | np.integer)
    n_newest = {
        key: int(np.ceil(calibration_size * len(past))) if is_share else int(calibration_size)
        for key, past in histories.items()
    }
    older = [past.part(0, max(0, len(past) - n_newest[key])) for key, past in histories.items()]
    return [past for past in older if len(past) >= n_fewest], n_newest


def check_levels(level: Any) -> dict[float | None, float]:
    """Return the levels that a user asks for, by what their columns are called after.

    Parameters
    ----------
    level : float, list of float or None
        Probabilities to cover.

    Returns
    -------
    levels : dict
        Levels by themselves; a single one by None.

    Raises
    ------
    ValueError
        If one is not between 0 and 1.
    """
    if level is None:
        return {}
    several = isinstance(level, list | tuple | np.ndarray)
    if several and len(set(level)) < len(level):
        raise ValueError(
            f"level must be a list of distinct numbers, which name columns; got {list(level)!r}."
        )
    levels = {value: value for value in level} if several else {None: level}
    for value in levels.values():
        if not isinstance(value, Real) or isinstance(value, bool) or not 0 < float(value) < 1:
            raise ValueError(
                f"level must be a number in (0, 1), such as 0.9, or a list of them; got {value!r}."
            )
    return levels


def half_widths(
    calibrator: ForecastModel | None,
    paths: Sequence[Path],
    n_newest: Mapping[Hashable, int],
    levels: dict[float | None, float],
    steps: int,
) -> dict[Hashable, dict[float | None, np.ndarray]]:
    """Return how far bounds are from the forecast that follows on the last row of each series.

    Parameters
    ----------
    calibrator : ForecastModel or str
        A model that has not seen the newest rows of the series.
    paths : list of Path
        Series, and what is known of the time after their ends.
    n_newest : dict
        Number of rows that calibrate, by series.
    levels : dict
        As from `check_levels`.
    steps : int
        How many rows are forecast.

    Returns
    -------
    half_widths : dict
        By series and then by the names of levels, arrays of shape (steps, n_columns).

    Raises
    ------
    ValueError
        If there are too few errors for all of the series; for some, their bounds are NaN.
    """
    if not levels:
        return {path.history.key: {} for path in paths}
    refuse_missing(calibrator)
    first = [first_origin(path.history, n_newest, calibrator) for path in paths]
    errors = forecast_errors(calibrator, paths, first, steps)
    widths = {
        path.history.key: {
            name: interval_half_widths(table, level, n_newest[path.history.key])
            for name, level in levels.items()
        }
        for path, table in zip(paths, errors, strict=True)
    }
    return finite_half_widths(widths, levels)


def fit_calibrator(older, *recipe):
    """Fit a model to older rows; return it, or why there is none.

    A forecaster without intervals is better than none, so this never ends its `fit`.

    Parameters
    ----------
    older : list of History
        The series without the rows that calibrate.
    *recipe : tuple
        As for `ForecastModel.fit`.

    Returns
    -------
    calibrator : ForecastModel or str
        The fitted model.
    """
    if not older:
        return (
            "either calibration_size was None in fit, or the series were too short for it "
            "(lookback + horizon rows have to be left)"
        )
    try:
        return ForecastModel.fit(older, *recipe)
    except ValueError as error:
        return f"the model of the older rows could not be fitted ({error})"


def refuse_missing(calibrator):
    """Raise a ValueError if there is no calibrator."""
    if isinstance(calibrator, str):
        raise ValueError(f"level takes a calibration block, and there is none: {calibrator}.")


def first_origin(past, n_newest, calibrator):
    """Return the first row of a series that a calibrating forecast is made from."""
    return max(calibrator.features.lookback - 1, len(past) - 1 - n_newest[past.key])


def finite_half_widths(half_widths, levels):
    """Return half widths with NaN in place of those that would have to be infinite.

    Parameters
    ----------
    half_widths : dict
        By series and then by the names of levels, arrays of shape (..., steps, n_columns).
    levels : dict
        Levels by their names.

    Returns
    -------
    half_widths : dict
        The same arrays. A warning tells of series that have no intervals.

    Raises
    ------
    ValueError
        If there is none at all.
    """
    lacking = [
        (key, name, widths)
        for key, by_name in half_widths.items()
        for name, widths in by_name.items()
        if np.isinf(widths).any()
    ]
    if not lacking:
        return half_widths
    keys = list(dict.fromkeys(key for key, *_ in lacking))
    message = _too_few(*lacking[0], levels)
    if len(keys) == len(half_widths):
        raise ValueError(message)
    message += f" The bounds of {len(keys)} of {len(half_widths)} series are NaN in part."
    warnings.warn(message, stacklevel=4)
    for *_, widths in lacking:
        widths[np.isinf(widths)] = np.nan
    return half_widths


def _too_few(key, name, widths, levels):
    steps = np.isinf(widths).any(axis=-1)
    step = int(steps.reshape(-1, steps.shape[-1]).any(axis=0).argmax()) + 1
    of = "" if key is None else f" {key!r}"
    return (
        f"level={levels[name]} takes the errors of at least {fewest_errors(levels[name])} earlier "
        f"forecasts of each step ahead, and the calibration rows of series{of} give fewer from "
        f"step {step} on: take a lower level, fewer steps or a larger calibration_size."
    )


def interval_half_widths(errors: np.ndarray, level: float, n_newest: int | None) -> np.ndarray:
    """Return by how much the actual value may be off, for each step ahead.

    Split conformal prediction: of ``m`` earlier absolute errors of a step the ``ceil((m + 1) *
    level)``-th smallest is taken. If errors are exchangeable, it covers the next one with at least
    this probability.

    Parameters
    ----------
    errors : ndarray of shape (n_origins, steps, n_columns)
        Absolute errors of forecasts that were made from rows in succession, the last of which is
        the row that the next forecast is made from; those not known by then are NaN.
    level : float in (0, 1)
        Probability to cover.
    n_newest : int
        How many rows count: errors at the newest ones are used.

    Returns
    -------
    half_widths : ndarray of shape (steps, n_columns)
        Infinite where there are too few errors for the level.

    References
    ----------
    J. Lei, M. G'Sell, A. Rinaldo, R. J. Tibshirani and L. Wasserman, "Distribution-free predictive
    inference for regression", Journal of the American Statistical Association 113, 2018.
    """
    n_origins, steps, n_columns = errors.shape
    widths = np.full((steps, n_columns), np.inf)
    for step in range(steps):
        # The forecast for `step` + 1 rows ahead whose error is the newest was made so much earlier.
        last = n_origins - (step + 1)
        first = max(0, n_origins - 1 - n_newest)
        for column in range(n_columns):
            known = errors[first : max(last, 0), step, column]
            known = known[~np.isnan(known)]
            rank = np.ceil((len(known) + 1) * level - 1e-9)
            if len(known) and rank <= len(known):
                widths[step, column] = np.partition(known, int(rank) - 1)[int(rank) - 1]
    return widths


def fewest_errors(level: float) -> int:
    """Return how many errors an interval of a level takes."""
    return int(np.ceil(level / (1 - level) - 1e-9))


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


def following_rows(values: np.ndarray, origins: np.ndarray, steps: int) -> np.ndarray:
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
