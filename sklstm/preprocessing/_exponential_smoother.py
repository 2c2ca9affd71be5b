"""Causal exponential smoothing: `ExponentialSmoother`."""

from __future__ import annotations

from numbers import Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from sklstm.data import refuse_overflow

from ._series_transformer import SeriesTransformer, fit_task


class ExponentialSmoother(OneToOneFeatureMixin, SeriesTransformer):
    r"""Smooth every feature of a series by an exponentially weighted mean of its past.

    .. math:: S_t = \alpha x_t + (1 - \alpha) S_{t-1}

    Parameters
    ----------
    alpha : float in (0, 1], default=0.1
        Weight of the newest value; 1 leaves the series as it is.
    initial : float or "first", default="first"
        :math:`S_{-1}`, the state before the first row. ``"first"``: the first value that is
        observed, so that the smoothed series begins with it.
    context : {"auto", "always", "never"}, default="auto"
        Whether `transform` begins with the state after the rows seen in `fit`. ``"auto"``: if the
        index of the new rows continues the fitted one; without an index never. The rows given
        to `fit_transform` have no context.
    by : str or list of str, optional
        Column of a dataframe, or level of its index, that names the series to which a row belongs,
        where `X` holds several; a list of those that name it together. Each is smoothed by itself,
        and each continues, or not, where it ended itself; one that `fit` has not seen has no
        context.

    Attributes
    ----------
    state_ : ndarray of shape (n_features,), or dict of them
        :math:`S` after the last fitted row; NaN for a feature that was never observed. With `by`
        one for each series, by its name.
    n_features_in_ : int
        Number of columns of the series; a column `by` counts.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame.

    See Also
    --------
    EMARegressor : Predicts the next value by such a mean.

    Notes
    -----
    A missing value (NaN) stays missing and leaves the state as it was. With `by` the rows of
    different series may lie among each other, those of one stand in the order of time. The order
    of rows stays, and so does the column `by`.

    References
    ----------
    R. G. Brown, "Exponential Smoothing for Predicting Demand", Arthur D. Little Inc., 1956.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import ExponentialSmoother
    >>> X = np.array([[1.0], [2.0], [4.0]])
    >>> ExponentialSmoother(alpha=0.5).fit_transform(X).ravel()
    array([1.  , 1.5 , 2.75])
    """

    _parameter_constraints = {
        "alpha": [Interval(Real, 0, 1, closed="right")],
        "initial": [StrOptions({"first"}), Interval(Real, None, None, closed="neither")],
        "context": [StrOptions({"auto", "always", "never"})],
        "by": [str, list, None],
    }

    def __init__(
        self,
        alpha: float = 0.1,
        *,
        initial: str | float = "first",
        context: str = "auto",
        by: str | list[str] | None = None,
    ) -> None:
        self.alpha = alpha
        self.initial = initial
        self.context = context
        self.by = by

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Smooth `X` and remember the state after its last row.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.
        y : None
            Ignored.

        Returns
        -------
        self : ExponentialSmoother
            The fitted smoother.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: ArrayLike, y: Any = None) -> Any:
        """Fit to `X` and return it smoothed.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.
        y : None
            Ignored.

        Returns
        -------
        smoothed : ndarray or dataframe of shape (n_steps, n_features)
            A frame for a frame, with its index.
        """
        found, smoothed = self._fit(X, y)
        return self._like_series(smoothed, X, found)

    def transform(self, X: ArrayLike) -> Any:
        """Smooth `X`, continuing from the fitted rows where it follows them.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            The series, oldest row first.

        Returns
        -------
        smoothed : ndarray or dataframe of shape (n_steps, n_features)
            A frame for a frame, with its index.
        """
        check_is_fitted(self)
        found = self._check_series(X)
        return self._like_series(self._of_each(_smooth, found), X, found)

    def inverse_transform(self, X: ArrayLike) -> Any:
        """Return the series whose smoothed values are `X`.

        It continues the fitted rows where `transform` would. So with ``context="always"`` it is
        the inverse of `transform`, and not of `fit_transform`, whose rows have no context.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_steps, n_features)
            A smoothed series, from its first row on, or rows that continue the fitted ones.

        Returns
        -------
        series : ndarray or dataframe of shape (n_steps, n_features)
            Equal to what was smoothed, to rounding.
        """
        check_is_fitted(self)
        found = self._check_series(X)
        with refuse_overflow(f"The values whose mean with alpha={self.alpha!r} is X go"):
            series = self._of_each(_sharpen, found)
        return self._like_series(series, X, found, wrapped=False)

    @fit_task
    def _fit(self, X):
        found = self._read_series(X)
        results, states = [], {}
        for key, _, series in found:
            before = self._first_state(series)
            smoothed = self._by_column(_smooth, series, before)
            states[key] = _last_observed(smoothed, before)
            results.append(smoothed.astype(series.dtype, copy=False))
        state = states[None] if self.by is None else states
        self._remember(X, found, states, state_=state)
        return found, found.in_order(results)

    def _first_state(self, series):
        return np.full(series.shape[1], np.nan if self.initial == "first" else self.initial)

    def _of_each(self, function, found):
        """Apply `function` to each series, from the fitted state on if it follows it."""
        results = []
        for key, index, series in found:
            state = self._state_before(key, index)
            if state is None:
                state = self._first_state(series)
            else:
                self._refuse_changed("alpha")
            result = self._by_column(function, series, state)
            results.append(result.astype(series.dtype, copy=False))
        return found.in_order(results)

    def _by_column(self, function, series, state):
        """Apply `function` to the observed values of every column, in double precision."""
        result = np.full(series.shape, np.nan)
        for column, values in enumerate(series.T):
            observed = ~np.isnan(values)
            if observed.any():
                known = values[observed].astype(np.float64)
                result[observed, column] = function(known, self.alpha, state[column])
        return result


def _smooth(values, alpha, state):
    if np.isnan(state):
        return np.append(values[0], _smooth(values[1:], alpha, values[0]))
    from scipy.signal import lfilter  # slow to import, and needed here alone

    return lfilter([alpha], [1.0, alpha - 1.0], values, zi=[(1.0 - alpha) * state])[0]


def _sharpen(smoothed, alpha, state):
    if np.isnan(state):
        return np.append(smoothed[0], _sharpen(smoothed[1:], alpha, smoothed[0]))
    before = np.append(state, smoothed[:-1])[: len(smoothed)]
    return (smoothed - (1.0 - alpha) * before) / alpha


def _last_observed(series, before):
    observed = ~np.isnan(series)
    last = len(series) - 1 - np.argmax(observed[::-1], axis=0)
    values = series[last, np.arange(series.shape[1])]
    return np.where(observed.any(axis=0), values, before)
