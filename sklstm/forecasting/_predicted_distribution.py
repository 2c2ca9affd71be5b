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
    shape, dist = _shape(distribution), distribution.dist
    given = {name: np.broadcast_to(one, shape) for name, one in _parameters(distribution).items()}
    finite = np.logical_and.reduce([np.isfinite(one) for one in given.values()])
    with np.errstate(invalid="ignore"):
        regular = finite & ~np.isnan(np.broadcast_to(distribution.support()[0], shape))
    loc, scale, *own = given.values()
    ends = ends_of(lengths)
    known, checked = (_all_within(each, ends) for each in (finite, regular))
    drawn, others = np.full(shape, np.nan), []
    for k, (begin, end) in enumerate(pairwise(ends.tolist())):
        some, size = slice(begin, end), (end - begin, *shape[1:])
        if checked[k]:
            # What `dist.rvs` calls; all but a fiftieth of its own time goes into checks.
            drawn[some] = dist._rvs(*[one[some] for one in own], size=size, random_state=rngs[k])
        elif known[k]:
            others.append((some, size, rngs[k]))
    drawn = drawn * scale + loc
    for some, size, rng in others:  # of no spread, or an error
        args = [np.broadcast_to(one, shape)[some] for one in distribution.args]
        kwds = {k: np.broadcast_to(one, shape)[some] for k, one in distribution.kwds.items()}
        drawn[some] = dist.rvs(*args, **kwds, size=size, random_state=rng)
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


def _parameters(distribution):
    """Return the parameters of a frozen distribution by their names, location and scale first."""
    names = distribution.dist.shapes.split(", ") if distribution.dist.shapes else []
    by_place = dict(zip([*names, "loc", "scale"], distribution.args, strict=False))
    return {"loc": 0.0, "scale": 1.0, **by_place, **distribution.kwds}


def _all_within(flags, ends):
    """Return whether all flags of each piece of windows are set, (n_pieces,)."""
    n_unset = ends_of(np.sum(~flags.reshape(len(flags), -1), axis=1))[ends]
    return np.diff(n_unset) == 0
