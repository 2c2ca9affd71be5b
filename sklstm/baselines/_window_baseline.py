"""What all baselines share: windows in, one value of one feature out."""

from __future__ import annotations

from abc import abstractmethod
from numbers import Integral
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin, _fit_context
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.metrics import r2_score
from sklearn.utils.validation import check_is_fitted

from sklstm.data import (
    WindowSet,
    WindowsInputMixin,
    among_all,
    as_windows,
    check_same_labels,
    check_same_length,
    numeric_targets,
    observed_targets,
    position_of_feature,
    refuse_nothing_observed,
    step_features,
    warn_of_another_target,
)
from sklstm.persistence import SavedStateMixin


class WindowBaseline(
    WindowsInputMixin, CallbackSupportMixin, RegressorMixin, SavedStateMixin, BaseEstimator
):
    """Base of regressors that compute a forecast from the window alone.

    Subclasses have a parameter ``target_feature`` and define `_forecast`. Nothing is learned in
    `fit` but the shapes of `X` and `y`.
    """

    _parameter_constraints = {"target_feature": [Integral, str]}
    _saved_together = (
        "_position", "_one_dimensional", "n_outputs_", "n_features_in_", "window_shape_",
        "_fitted_on_columns",
    )  # fmt: skip

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Check the windows and the targets, and remember their shapes.

        Parameters
        ----------
        X : array-like or dataframe
            Windows of shape (n_samples, n_timesteps, n_features) or, of a single feature,
            (n_samples, n_timesteps); or a flat frame with names such as ``close@t-0``.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets. Only their shape matters.

        Returns
        -------
        self : estimator
            The fitted estimator.

        Warns
        -----
        UserWarning
            If windows have fewer steps than the parameters ask for, or `y` is named as a feature
            of `X` that is not `target_feature`.
        """
        context = self._init_callback_context()
        context.call_on_fit_task_begin(estimator=self, X=X, y=y)
        check_same_labels({"X": X, "y": y})
        windows = as_windows(X, estimator=self)
        _, observed = WindowSet.of_observed(windows)
        refuse_nothing_observed(observed, windows.shape[1])
        check_same_length(windows, y, self)
        targets = self._check_targets(y)
        position = position_of_feature(self.target_feature, step_features(X), windows.shape[2])
        warn_of_another_target(self, X, y, windows, position)
        self._check_lookback(windows.shape[1])
        self._warn_of_short_windows(windows.shape[1])
        # Whatever may be wrong has been found: from here on the fitted state is set.
        self._remember_features(X, windows)
        self.n_outputs_ = 1 if targets.ndim == 1 else targets.shape[1]
        self._one_dimensional = targets.ndim == 1
        self._position = position
        self._remember_parameters()
        context.call_on_fit_task_end(estimator=self, X=X, y=targets)
        return self

    def predict(self, X: ArrayLike) -> NDArray:
        """Predict the target of every window.

        Parameters
        ----------
        X : array-like or dataframe
            Windows, in a form that `fit` takes. Features must be those of `fit`; the number of
            steps may differ for three-dimensional `X`.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Predictions, with as many axes as the targets in `fit`; NaN for a window without an
            observed step.
        """
        check_is_fitted(self)
        windows = self._check_window_array(X)
        as_fitted = self._as_fitted()
        as_fitted._check_lookback(windows.shape[1])
        window_set, observed = WindowSet.of_observed(windows)
        values = windows[:, :, self._position]
        if observed is None:
            forecast = as_fitted._forecast(values, window_set)
        elif len(observed):
            forecast = as_fitted._forecast(values[observed], window_set)
        else:
            forecast = np.empty((0, 1))
        forecast = among_all(forecast, observed, len(windows))
        if self._one_dimensional:
            return forecast[:, 0]
        return np.repeat(forecast, self.n_outputs_ // forecast.shape[1], axis=1)

    def score(self, X, y, sample_weight=None):
        """Return the coefficient of determination R² of the predictions, at most 1.

        Parameters
        ----------
        X : array-like or dataframe
            Windows as in `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets; rows without a target (NaN), or without a prediction, are left out.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples.

        Returns
        -------
        score : float
            1 for perfect predictions.
        """
        check_same_labels({"X": X, "y": y, "sample_weight": sample_weight})
        y, predicted, sample_weight = observed_targets(y, self.predict(X), sample_weight)
        return r2_score(y, predicted, sample_weight=sample_weight)

    @property
    @abstractmethod
    def _n_rows_read(self) -> int:
        """How many of the newest rows of a window count."""

    @abstractmethod
    def _forecast(self, values, window_set):
        """Return the forecasts.

        Parameters
        ----------
        values : ndarray of shape (n_samples, n_timesteps)
            Values of the target feature, NaN where a step is missing.
        window_set : WindowSet
            The same windows, of all features, without their missing steps.

        Returns
        -------
        forecast : ndarray of shape (n_samples, 1) or (n_samples, n_outputs), float64
            A single column stands for all outputs.
        """

    def _check_lookback(self, n_timesteps):
        """Raise a ValueError if windows of `n_timesteps` are too short to forecast from."""

    def _warn_of_short_windows(self, n_timesteps):
        """Warn if windows of `n_timesteps` make another forecast than the parameters ask for."""

    def _check_targets(self, y):
        return numeric_targets(y, self)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "_position")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        tags.target_tags.multi_output = True
        return tags


def newest_values(window_set, position, lag):
    """Return, of every window that has one, the observed value `lag` steps before its last.

    Parameters
    ----------
    window_set : WindowSet
        Windows without missing steps.
    position : int
        Which feature.
    lag : int
        0 for the last observed step.

    Returns
    -------
    values : ndarray of shape (n_samples,), float64
        Windows that are too short have their first value instead.
    """
    steps = window_set.starts + np.maximum(window_set.lengths - 1 - lag, 0)
    return window_set.rows[steps, position].astype(np.float64, copy=False)
