"""Several quantiles at once."""

from numbers import Real

import numpy as np


def quantile_levels(quantile, loss):
    """Return the levels that a user lists; None for a single number.

    Parameters
    ----------
    quantile : float, list or tuple
        The parameter ``quantile``.
    loss : str
        The parameter ``loss``.

    Returns
    -------
    levels : tuple of float or None
        In the order of the list.

    Raises
    ------
    ValueError
        If the list is empty, holds anything but distinct numbers between 0 and 1, or there is
        another loss than ``"quantile"``.
    """
    if not isinstance(quantile, list | tuple):
        return None
    proper = [isinstance(level, Real) and 0 < level < 1 for level in quantile]
    if not quantile or not all(proper) or len(set(quantile)) < len(quantile):
        raise ValueError(
            "The 'quantile' parameter must be a float in (0, 1) or a list of distinct ones. Got "
            f"{quantile!r}."
        )
    if loss != "quantile":
        raise ValueError(
            f"quantile={quantile!r} lists several quantiles, which only loss='quantile' predicts. "
            f"Got loss={loss!r}."
        )
    return tuple(float(level) for level in quantile)


def uncross(predicted, levels):
    """Sort predictions along the last axis, so that a larger level has a larger quantile.

    Quantiles that are fitted one by one may cross. Sorting them never takes them further from the
    true ones [1]_.

    Parameters
    ----------
    predicted : ndarray of shape (..., n_levels)
        One prediction for each level.
    levels : tuple of float
        In any order.

    Returns
    -------
    predicted : ndarray of shape (..., n_levels)
        In the same order of the levels.

    References
    ----------
    .. [1] V. Chernozhukov, I. Fernandez-Val and A. Galichon, "Quantile and probability curves
       without crossing", Econometrica 78(3), 2010.
    """
    ranks = np.argsort(np.argsort(levels))
    return np.sort(predicted, axis=-1)[..., ranks]
