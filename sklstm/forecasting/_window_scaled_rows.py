"""Rows of windows, targets and weights on their way to the regressor inside."""

import numpy as np
from sklearn.utils.validation import _check_sample_weight

from sklstm.data import (
    WindowSet,
    as_windows,
    check_same_labels,
    newest_block,
    plain_values,
    refuse_rows,
    step_features,
)

from ._abilities import early_stopping_inside


def rows_there(there, windows, targets, params):
    """Return windows, targets and what else `fit` is given, of some rows.

    Parameters
    ----------
    there : ndarray of bool of shape (n_samples,)
        Which rows.
    windows, targets : ndarray
        One row a sample.
    params : dict
        What else is given to ``fit``, such as ``sample_weight``.

    Returns
    -------
    windows, targets : ndarray
        The remaining rows.
    params : dict
        With the weights and groups of the remaining rows.
    """
    weight = plain_values(params.get("sample_weight"))
    if weight is not None:
        weight = weight if there.all() else _check_sample_weight(weight, targets)[there]
        params = params | {"sample_weight": weight}
    groups = plain_values(params.get("groups"))
    if groups is not None and len(groups) == len(there):
        params = params | {"groups": np.asarray(groups)[there]}
    if there.all():
        return windows, targets, params
    return windows[there], targets[there], params


def validation_windows(X, y, seen, estimator, names=None):
    """Return the windows to validate by, if they have a target each and the right features.

    `seen` are the steps and features of the windows in `fit`, and `names` those of the features,
    if they had some.
    """
    check_same_labels({"X_val": X, "y_val": y})
    windows = as_windows(X, estimator=estimator, input_name="X_val")
    refuse_rows(X, windows, seen, estimator, "X_val")
    if windows.shape[2] != seen[1]:
        raise ValueError(f"X_val has {windows.shape[2]} features, and X has {seen[1]}.")
    found = step_features(X)
    if names is not None and found is not None and found != names:
        raise ValueError(f"X_val has the features {found}, and X {names}, in this order.")
    if len(windows) != len(y):
        raise ValueError(
            f"X_val and y_val must have the same number of samples, got {len(windows)} windows in "
            f"X_val and {len(y)} targets in y_val."
        )
    return windows


def newest_apart(regressor, scaled, targets, windows, params):
    """Split off the samples that early stopping looks at, as long as it can be seen which overlap.

    Scaled windows no longer show which of them share rows.

    Parameters
    ----------
    regressor : estimator
        Who may stop early.
    scaled, targets : ndarray
        What it would be fitted to.
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        The same windows before scaling.
    params : dict
        What else its ``fit`` is given.

    Returns
    -------
    scaled, targets, params
        With the newest samples in ``X_val`` and ``y_val``, if it stops early.
    """
    fraction = early_stopping_inside(regressor)
    if fraction is None or params.get("groups") is not None:  # groups say themselves what overlaps
        return scaled, targets, params
    first, last = newest_block(WindowSet.from_array(windows), fraction)
    params = params | {"X_val": scaled[last], "y_val": targets[last]}
    weight = params.get("sample_weight")
    if weight is not None:
        weight = np.asarray(weight)
        params |= {"sample_weight": weight[first], "sample_weight_val": weight[last]}
    return scaled[first], targets[first], params
