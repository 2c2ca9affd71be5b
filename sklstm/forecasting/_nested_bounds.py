"""Bounds of several levels that lie within each other."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def farther(offsets: np.ndarray, away: np.ndarray, factor: Any) -> np.ndarray:
    """Multiply the distances of bounds from forecasts.

    Parameters
    ----------
    offsets : ndarray of shape (2, steps, n_columns)
        What is added to what the lower and the upper bound begin with.
    away : ndarray of the same shape
        How far from the forecast these begin.
    factor : float or ndarray of shape (n_columns,)
        Of the distances. A bound on the other side of its forecast stays, for it would move the
        wrong way.

    Returns
    -------
    offsets : ndarray of the same shape
        What is added then.
    """
    distance = offsets + away
    outward = np.stack([distance[0] <= 0, distance[1] >= 0])
    return np.where(outward, offsets * factor + away * (factor - 1), offsets)


def within_each_other(
    bounds: dict[str, np.ndarray], suffixes: Sequence[str]
) -> dict[str, np.ndarray]:
    """Return the bounds of several levels in order, as quantiles that cross are rearranged [1]_.

    They cross where a higher level borrows the errors of other series and a lower one does not,
    where each is the predicted quantile moved by its own misses, and where each has adapted.

    Parameters
    ----------
    bounds : dict
        Of each level ``lower`` and ``upper``, with its name.
    suffixes : list of str
        Ends of these names, those of lower levels first.

    Returns
    -------
    bounds : dict
        The same numbers, of which a higher level has the outer ones.

    References
    ----------
    .. [1] V. Chernozhukov, I. Fernandez-Val and A. Galichon, "Quantile and probability curves
       without crossing", Econometrica 78, 2010.
    """
    if len(suffixes) < 2:
        return bounds
    result = dict(bounds)
    for side in ("lower", "upper"):
        names = [f"{side}{suffix}" for suffix in suffixes]
        found = np.sort([bounds[name] for name in names], axis=0)
        result |= dict(zip(names, found[::-1] if side == "lower" else found, strict=True))
    return result
