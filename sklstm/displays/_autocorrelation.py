"""Autocorrelation with its bounds: `autocorrelation`."""

import numpy as np
from scipy.stats import norm


def autocorrelation(values: np.ndarray, n_lags: int, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the autocorrelation from lag 1 on, and its bounds by Bartlett's formula.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        Rows that follow each other; NaN are left out of all sums.
    n_lags : int
        Most lags; there are at most ``n_rows - 1``.
    level : float
        Probability that the autocorrelation of what is uncorrelated from a lag on lies within the
        bounds.

    Returns
    -------
    r : ndarray of shape (n_lags,)
        Values r_k = sum_t e_t e_(t+k) / sum_t e_t^2, e the input less its mean.
    bounds : ndarray of shape (n_lags,)
        Half widths, z sqrt((1 + 2 sum_(i<k) r_i^2) / n), n the number of known values.

    Raises
    ------
    ValueError
        If there are fewer than two known values, or all are the same.
    """
    known = ~np.isnan(values)
    n = int(known.sum())
    deviations = np.where(known, values - np.mean(values[known]) if n else 0.0, 0.0)
    total = float(deviations @ deviations)
    alike = n < 2 or np.ptp(values[known]) == 0.0  # less a rounded mean they are not quite zero
    if alike or total == 0.0:
        raise ValueError(
            f"An autocorrelation takes at least two residuals that differ, got {n} of "
            f"{'one value' if n > 1 else 'them'}."
        )
    lags = range(1, min(n_lags, len(values) - 1) + 1)
    r = np.array([deviations[:-k] @ deviations[k:] for k in lags]) / total
    before = np.concatenate([[0.0], np.cumsum(r[:-1] ** 2)])
    return r, norm.ppf(0.5 + level / 2) * np.sqrt((1 + 2 * before) / n)
