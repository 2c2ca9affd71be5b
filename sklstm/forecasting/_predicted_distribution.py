"""Quantiles and probabilities of the distributions that a regressor predicts for windows."""

from typing import Any

import numpy as np


def predicted_quantiles(regressor: Any, windows: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return quantiles of the distributions that are predicted for some windows.

    Parameters
    ----------
    regressor : estimator
        Fitted; has ``predict_distribution``.
    windows : ndarray
        As it takes them.
    levels : ndarray of shape (n_windows, horizon, n_columns, n_draws)
        Levels of each window, row and column by itself.

    Returns
    -------
    quantiles : ndarray of the same shape
        Of targets as the regressor learned them.
    """
    distribution = regressor.predict_distribution(windows)
    shape = _shape(distribution)
    of_draws = np.moveaxis(levels, -1, 0)
    found = distribution.ppf(of_draws.reshape(len(of_draws), *shape))
    return np.moveaxis(found.reshape(of_draws.shape), 0, -1)


def predicted_probabilities(regressor: Any, windows: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the predicted probabilities of less than a value, and of no more than it.

    Where the distribution is continuous both are the same, the probability integral transform.

    Parameters
    ----------
    regressor : estimator
        Fitted; has ``predict_distribution``.
    windows : ndarray
        As it takes them.
    values : ndarray of shape (n_windows, horizon, n_columns)
        Targets as the regressor learned them, NaN where unknown.

    Returns
    -------
    probabilities : ndarray of shape (n_windows, horizon, n_columns, 2)
        NaN where unknown.
    """
    distribution = regressor.predict_distribution(windows)
    asked = values.reshape(_shape(distribution))
    # Just below a value: of counts and amounts of zero that is the count, or nothing, before.
    below = asked - np.maximum(4 * np.spacing(np.abs(asked)), 1e-290)
    both = [distribution.cdf(one).reshape(values.shape) for one in (below, asked)]
    return np.stack(both, axis=-1)


def _shape(distribution):
    """Return the shape of a frozen distribution, (n_windows,) of a single target."""
    parameters = [*distribution.args, *distribution.kwds.values()]
    return np.broadcast_shapes(*(np.shape(one) for one in parameters))
