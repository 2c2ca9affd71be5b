"""Whether a regressor predicts the targets that it was fitted to: `warn_of_divergence`."""

from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sklstm._warn import warn_user
from sklstm.data import LEARNS_REST
from sklstm.meta_estimators import takes_windows, walk

from ._scaling import Scaling

_FEW = 30  # windows that are predicted
_FAR = 10.0  # standard deviations; those who predict a quantile of 99 % err by less than four
_ROUNDING = 1e-9  # of the largest target: what varies less is constant


def warn_of_divergence(
    regressor: Any, windows: np.ndarray, targets: np.ndarray, scaling: Scaling | None
) -> None:
    """Issue a `ConvergenceWarning` if predictions are far from all targets.

    Gradients of raw values diverge without a word in `SGDRegressor`, and leave `MLPRegressor` far
    from a high level. Recurrent networks standardise, and warn by themselves.

    Parameters
    ----------
    regressor : estimator
        Fitted.
    windows : ndarray of shape (n_samples, n_values)
        What it was fitted to.
    targets : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        Likewise.
    scaling : Scaling or None
        Their scale. Of changes zero is the middle: who forecasts none, of a steady trend as well,
        is no failure.
    """
    if LEARNS_REST.get() or takes_windows(regressor):
        return
    some = np.linspace(0, len(windows) - 1, min(_FEW, len(windows))).astype(int)
    predicted = np.asarray(regressor.predict(windows[some]), dtype=float)
    targets = targets.reshape(len(targets), -1)
    if predicted.size != targets[some].size:
        return  # which is an error of forecasts
    ratio = _error_to_spread(predicted.reshape(len(some), -1), targets, some, _has_levels(scaling))
    if not ratio > _FAR:  # a forecast that is NaN is an error
        return
    *_, inside = walk(regressor)
    name = type(inside).__name__
    warn_user(
        f"{name} has learned nothing: on windows that it was fitted to, its mean absolute error is "
        f"{ratio:.2g} times the spread of the targets. Give each window a scale of its own "
        f"(scaling='standard'), or standardise inputs and targets: TransformedTargetRegressor("
        f"make_pipeline(StandardScaler(), {name}(...)), transformer=StandardScaler()).",
        ConvergenceWarning,
    )


def _error_to_spread(predicted, targets, some, are_levels):
    """Return the largest ratio of an output's error to its spread, 0 if all are constant."""
    with np.errstate(over="ignore", invalid="ignore"):
        error = np.abs(predicted - targets[some]).mean(axis=0)
        middle = targets.mean(axis=0) if are_levels else 0.0
        spread = np.sqrt(np.mean((targets - middle) ** 2, axis=0))
        varies = spread > _ROUNDING * np.abs(targets).max(axis=0)
        return np.max(error[varies] / spread[varies], initial=0.0)


def _has_levels(scaling):
    names = ["level"] if scaling is None else [column.name for column in scaling.columns]
    return any(name.removeprefix("log_") == "level" for name in names)
