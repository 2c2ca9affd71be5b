"""Distributions of regressors on scaled windows, scaled back."""

import numpy as np
from sklearn.utils.metaestimators import available_if

from sklstm.losses import LOSSES, Likelihood
from sklstm.meta_estimators import takes_windows

from ._parameter_inside import parameter_inside
from ._target_scale import TargetScale


def _inside_has(name):
    return available_if(lambda self: hasattr(getattr(self, "regressor_", self.regressor), name))


class ScaledDistributionsMixin:
    """Methods of the regressor inside, with what they return in the units of the target.

    Each is there if the regressor has it. A distribution of a location and a scale stays in its
    family when it is scaled; regressors with others are refused in ``fit``.
    """

    @_inside_has("predict_distribution")
    def predict_distribution(self, X):
        """Predict the distribution of the target of each window.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.

        Returns
        -------
        distribution : frozen distribution of scipy.stats
            All of them at once, in the units of the target feature.
        """
        distribution, scale = self._inside("predict_distribution", X)
        return scale.restore_distribution(distribution)

    @_inside_has("predict_quantiles")
    def predict_quantiles(self, X, quantiles=None):
        """Predict quantiles of the target of each window.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        quantiles : float or array-like of shape (n_quantiles,), default=None
            Levels between 0 and 1, as of the regressor.

        Returns
        -------
        predicted : ndarray of shape (..., n_quantiles)
            The axes of what `predict` returns for one value, then that of the quantiles; without
            it if `quantiles` is one number.

        Raises
        ------
        ValueError
            If the scale of a window is negative, which turns quantiles around.
        """
        found, scale = self._inside("predict_quantiles", X, quantiles)
        _refuse_negative(scale)
        return scale.restore(found)

    @_inside_has("predict_interval")
    def predict_interval(self, X, level=0.9):
        """Predict an interval that holds the target with a given probability.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        level : float, default=0.9
            Probability between 0 and 1.

        Returns
        -------
        lower, upper : ndarray
            Both of the shape of what `predict` returns for one value.

        Raises
        ------
        ValueError
            If the scale of a window is negative, which turns intervals around.
        """
        (lower, upper), scale = self._inside("predict_interval", X, level)
        _refuse_negative(scale)
        return scale.restore(lower), scale.restore(upper)

    @_inside_has("sample")
    def sample(self, X, n_samples=1, random_state=None):
        """Draw from the predicted distribution of each window.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_samples, n_timesteps, n_features)
            Windows as in `fit`.
        n_samples : int, default=1
            Number of draws for each prediction.
        random_state : int, RandomState instance or None, default=None
            Seed of the draws.

        Returns
        -------
        draws : ndarray of shape (..., n_samples)
            The axes of what `predict` returns, then that of the draws.
        """
        draws, scale = self._inside("sample", X, n_samples, random_state)
        return scale.restore(draws)

    def _inside(self, method, X, *arguments):
        """Return what a method of the regressor returns, and the scale of its targets."""
        windows, scaled = self._windows_and_scaled(X)
        found = getattr(self.regressor_, method)(scaled, *arguments)
        return found, TargetScale.of(self.scaler_, windows, self._position)


def with_std_scaled_back(predicted, scale):
    """Return means and standard deviations in the units of the target.

    Parameters
    ----------
    predicted : tuple of (ndarray, ndarray)
        Of scaled targets, both of one shape.
    scale : TargetScale
        Of the same windows.

    Returns
    -------
    mean, std : ndarray
        Of the targets.

    Raises
    ------
    ValueError
        If the regressor returns anything else, such as a covariance matrix.
    """
    shapes = [np.shape(part) for part in predicted]
    if len(shapes) != 2 or shapes[0] != shapes[1]:
        raise ValueError(
            "WindowScaledRegressor scales back predictions and, with return_std=True, their "
            f"standard deviations; the regressor returned arrays of shapes {shapes}."
        )
    mean, std = (np.asarray(part) for part in predicted)
    return scale.restore(mean), scale.restore_std(std)


def refuse_unscalable(regressor):
    """Raise a ValueError if a likelihood has no distribution of scaled targets."""
    if not takes_windows(regressor):
        return  # poisson and gamma are also losses of scikit-learn's
    loss = LOSSES.get(parameter_inside(regressor, "loss"))
    if loss is not None and issubclass(loss, Likelihood) and not loss.location_scale:
        raise ValueError(
            "WindowScaledRegressor shifts and scales targets by the statistics of their windows, "
            f"after which loss={loss.name!r} has no distribution for them. Take a likelihood of "
            "real numbers, such as loss='normal', or fit the regressor without it: counts and "
            "amounts are divided by their mean inside."
        )


def _refuse_negative(scale):
    negative = scale.scale < 0
    if negative.any():
        raise ValueError(
            f"The scale of window {np.argmax(negative)} in X is negative, which turns quantiles "
            "around: use WindowScaler('standard') or another method whose scale is positive."
        )
