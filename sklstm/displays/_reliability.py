"""Probability integral transforms and shares of covered values, for `ReliabilityDisplay`."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sklstm.data import check_same_labels

from ._backtest_errors import check_column
from ._forecast_parts import any_numbers, one_column


def predicted_distribution(estimator: Any, X: Any, caller: str) -> tuple[Any, Any, Any]:
    """Return what a regressor predicts: a distribution, or quantiles and their levels.

    Parameters
    ----------
    estimator : estimator
        A fitted regressor, or a pipeline that ends in one.
    X : array-like
        What it predicts by.
    caller : str
        Who asks; named in errors.

    Returns
    -------
    distribution : frozen distribution of scipy.stats
        None if there are quantiles alone.
    quantiles, levels : ndarray or None
        Of shape (n_samples, n_quantiles) and (n_quantiles,).

    Raises
    ------
    TypeError
        If it predicts neither.
    """
    takes = (
        "a fitted regressor that predicts distributions or quantiles (a likelihood as loss, or "
        "loss='quantile' with several)"
    )
    if isinstance(estimator, type):
        raise TypeError(f"{caller} takes {takes}, got the class {estimator.__name__}.")
    name = type(estimator).__name__
    if hasattr(estimator, "fit"):
        check_is_fitted(estimator)
    if hasattr(estimator, "steps"):
        before, estimator = estimator[:-1], estimator[-1]
        X = before.transform(X) if len(before.steps) else X
    if hasattr(estimator, "predict_distribution"):
        return estimator.predict_distribution(X), None, None
    if hasattr(estimator, "predict_quantiles"):
        levels = np.sort(np.ravel(getattr(estimator, "regressor_", estimator).quantile))
        return None, estimator.predict_quantiles(X, levels), levels
    raise TypeError(f"{caller} takes {takes}, got {name}.")


def pit_of_distribution(y_true: Any, distribution: Any, random_state: Any) -> np.ndarray:
    """Return the distribution function at each actual value.

    Where it jumps, as that of a count does everywhere and that of an amount at zero, a number is
    drawn between its two sides: F(y-) + u (F(y) - F(y-)), u uniform, F(y-) its limit from below,
    of a count F(y - 1) (Czado, Gneiting and Held, 2009).

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Actual values.
    distribution : frozen distribution of scipy.stats
        Of all of them.
    random_state : int, RandomState instance or None
        Seed of u.

    Returns
    -------
    pit : ndarray of shape (n_known,)
        Without missing values.

    Raises
    ------
    TypeError
        If `distribution` has no distribution function.
    ValueError
        If there are more or fewer values than distributions, or none that is known.
    """
    if not hasattr(distribution, "cdf") or isinstance(distribution, type):
        raise TypeError(
            "distribution must be a frozen distribution of scipy.stats, as from "
            f"predict_distribution, got {type(distribution).__name__}."
        )
    shape = np.shape(distribution.mean())
    y = any_numbers(y_true, "y_true")
    if shape and np.size(y) != np.prod(shape):
        raise ValueError(
            f"y_true must have one value for each distribution, of shape {shape}, got {y.shape}."
        )
    y = y.reshape(shape) if shape else y
    # Right below y: of a count that is y - 1, and amounts may jump at zero alone.
    below = y - np.maximum(4 * np.spacing(np.abs(y)), 1e-300)
    lower, upper = np.ravel(distribution.cdf(below)), np.ravel(distribution.cdf(y))
    uniform = check_random_state(random_state).uniform(size=len(upper))
    return _known(lower + uniform * (upper - lower), np.ravel(y))


def pit_of_paths(y_true: Any, paths: Any, random_state: Any) -> np.ndarray:
    """Return the rank of each actual value among its draws, as a number between 0 and 1.

    Of n draws the rank r, 0 to n, stands for the interval from r / (n + 1) to (r + 1) / (n + 1), in
    which a number is drawn; ties are broken at random, too.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Actual values.
    paths : array-like of shape (n_samples, n_draws)
        Draws.
    random_state : int, RandomState instance or None
        Seed.

    Returns
    -------
    pit : ndarray of shape (n_known,)
        Without missing values.

    Raises
    ------
    ValueError
        If there are more or fewer values than rows of draws, or none that is known.
    """
    check_same_labels({"y_true": y_true, "paths": paths})
    draws = any_numbers(paths, "paths")
    if draws.ndim != 2:
        raise ValueError(f"paths must be of shape (n_samples, n_draws), got {draws.shape}.")
    y = one_column(y_true, "y_true", len(draws))
    below = (draws < y[:, np.newaxis]).sum(axis=1)
    equal = (draws == y[:, np.newaxis]).sum(axis=1)
    uniform = check_random_state(random_state).uniform(size=len(y))
    return _known((below + uniform * (equal + 1)) / (draws.shape[1] + 1), y)


def coverage_of_quantiles(y_true: Any, y_pred: Any, quantiles: Any) -> tuple[Any, Any, int]:
    """Return levels, the shares of actual values at or below each quantile, and their number.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Actual values.
    y_pred : array-like of shape (n_samples, n_quantiles)
        Quantiles.
    quantiles : array-like of shape (n_quantiles,)
        Levels.

    Returns
    -------
    nominal, observed : ndarray of shape (n_quantiles,)
        Levels in their order, and shares.
    n_samples : int
        Of known values.

    Raises
    ------
    ValueError
        If shapes do not fit, or a level is not between 0 and 1.
    """
    check_same_labels({"y_true": y_true, "y_pred": y_pred})
    levels, predicted = one_column(quantiles, "quantiles"), any_numbers(y_pred, "y_pred")
    if not ((levels > 0) & (levels < 1)).all():
        raise ValueError(f"quantiles must be between 0 and 1, got {levels.tolist()}.")
    if predicted.ndim != 2 or predicted.shape[1] != len(levels):
        raise ValueError(
            f"y_pred must be of shape (n_samples, {len(levels)}), a column for each of quantiles, "
            f"got {predicted.shape}."
        )
    y = one_column(y_true, "y_true", len(predicted))
    known = ~(np.isnan(y) | np.isnan(predicted).any(axis=1))
    below = _known(y[:, np.newaxis] <= predicted, np.where(known, y, np.nan))
    order = np.argsort(levels)
    return levels[order], below.mean(axis=0)[order], len(below)


def coverage_of_backtest(result: Any, column: Any) -> tuple[Any, Any, int]:
    """Return levels, coverage and the number of forecasts of a backtest.

    Parameters
    ----------
    result : Bunch
        As from `Forecaster.backtest`.
    column : str or None
        Which column of the series, where there are several.

    Returns
    -------
    nominal, observed : ndarray of shape (n_levels,)
        In the order of the levels.
    n_samples : int
        Number of forecasts.

    Raises
    ------
    TypeError
        If `result` is no result of a backtest.
    ValueError
        If it has no intervals, or no such column.
    """
    overall = getattr(result, "overall", None)
    if not isinstance(overall, pd.Series | pd.DataFrame):
        raise TypeError(
            f"from_backtest takes the result of Forecaster.backtest, got {type(result).__name__}."
        )
    several = isinstance(overall, pd.DataFrame)
    check_column(column, list(overall.index) if several else None)
    overall = overall.loc[column] if several else overall
    names = [name for name in overall.index if str(name).startswith("coverage")]
    levels = np.array(result.get("levels", ()), dtype=float)
    if not len(levels):
        raise ValueError("The backtest has no intervals: give it level=, best a list of several.")
    order = np.argsort(levels)
    return levels[order], overall[names].to_numpy(float)[order], int(overall["n_forecasts"])


def _known(values, y):
    """Return the values at actual values that are known."""
    known = values[~np.isnan(y)]
    if values.ndim == 1:
        known = known[~np.isnan(known)]
    if not len(known):
        raise ValueError("y_true has no value that is known and predicted.")
    return known
