"""Scaling by statistics of a window: `WindowScaler`."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from sklstm.data import features_of_steps, refuse_overflow

from ._series_statistics import FittedStatistics, series_statistics
from ._series_transformer import SeriesOrWindowsTransformer, fit_task, with_missing_steps
from ._window_statistics import (
    check_feature_range,
    check_statistics,
    scale_rows,
    unscale_rows,
    window_statistics,
)


class WindowScaler(OneToOneFeatureMixin, SeriesOrWindowsTransformer):
    """Scale every feature by its own statistics in a window.

    Windows are scaled each by the statistics of its own steps, the rows of a series each by those
    of the rows that end with it.

    Parameters
    ----------
    method : {"minmax", "standard", "first", "last"}, default="minmax"
        ``"minmax"`` puts the window's smallest and largest value at the ends of `feature_range`;
        ``"standard"`` gives it mean 0 and standard deviation 1 (``ddof=0``); ``"first"`` and
        ``"last"`` divide by its first or last observed value.
    window_size : int, optional
        Number of rows of a series that make a window; by default all rows so far, from the first
        fitted one on. Windows have their own size: with them it must be left out.
    causal : bool, default=True
        If False, a series is cut into consecutive blocks of `window_size` rows, the last one
        shorter if need be (by default one block of all rows), and each row is scaled by its whole
        block. So it is often published, but **it is not causal**: a row is scaled by later rows
        too, and knows something of the future that it is to predict. Windows are not concerned.
    feature_range : tuple of (float, float), default=(0, 1)
        Smallest and largest value after scaling by ``"minmax"``.
    context : {"auto", "always", "never"}, default="auto"
        Whether the windows of a series in `transform` reach back into the rows seen in `fit`.
        ``"auto"``: if the index of the new rows continues the fitted one; without an
        index never. Blocks have no context, nor have the rows given to `fit_transform`.
    by : str or list of str, optional
        Column of a dataframe, or level of its index, that names the series to which a row belongs,
        where `X` holds several; a list of those that name it together. Each is scaled by its own
        rows, and each continues, or not, where it ended itself; one that `fit` has not seen has no
        context. Windows have no such names: with them it must be left out.

    Attributes
    ----------
    n_features_in_ : int
        Number of features of each step; of columns, if `fit` saw a frame.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame.

    See Also
    --------
    SequenceWindower : Cuts a series into windows.
    sklearn.preprocessing.MinMaxScaler : Scales by the statistics of all rows.

    Notes
    -----
    The scaled value is ``(x - center) / scale`` with the two arrays of `statistics`. Where a
    window is constant (but for rounding), or its first or last value is zero, `scale` is 1: so
    ``"minmax"`` gives the lower end of `feature_range`, ``"standard"`` gives 0, and ``"first"``
    and ``"last"`` leave the values as they are. Missing values (NaN) stay missing and do not
    count; a window that has no value stays NaN. The arithmetic is in double precision.

    The statistics of what `fit` saw, two numbers for each feature of a row or window, are kept
    for `inverse_transform`.

    With `by` the rows of different series may lie among each other, those of one stand in the
    order of time. The order of rows stays, and so does the column `by`.

    Scaled windows share no rows: unlike those of a `SequenceWindower` they are written out one by
    one, which takes as much memory as the series times their number of steps.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import WindowScaler
    >>> X = np.array([[1.0], [3.0], [2.0], [6.0]])
    >>> WindowScaler(window_size=3).fit_transform(X).ravel()
    array([0. , 1. , 0.5, 1. ])
    >>> windows = np.array([[[2.0], [3.0], [4.0]], [[20.0], [30.0], [40.0]]])
    >>> WindowScaler("last").fit_transform(windows)[:, :, 0]
    array([[0.5 , 0.75, 1.  ],
           [0.5 , 0.75, 1.  ]])
    """

    _parameter_constraints = {
        "method": [StrOptions({"minmax", "standard", "first", "last"})],
        "window_size": [Interval(Integral, 1, None, closed="left"), None],
        "causal": ["boolean"],
        "feature_range": [tuple, list],
        "context": [StrOptions({"auto", "always", "never"})],
        "by": [str, list, None],
    }
    _fixed_by_fit = ("method", "window_size", "causal", "feature_range", "by")

    def __init__(
        self,
        method: str = "minmax",
        *,
        window_size: int | None = None,
        causal: bool = True,
        feature_range: tuple[float, float] = (0, 1),
        context: str = "auto",
        by: str | list[str] | None = None,
    ) -> None:
        self.method = method
        self.window_size = window_size
        self.causal = causal
        self.feature_range = feature_range
        self.context = context
        self.by = by

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Remember the statistics of `X`, and the last rows of a series as context.

        Parameters
        ----------
        X : array-like or dataframe
            A series of shape (n_steps, n_features), oldest row first, or windows of shape
            (n_samples, n_timesteps, n_features), or a flat frame of windows.
        y : None
            Ignored.

        Returns
        -------
        self : WindowScaler
            The fitted scaler.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: ArrayLike, y: Any = None) -> Any:
        """Fit to `X` and return it scaled.

        Parameters
        ----------
        X : array-like or dataframe
            As in `fit`.
        y : None
            Ignored.

        Returns
        -------
        scaled : ndarray or dataframe
            Of the kind and shape of `X`.
        """
        found = self._fit(X, y)
        return self._scaled(X, found, self._fitted_statistics.of(found))

    def transform(self, X: ArrayLike) -> Any:
        """Scale `X`, a series continuing from the fitted rows where it follows them.

        Parameters
        ----------
        X : array-like or dataframe
            As in `fit`.

        Returns
        -------
        scaled : ndarray or dataframe
            Of the kind and shape of `X`.
        """
        check_is_fitted(self)
        found = self._checked(X)
        return self._scaled(X, found, self._statistics(found))

    def statistics(self, X: ArrayLike) -> Any:
        """Return what `transform` would subtract from the values of `X`, and divide them by.

        Parameters
        ----------
        X : array-like or dataframe
            As in `fit`.

        Returns
        -------
        center, scale : ndarray of shape (n_rows, n_features), float64
            One row for each row of a series, or for each window: the scaled values are
            ``(X - center) / scale``. NaN where a window has no value.
        """
        check_is_fitted(self)
        return self._statistics(self._checked(X))

    def inverse_transform(self, X: ArrayLike, statistics: Any = None) -> Any:
        """Return the values whose scaled values are `X`.

        Parameters
        ----------
        X : array-like or dataframe
            Scaled values, of a shape that `transform` gives.
        statistics : tuple of (center, scale), optional
            What `statistics` gave for the unscaled values; by default for those seen in `fit`.
            That `X` are the same rows is told by its index; without an index only their number
            can be compared, so give the statistics when in doubt.

        Returns
        -------
        values : ndarray or dataframe
            Of the kind and shape of `X`, equal to what was scaled, to rounding.

        Raises
        ------
        ValueError
            If no statistics are given and `X` has another number of rows, or another index, than
            what `fit` saw.
        """
        check_is_fitted(self)
        found = self._checked(X)
        if statistics is None:
            statistics = self._fitted_statistics.of(found)
        statistics = check_statistics(statistics, found.values)
        with refuse_overflow("The unscaled values of X go"):
            values = unscale_rows(found.values, *statistics)
        return self._like_input(values, X, found, wrapped=False)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[np.object_]:
        """Return the names of the columns, which are those of `X`.

        Parameters
        ----------
        input_features : array-like of str, optional
            Names of the columns, of windows of three axes those of all their steps, as a pipeline
            hands them on; those seen in `fit` by default.

        Returns
        -------
        names : ndarray of shape (n_features_out,), object
            What was given.
        """
        check_is_fitted(self)
        features = features_of_steps(self, input_features)
        names = super().get_feature_names_out(features)
        return names if features is input_features else np.asarray(input_features, dtype=object)

    @fit_task
    def _fit(self, X):
        check_feature_range(self.feature_range)
        found = self._read(X)
        pasts, parts = {}, {}
        for key, index, values in found:
            *statistics, pasts[key] = self._compute(values, None, index)
            parts[key] = index, statistics
        self._remember(X, found, pasts, _fitted_statistics=FittedStatistics(parts))
        return found

    def _checked(self, X):
        self._refuse_changed(*self._fixed_by_fit)
        return self._check(X)

    def _statistics(self, found):
        parts = [
            self._compute(values, self._state_before(key, index), index, self._steps_of(key))[:2]
            for key, index, values in found
        ]
        return tuple(found.in_order(part) for part in zip(*parts, strict=True))

    def _compute(self, values, past, index, steps=None):
        """Return centre and scale of windows, or of a series and what rows after it must know."""
        how = self.method, tuple(self.feature_range)
        with refuse_overflow(f"The statistics that method={self.method!r} takes of X go"):
            if values.ndim == 3:
                return *window_statistics(values, *how), None
            places = slice(None)
            if self.causal and self.window_size is not None:  # a window is as long in time
                values, places = with_missing_steps(values, index, steps)
            found = series_statistics(values, past, self.window_size, self.causal, how)
            return found[0][places], found[1][places], found[2]

    def _scaled(self, X, found, statistics):
        with refuse_overflow(f"The values of X that method={self.method!r} has scaled go"):
            scaled = scale_rows(found.values, *statistics)
        return self._like_input(scaled, X, found)
