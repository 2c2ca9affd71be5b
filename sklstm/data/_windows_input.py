"""What every estimator of windows does with `X`: `WindowsInputMixin`."""

from sklearn.utils.validation import validate_data

from ._frames import is_frame
from ._shapes import as_windows, has_three_axes
from ._window_set import WindowSet


class WindowsInputMixin:
    """Take windows in any accepted form, and hold them against what `fit` saw.

    Estimators call `_check_windows`, in `fit` with ``reset=True``. Those that have more to check
    in `fit` call `as_windows` first and `_remember_features` last; `_check_window_array` does
    without the rules about missing steps. The mixin stands to the left of
    `~sklearn.base.BaseEstimator` among the bases.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns of two-dimensional `X`, of features of each step of three-dimensional.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, if `fit` saw a frame.
    window_shape_ : tuple of (int, int)
        Number of steps and of features of each step of the windows seen in `fit`.
    """

    def _check_windows(self, X, *, reset):
        """Return `X` as a set of windows, and set or check the attributes above.

        Parameters
        ----------
        X : array-like or dataframe
            Windows in one of the forms of `as_windows`.
        reset : bool
            True in `fit`: the attributes are set. False elsewhere: `X` must agree with them.
            Features and their names may not differ; the number of steps may, for
            three-dimensional `X`.

        Returns
        -------
        window_set : WindowSet
            The windows.

        Raises
        ------
        ValueError
            If `X` is no set of windows, or has other features than `fit` saw.
        """
        if not reset:
            return WindowSet.from_array(self._check_window_array(X))
        windows = self._read_windows(X)
        window_set = WindowSet.from_array(windows)
        self._remember_features(X, windows)
        return window_set

    def _read_windows(self, X, names=None):
        """Return `X` with three axes, as `as_windows` does; estimators may have further rules."""
        return as_windows(X, estimator=self, names=names)

    def _check_window_array(self, X):
        """Return `X` with three axes, (n_samples, n_timesteps, n_features), if it agrees."""
        windows = self._read_windows(X, names=self._names_in_fit())
        self._check_features(X, windows)
        return windows

    def _remember_features(self, X, windows):
        """Set the attributes above; to be called in `fit` after all checks of `X` and `y`.

        Parameters
        ----------
        X : array-like or dataframe
            What `fit` was given.
        windows : ndarray of shape (n_samples, n_timesteps, n_features)
            What `as_windows` made of it.
        """
        if has_three_axes(X):
            self.n_features_in_ = windows.shape[2]
            # Names of an earlier fit on a frame would be stale.
            vars(self).pop("feature_names_in_", None)
        else:
            validate_data(self, _table(X, windows), reset=True, skip_check_array=True)
        self._fitted_on_columns = not has_three_axes(X)
        self.window_shape_ = windows.shape[1:]

    def _check_features(self, X, windows):
        if self._fitted_on_columns and not has_three_axes(X):
            validate_data(self, _table(X, windows), reset=False, skip_check_array=True)
        if windows.shape[2] != self.window_shape_[1]:
            raise ValueError(
                f"X has {windows.shape[2]} features, but {type(self).__name__} is expecting "
                f"{self.window_shape_[1]} features as input."
            )

    def _names_in_fit(self):
        return list(getattr(self, "feature_names_in_", ())) or None

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        return tags


def _table(X, windows):
    """Return what scikit-learn counts the columns of."""
    return X if is_frame(X) else windows.reshape(len(windows), -1)
