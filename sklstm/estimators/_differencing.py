"""Differencing: targets predicted as changes, and features read as changes."""

import numpy as np

from ._standardisation import weighted_statistics

NONE = -1
_MOST_LEFT = 0.5  # of the variance of a target, for it to be predicted as a change
_BLOCK_VALUES = 1 << 16
CRITICAL_VALUE = -2.86  # 5 %, with a constant, for long series (Fuller, 1976)
_MOST_LAGS = 4
_MOST_WINDOWS = 10_000  # more would tell of returns too slow to be of use
_TINY = 1e-10  # share of a variance that rounding may leave


def choose_reference_features(targets, rows, newest, weight=None, *, force=False):
    """Return for each target the feature that it is differenced by.

    It is the one whose newest value, subtracted from the target, leaves the smallest variance.

    Parameters
    ----------
    targets : ndarray of shape (n_samples, n_outputs)
        Finite numbers.
    rows : ndarray of shape (n_rows, n_features)
        Observed steps of the windows.
    newest : ndarray of shape (n_samples,), int64
        Which of them is the newest at each target.
    weight : ndarray of shape (n_samples,), optional
        Weights of the samples, equal by default.
    force : bool, default=False
        Whether every target has such a feature, or only those that lose more than half of their
        variance.

    Returns
    -------
    features : ndarray of shape (n_outputs,), int64
        -1 for none.
    """
    mean, scale = weighted_statistics(targets, weight)
    standard = (targets - mean) / scale
    left = np.empty((rows.shape[1], targets.shape[1]))
    with np.errstate(over="ignore"):
        for k in range(rows.shape[1]):
            column = rows[newest, k : k + 1].astype(np.float64)
            centre, spread = weighted_statistics(column, weight)
            column = (column - centre) / spread
            correlation = np.average(column * standard, axis=0, weights=weight)
            ratio = spread / scale
            left[k] = 1.0 + ratio * (ratio - 2.0 * correlation)
    best = np.argmin(left, axis=0)
    is_near = left[best, np.arange(len(best))] < _MOST_LEFT
    return best if force else np.where(is_near, best, NONE)


def newest_values(values, features):
    """Return the newest value of the feature of each target, zero where there is none.

    Parameters
    ----------
    values : ndarray of shape (..., n_outputs)
        The newest steps, indexed by `features`.
    features : ndarray of shape (n_outputs,)
        As from `choose_reference_features`.

    Returns
    -------
    values : ndarray of shape (..., n_outputs), float64
        To be subtracted from targets, and added to predictions.
    """
    values = values.astype(np.float64, copy=False)
    return values if is_differenced(features, min) else np.where(features >= 0, values, 0.0)


def subtract_newest(targets, rows, newest, features):
    """Return targets minus the newest values of their features.

    Parameters
    ----------
    targets : ndarray of shape (n_samples, n_outputs)
        Targets.
    rows : ndarray of shape (n_rows, n_features)
        Observed steps of the windows.
    newest : ndarray of shape (n_samples,), int64
        Which of them is the newest at each target.
    features : ndarray of shape (n_outputs,)
        As from `choose_reference_features`.

    Returns
    -------
    differenced : ndarray of shape (n_samples, n_outputs)
        Targets without a feature as they are.
    """
    return targets - newest_values(rows[newest[:, np.newaxis], features], features)


def is_differenced(features, how=max):
    """Return whether any target is differenced, or with `min` each of them."""
    return how(features.tolist()) >= 0  # quick for single predictions


def check_same_differencing(differencing, targets, features):
    """Raise a ValueError if training is to go on with other differences.

    Parameters
    ----------
    differencing : {"auto", "always", "never"}
        As of the estimators; ``"auto"`` goes on as before.
    targets : ndarray of int of shape (n_targets,)
        Features that targets are differenced by, -1 for none.
    features : ndarray of bool of shape (n_features,)
        Which features are differenced.
    """
    are = {"always": is_differenced(targets, min) and features.all(), "auto": True}
    are["never"] = not is_differenced(targets)
    if not are[differencing]:
        raise ValueError(
            f"Training continues with targets differenced by features {targets.tolist()} (-1: not "
            f"at all), and the parameter is now differencing={differencing!r}. Set it back, or fit "
            "anew (warm_start=False)."
        )


def nonstationary_features(windows, weight=None):
    """Return the mask of features that are not stationary.

    Parameters
    ----------
    windows : WindowSet
        Training windows.
    weight : ndarray of shape (n_samples,), optional
        Their weights.

    Returns
    -------
    nonstationary : ndarray of shape (n_features,), bool
        Those for which the augmented Dickey-Fuller test does not reject a unit root.
    """
    features = range(windows.n_features)
    statistics = [unit_root_statistic(windows, k, weight) for k in features]
    return np.array(statistics) > CRITICAL_VALUE


def root_mean_square_changes(windows, features, unit, weight=None):
    """Return the root mean square of the changes since the first step of a window.

    Parameters
    ----------
    windows : WindowSet
        Training windows.
    features : ndarray of int
        Of which features.
    unit : ndarray of shape (n_chosen,)
        Numbers of about their size, so that squares neither overflow nor vanish.
    weight : ndarray of shape (n_samples,), optional
        Weights of the windows.

    Returns
    -------
    sizes : ndarray of shape (n_chosen,)
        Over all steps, 0 where nothing changes.
    """
    weight = np.ones(len(windows)) if weight is None else weight
    size = max(1, _BLOCK_VALUES // (int(windows.lengths.max()) * windows.n_features))
    total = np.zeros(len(features))
    for first in range(0, len(windows), size):
        block = slice(first, first + size)
        values, lengths = windows.padded(block)
        # Differences first: those of large values are exact, and halved they cannot overflow.
        halves = 0.5 * values[:, :, features].astype(np.float64)
        changes = 2.0 * ((halves - halves[:, :1]) / unit)
        mask = np.arange(values.shape[1]) < lengths[:, np.newaxis]
        squares = np.square(changes).sum(axis=1, where=mask[:, :, np.newaxis])
        total += weight[block] @ squares
    return np.sqrt(total / (weight @ windows.lengths)) * unit


def unit_root_statistic(windows, feature, weight=None):
    r"""Return the statistic of the augmented Dickey-Fuller test of a feature, over windows.

    It is the t value of `b` in the regression over the newest steps of each window,

    .. math::

        x_t - x_{t-1} = a + b x_{t-1} + \sum_{j=1}^{p} c_j (x_{t-j} - x_{t-j-1}) + e_t,

    with four lags, or as many as fit into the windows, and fewer where the level is collinear with
    the changes. A stationary series has a negative `b`; with a unit root or a trend it is zero.

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
        ``b`` over its standard error; below `CRITICAL_VALUE` the unit root is rejected. ``-inf``
        where it cannot be estimated: a constant feature, or fewer windows than coefficients.

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
    """Return the t value of the level, None if it is collinear with the other variables."""
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
