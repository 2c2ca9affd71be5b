"""Scaling by statistics of a window: `WindowScaler`."""

from numbers import Integral

from sklearn.base import OneToOneFeatureMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from sklstm.data import (
    WindowsInputMixin,
    as_windows,
    column_names,
    flatten_windows,
    frame_like,
    has_three_axes,
    index_of,
    is_frame,
    is_windows,
    refuse_infinity_in_windows,
    wants_frame,
)

from ._series_statistics import series_statistics
from ._series_transformer import SeriesTransformer, fit_task
from ._window_statistics import (
    check_feature_range,
    check_statistics,
    scale_rows,
    unscale_rows,
    window_statistics,
)


class WindowScaler(OneToOneFeatureMixin, WindowsInputMixin, SeriesTransformer):
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
        ``"auto"``: if the index of the new rows goes on where the fitted one ended; without an
        index never. Blocks have no context, nor have the rows given to `fit_transform`.

    Attributes
    ----------
    n_features_in_ : int
        Number of features of each step; of columns, if `fit` saw a flat frame of windows.
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
    }

    def __init__(
        self,
        method="minmax",
        *,
        window_size=None,
        causal=True,
        feature_range=(0, 1),
        context="auto",
    ):
        self.method = method
        self.window_size = window_size
        self.causal = causal
        self.feature_range = feature_range
        self.context = context

    def fit(self, X, y=None):
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
        self._fit(X)
        return self

    def fit_transform(self, X, y=None):
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
        values = self._fit(X)
        return self._like_input(scale_rows(values, *self._fitted_statistics), X)

    def transform(self, X):
        """Scale `X`, a series going on from the fitted rows where it continues them.

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
        values = self._check(X)
        return self._like_input(scale_rows(values, *self._statistics(values, X)), X)

    def statistics(self, X):
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
        return self._statistics(self._check(X), X)

    def inverse_transform(self, X, statistics=None):
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
        values = self._check(X)
        if statistics is None:
            statistics = self._statistics_in_fit(values, X)
        values = unscale_rows(values, *check_statistics(statistics, values))
        return self._like_input(values, X, wrapped=False)

    @fit_task
    def _fit(self, X):
        check_feature_range(self.feature_range)
        on_windows = is_windows(X)
        values = self._read_windows(X) if on_windows else self._read_series(X)
        center, scale, past = self._compute(values, None, on_windows)
        (self._remember_features if on_windows else self._remember_columns)(X, values)
        self._remember_state(
            X,
            _fitted_on_windows=on_windows,
            _fitted_index=index_of(X),
            _fitted_statistics=(center, scale),
            _past=past,
        )
        return values

    def _read_windows(self, X):
        if self.window_size is not None:
            raise ValueError(
                f"window_size={self.window_size!r} is for a series; X is windows, which are "
                "scaled each by its own steps. It takes window_size=None."
            )
        windows = as_windows(X, estimator=self)
        refuse_infinity_in_windows(windows)
        return windows

    def _check(self, X):
        """Return `X` as windows or as a series, whichever `fit` saw."""
        self._refuse_changed("method", "window_size", "causal", "feature_range")
        on_windows = is_windows(X) or self._lost_its_names(X)
        if on_windows != self._fitted_on_windows:
            form, fitted = ("windows", "a series") if on_windows else ("a series", "windows")
            raise ValueError(f"X is {form}, but this WindowScaler was fitted on {fitted}.")
        if not on_windows:
            return self._check_series(X)
        windows = self._check_window_array(X)
        refuse_infinity_in_windows(windows)
        return windows

    def _lost_its_names(self, X):
        """Tell whether `X` must be the mere values of a flat frame such as `fit` saw."""
        return self._fitted_on_windows and hasattr(self, "feature_names_in_") and not is_frame(X)

    def _statistics(self, values, X):
        past = self._past if self._is_continued_by(X) else None
        return self._compute(values, past, self._fitted_on_windows)[:2]

    def _compute(self, values, past, on_windows):
        how = self.method, tuple(self.feature_range)
        if on_windows:
            return *window_statistics(values, *how), None
        return series_statistics(values, past, self.window_size, self.causal, how)

    def _statistics_in_fit(self, values, X):
        n_fitted = len(self._fitted_statistics[0])
        fitted, index = self._fitted_index, index_of(X)
        other_index = fitted is not None and index is not None and not fitted.equals(index)
        if n_fitted == len(values) and not other_index:
            return self._fitted_statistics
        difference = "another index" if other_index else f"{n_fitted} rows"
        raise ValueError(
            f"The statistics of these {len(values)} rows are not known: fit saw {difference}. "
            "inverse_transform takes them as statistics=scaler.statistics(X) of the unscaled X."
        )

    def _like_input(self, values, X, *, wrapped=True):
        """Give `values` the form of `X`; with `wrapped`, `set_output` may make the frame."""
        wrapped = wrapped and wants_frame(self)
        columns = column_names(X)
        if has_three_axes(X) and wrapped:
            raise ValueError(
                "set_output asks for a frame, which cannot hold the three axes of X: give the "
                "scaler the flat frame of a SequenceWindower with the same set_output."
            )
        if self._fitted_on_windows and not has_three_axes(X):
            values = flatten_windows(values, columns or self._names_in_fit())
        return values if wrapped else frame_like(values, X, columns)
