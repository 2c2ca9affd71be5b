"""What is predicted as a change, and what is read as one."""

import numpy as np

from ._standardisation import weighted_statistics
from ._unit_root import CRITICAL_VALUE, unit_root_statistic

NONE = -1
_MOST_LEFT = 0.5  # of the variance of a target, for it to be taken as a change
_BLOCK_VALUES = 1 << 16


def reference_features(targets, rows, newest, weight=None, *, force=False):
    """Return for each target the feature that it goes on from.

    It is the one whose newest value, taken off the target, leaves the smallest variance.

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
        Whether every target has such a feature, or only those of whose variance less than half
        would be left.

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
        As from `reference_features`.

    Returns
    -------
    values : ndarray of shape (..., n_outputs), float64
        To be taken off targets, and added to predictions.
    """
    values = values.astype(np.float64, copy=False)
    return values if is_differenced(features, all) else np.where(features >= 0, values, 0.0)


def changes(targets, rows, newest, features):
    """Return targets less the newest values of their features.

    Parameters
    ----------
    targets : ndarray of shape (n_samples, n_outputs)
        Targets.
    rows : ndarray of shape (n_rows, n_features)
        Observed steps of the windows.
    newest : ndarray of shape (n_samples,), int64
        Which of them is the newest at each target.
    features : ndarray of shape (n_outputs,)
        As from `reference_features`.

    Returns
    -------
    changes : ndarray of shape (n_samples, n_outputs)
        Targets without a feature as they are.
    """
    return targets - newest_values(rows[newest[:, np.newaxis], features], features)


def is_differenced(features, how=any):
    """Tell whether any target, or all of them, have a reference feature."""
    return how(feature >= 0 for feature in features.tolist())  # quick for single predictions


def nonstationary_features(windows, weight=None):
    """Tell which features have no level that they return to.

    Parameters
    ----------
    windows : WindowSet
        Training windows.
    weight : ndarray of shape (n_samples,), optional
        Their weights.

    Returns
    -------
    wander : ndarray of shape (n_features,), bool
        Those for which a test of Dickey and Fuller finds no sign of a return.
    """
    features = range(windows.n_features)
    statistics = [unit_root_statistic(windows, k, weight) for k in features]
    return np.array(statistics) > CRITICAL_VALUE


def sizes_of_changes(windows, features, unit, weight=None):
    """Return how large the changes since the first step of a window are.

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
        Root mean squares over all steps, 1 where nothing changes.
    """
    weight = np.ones(len(windows)) if weight is None else weight
    size = max(1, _BLOCK_VALUES // (int(windows.lengths.max()) * windows.n_features))
    total = np.zeros(len(features))
    for first in range(0, len(windows), size):
        block = slice(first, first + size)
        values, lengths = windows.gather(block)
        values = values[:, :, features] / unit
        there = np.arange(values.shape[1]) < lengths[:, np.newaxis]
        squares = np.square(values - values[:, :1]).sum(axis=1, where=there[:, :, np.newaxis])
        total += weight[block] @ squares
    sizes = np.sqrt(total / (weight @ windows.lengths)) * unit
    return np.where(sizes > 0, sizes, 1.0)
