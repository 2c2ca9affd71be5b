"""How far bounds of few independent errors miss: `relative_errors` and `block_factor`."""

from collections.abc import Sequence

import numpy as np

from ._conformal import has_both_sides, offsets

_MOST_BLOCKS = 10  # of a series
_FEWEST_BLOCKS = 50  # of all: the coverage of 0.9 of them is known to four points


def relative_errors(
    errors: np.ndarray, below: np.ndarray, above: np.ndarray, alpha: float
) -> list[np.ndarray]:
    """Return errors in units of the bounds that errors of other times would have given.

    Forecasts whose rows overlap err alike, so that bounds of the errors of some rows in succession
    hold these better than later ones. So the errors of each block of rows, at least as many as
    there are steps, are compared with bounds made without them: cross-validation of dependent data
    leaves out neighbours as well [1]_. Here they are those that overlap from before, since this is
    what a forecast lacks: its last errors known at step `s` are of `s` rows before.

    Parameters
    ----------
    errors : ndarray of shape (n_known, steps, n_columns)
        Actual values minus forecasts from rows in succession; NaN where unknown.
    below, above : ndarray of the same shape
        Actual values minus what the lower and the upper bound are moved from: `errors` themselves,
        or those of predicted quantiles.
    alpha : float
        Probability to miss.

    Returns
    -------
    relative : list of ndarray of shape (n_rows, steps, n_columns)
        Of each block, without those for which the other errors are too few for bounds of both
        sides. At most 1 inside the bounds, infinite beyond one that does not hold its own forecast;
        NaN where an error is unknown.

    References
    ----------
    .. [1] P. Burman, E. Chow and D. Nolan, "A cross-validatory method for dependent data",
       Biometrika 81, 1994, pages 351-358.
    """
    n_known, steps, _ = errors.shape
    size = max(steps, -(-n_known // _MOST_BLOCKS))
    relative = []
    for begin in range(0, n_known, size):
        block = slice(begin, begin + size)
        others = np.r_[: max(0, begin - steps + 1), min(begin + size, n_known) : n_known]
        enough = has_both_sides(below[others], alpha)
        if not enough.any():
            continue
        upper = None if above is below else above[others]
        low, high = offsets(below[others], alpha, clip=True, upper=upper)
        error = errors[block]
        # Both relative to the forecast itself: y - f - (y - q) = q - f.
        low, high = low + error - below[block], high + error - above[block]
        bound = np.where(error > 0, high, low)
        inside = np.sign(error) * bound > 0
        found = np.where(inside, error / np.where(inside, bound, 1.0), np.inf)
        found = np.where(error == 0, 0.0, found)
        relative.append(np.where(enough & ~np.isnan(error), found, np.nan))
    return relative


def block_factor(relative: Sequence[np.ndarray], alpha: float) -> np.ndarray:
    """Return what the distance of bounds from forecasts is multiplied by.

    Parameters
    ----------
    relative : list of ndarray of shape (n_rows, steps, n_columns)
        As from `relative_errors`, the blocks of all series.
    alpha : float
        Probability to miss.

    Returns
    -------
    factor : ndarray of shape (n_columns,)
        Which holds all but `alpha` of the errors of all series and steps; 1 where these are few.
    """
    if len(relative) < _FEWEST_BLOCKS:
        return np.ones(1)
    together = np.concatenate([one.reshape(-1, one.shape[2]) for one in relative])
    factors = np.ones(together.shape[1])
    for column, values in enumerate(together.T):
        known = np.sort(values[~np.isnan(values)])
        if len(known):
            found = known[int(np.ceil((1 - alpha) * len(known) - 1e-9)) - 1]
            factors[column] = found if 0 < found < np.inf else 1.0
    return factors
