"""Does a feature wander? The test of Dickey and Fuller, over windows: `unit_root_statistic`."""

import numpy as np

CRITICAL_VALUE = -2.86  # 5 %, with a constant, for long series (Fuller, 1976)
_MOST_LAGS = 4
_MOST_WINDOWS = 10_000  # more would tell of returns too slow to be of use
_TINY = 1e-10  # share of a variance that rounding may leave


def unit_root_statistic(windows, feature, weight=None):
    r"""Return the t value by which the newest change of a feature depends on its level.

    Of the newest steps of each window the regression is

    .. math::

        x_t - x_{t-1} = a + b x_{t-1} + \sum_{j=1}^{p} c_j (x_{t-j} - x_{t-j-1}) + e_t,

    with four lags, or as many as fit into the windows, and fewer where the level is a sum of
    changes. A series that returns to its mean has a negative `b`; of one that wanders, or goes on
    rising, `b` is not below zero.

    Parameters
    ----------
    windows : WindowSet
        Each window is one observation; those too short for the lags are left out, and of more than
        ten thousand every second, third and so on is taken.
    feature : int
        Which feature.
    weight : ndarray of shape (n_samples,), optional
        Weights of the windows, equal by default.

    Returns
    -------
    t : float
        ``b`` over its standard error; below `CRITICAL_VALUE` the feature returns. ``-inf`` where
        there is nothing to tell it by: a constant feature, or fewer windows than numbers to find.

    References
    ----------
    D. A. Dickey and W. A. Fuller, "Distribution of the estimators for autoregressive time series
    with a unit root", Journal of the American Statistical Association 74(366), 1979.
    S. E. Said and D. A. Dickey, "Testing for unit roots in autoregressive-moving average models of
    unknown order", Biometrika 71(3), 1984.
    """
    n_lags = min(_MOST_LAGS, int(windows.lengths.max()) - 2)
    if n_lags < 0:
        return -np.inf
    taken = np.flatnonzero(windows.lengths >= n_lags + 2)
    taken = taken[:: -(-len(taken) // _MOST_WINDOWS)]
    weight = np.ones(len(taken)) if weight is None else weight[taken]
    newest = windows.newest_rows[taken]
    newest_first = windows.rows[newest - np.arange(n_lags + 2)[:, np.newaxis], feature]
    change, level, *lags = _variables(newest_first.astype(np.float64))
    for n_kept in range(n_lags, -1, -1):
        t = _t_value(change, level, lags[:n_kept], weight)
        if t is not None:
            return t
    return -np.inf


def _variables(newest_first):
    """Return the newest changes, the levels before them, and the changes before these."""
    unit = np.abs(newest_first - newest_first[:, :1]).max() or 1.0
    steps = (newest_first - newest_first[0, 0]) / unit  # squares neither overflow nor vanish
    changes = steps[:-1] - steps[1:]
    return changes[0], steps[1], *changes[1:]


def _t_value(change, level, lags, weight):
    """Return the t value of the level, None if it is a sum of the other variables."""
    root = np.sqrt(weight)
    others = np.stack([np.ones_like(change), *lags], axis=1) * root[:, np.newaxis]
    both = np.stack([change, level], axis=1) * root[:, np.newaxis]
    total = ((level - np.average(level, weights=weight)) * root) @ (level * root)
    both -= others @ np.linalg.lstsq(others, both, rcond=None)[0]
    change, level = both.T
    n_free = weight.sum() ** 2 / (weight @ weight) - others.shape[1] - 1
    spread = level @ level
    if n_free < 1 or spread <= _TINY * total:
        return None
    slope = level @ change / spread
    left = change - slope * level
    error = np.sqrt(left @ left / n_free / spread)
    if error == 0:
        return -np.inf if slope < 0 else np.inf
    return slope / error
