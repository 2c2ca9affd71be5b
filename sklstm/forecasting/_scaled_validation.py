"""Validation data of a window-scaled regressor, and what cannot be scaled back."""

import numpy as np

from sklstm.data import WindowSet, as_windows, newest_block

from ._abilities import early_stopping_inside, parameter_inside


def validation_windows(X, y, n_features, estimator):
    """Return the windows to validate by, if they have a target each and the right features."""
    windows = as_windows(X, estimator=estimator, input_name="X_val")
    if windows.shape[2] != n_features:
        raise ValueError(f"X_val has {windows.shape[2]} features, and X has {n_features}.")
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
    if fraction is None:
        return scaled, targets, params
    first, last = newest_block(WindowSet.from_array(windows), fraction)
    params = params | {"X_val": scaled[last], "y_val": targets[last]}
    weight = params.get("sample_weight")
    if weight is not None:
        weight = np.asarray(weight)
        params |= {"sample_weight": weight[first], "sample_weight_val": weight[last]}
    return scaled[first], targets[first], params


def refuse_turned(scale, regressor):
    """Raise a ValueError if a negative scale made low quantiles of high ones."""
    levels = parameter_inside(regressor, "quantile")
    # Networks have a level whatever their loss; some regressors have no other loss.
    is_loss = parameter_inside(regressor, "loss") in (None, "quantile")
    turns = isinstance(levels, list | tuple) or (is_loss and levels not in (None, 0.5))
    if turns and (scale < 0).any():
        raise ValueError(
            f"quantile={levels!r} of the regressor and a negative scale do not go together: in "
            f"window {int((scale.reshape(len(scale), -1)[:, 0] < 0).argmax())} the scaler divides "
            "by a number below zero, which makes low quantiles of high ones. Take another scaler, "
            "such as WindowScaler('standard')."
        )
