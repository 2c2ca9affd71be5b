"""How wide an interval must be to cover, by the errors of earlier forecasts."""

import numpy as np


def interval_half_widths(errors, level, n_newest):
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


def fewest_errors(level):
    """Return how many errors an interval of a level takes."""
    return int(np.ceil(level / (1 - level) - 1e-9))
