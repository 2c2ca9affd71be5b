"""Quantiles, draws and probabilities of the distributions that a regressor predicts for windows."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ._joined import ends_of


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


def predicted_draws(
    regressor: Any,
    windows: np.ndarray,
    lengths: Sequence[int],
    rngs: Sequence[np.random.Generator],
) -> np.ndarray:
    """Draw from the distributions that are predicted for windows of several series.

    Parameters
    ----------
    regressor : estimator
        Fitted; has ``predict_distribution``.
    windows : ndarray
        As it takes them, those of a series one after the other.
    lengths : list of int
        How many windows each series has.
    rngs : list of numpy Generator
        Source of the draws of each.

    Returns
    -------
    draws : ndarray of shape (n_windows, ...)
        One of each target, as the regressor learned them; all of a series are NaN where a parameter
        of its distributions is not finite.
    """
    distribution = regressor.predict_distribution(windows)
    shape = _shape(distribution)
    args = [np.broadcast_to(one, shape) for one in distribution.args]
    kwds = {name: np.broadcast_to(one, shape) for name, one in distribution.kwds.items()}
    drawn = np.full(shape, np.nan)
    finite = np.logical_and.reduce([np.isfinite(one) for one in (*args, *kwds.values())])
    for (begin, end), rng in zip(pairwise(ends_of(lengths).tolist()), rngs, strict=True):
        some = slice(begin, end)
        if not finite[some].all():
            continue
        drawn[some] = distribution.dist.rvs(
            *(one[some] for one in args),
            **{name: one[some] for name, one in kwds.items()},
            size=(end - begin, *shape[1:]),
            random_state=rng,
        )
    return drawn


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
