"""Targets: one for each window, or one for each of its steps."""

import numpy as np
from sklearn.utils.validation import _num_samples

from ._numbers import as_numbers


def numeric_targets(y, estimator, input_name="y"):
    """Return numeric targets as an array of shape (n_samples,) or (n_samples, n_outputs).

    Parameters
    ----------
    y : array-like
        Targets.
    estimator : estimator
        Named in error messages.
    input_name : str, default="y"
        What they are called in error messages.

    Returns
    -------
    targets : ndarray
        Of a numeric dtype.

    Raises
    ------
    TypeError, ValueError
        If `y` is not of finite numbers, or has more than two axes.
    """
    return as_numbers(y, name=input_name, estimator=estimator, ensure_2d=False)


def check_same_length(windows, y, estimator, input_names=("X", "y")):
    """Raise a ValueError unless there is one target for each window.

    Parameters
    ----------
    windows : WindowSet
        Samples of X.
    y : array-like
        Targets.
    estimator : estimator
        Named in the error message.
    input_names : tuple of (str, str), default=("X", "y")
        What the windows and the targets are called in it.
    """
    X_name, y_name = input_names
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires {y_name} to be passed, but the target {y_name} "
            "is None."
        )
    if _num_samples(y) != len(windows):
        raise ValueError(
            f"{X_name} and {y_name} must have the same number of samples, got {len(windows)} "
            f"windows in {X_name} and {_num_samples(y)} targets in {y_name}."
        )


def numeric_step_targets(y, estimator, input_name="y"):
    """Return numeric targets of every step, which may be missing (NaN).

    Parameters
    ----------
    y : array-like
        Targets; a strided view stays one.
    estimator : estimator
        Named in error messages.
    input_name : str, default="y"
        What they are called in error messages.

    Returns
    -------
    targets : ndarray of shape (n_samples, n_timesteps) or (n_samples, n_timesteps, n_outputs)
        Of a numeric dtype.

    Raises
    ------
    TypeError, ValueError
        If `y` is not of numbers, or has another number of axes.
    """
    targets = as_numbers(
        y, name=input_name, estimator=estimator, ensure_2d=False, allow_nd=True,
        ensure_all_finite=False,
    )  # fmt: skip
    if targets.ndim not in (2, 3) or 0 in targets.shape:
        raise ValueError(
            f"{input_name} must hold a target for every step of every window with "
            "output='sequence', of shape (n_samples, n_timesteps) or (n_samples, n_timesteps, "
            f"n_outputs); got an array of shape {targets.shape}."
        )
    return targets


def observed_steps(y, predicted, sample_weight=None):
    """Return the targets of all steps that have one, with their predictions and weights.

    Parameters
    ----------
    y : array-like of shape (n_samples, n_timesteps) or (n_samples, n_timesteps, n_outputs)
        Targets, NaN where there is none.
    predicted : ndarray
        Predictions of the same shape, or with one more axis; NaN where there is none.
    sample_weight : array-like of shape (n_samples,), optional
        Weights of the samples.

    Returns
    -------
    targets : ndarray of shape (n_steps,) or (n_steps, n_outputs)
        Those of the first sample, of the second, and so on.
    predicted : ndarray of shape (n_steps, ...)
        Their predictions.
    sample_weight : ndarray of shape (n_steps,) or None
        Weight of each step, that of its sample.

    Raises
    ------
    ValueError
        If `y` has other axes than predictions, or there is no such step.
    """
    y = np.asarray(y)
    if y.ndim not in (2, 3) or y.shape != predicted.shape[: y.ndim]:
        raise ValueError(
            f"y must have the shape of the predictions, got {y.shape} and {predicted.shape}."
        )
    n_samples, n_steps = y.shape[:2]
    there = ~(
        np.isnan(y).reshape(n_samples, n_steps, -1).all(axis=2)
        | np.isnan(predicted).reshape(n_samples, n_steps, -1).all(axis=2)
    )
    if not there.any():
        raise ValueError("y has no step with both a target and a prediction.")
    if sample_weight is not None:
        sample_weight = np.broadcast_to(np.reshape(sample_weight, (-1, 1)), there.shape)[there]
    return y[there], predicted[there], sample_weight
