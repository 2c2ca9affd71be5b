"""What every estimator of windows does with `X`: `WindowsInputMixin`."""

from typing import Any

import numpy as np
from sklearn.utils.validation import validate_data

from ._frames import is_frame, parse_step_names, step_features
from ._likely_mistakes import warn_of_likely_mistakes
from ._other_tables import names_only
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

    def _check_windows(self, X: Any, *, reset: bool) -> WindowSet:
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

    def _read_windows(self, X: Any, names: list[str] | None = None) -> np.ndarray:
        """Return `X` with three axes, as `as_windows` does; estimators may have further rules."""
        return as_windows(X, estimator=self, names=names)

    def _check_window_array(self, X: Any) -> np.ndarray:
        """Return `X` with three axes, (n_samples, n_timesteps, n_features), if it agrees."""
        windows = self._read_windows(X, names=self._names_in_fit())
        self._check_features(X, windows)
        return windows

    def _remember_features(self, X: Any, windows: np.ndarray) -> None:
        """Set the attributes above; to be called in `fit` after all checks of `X` and `y`."""
        remember_features(self, X, windows)

    def _check_features(self, X: Any, windows: np.ndarray) -> None:
        check_features(self, X, windows)

    def _names_in_fit(self) -> list[str] | None:
        return names_in_fit(self)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        return tags


def remember_features(
    estimator: Any, X: Any, windows: np.ndarray, features: list[Any] | None = None
) -> None:
    """Note on an estimator which features its `fit` saw: the attributes of `WindowsInputMixin`.

    Parameters
    ----------
    estimator : estimator
        Whose attributes are set.
    X : array-like or dataframe
        What `fit` was given.
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        What `as_windows` made of it.
    features : list, optional
        Names of the features of each step, if `X` was stacked of frames.

    Warns
    -----
    UserWarning
        If `X` looks like rows of a series, tokens without an embedding, or transposed sequences.
    """
    warn_of_likely_mistakes(estimator, X, windows)
    if has_three_axes(X):
        estimator.n_features_in_ = windows.shape[2]
        # Names of an earlier fit on a frame would be stale.
        vars(estimator).pop("feature_names_in_", None)
        features = features or step_features(X)
        if features and all(isinstance(name, str) for name in features):
            estimator.feature_names_in_ = np.asarray(features, dtype=object)
    else:
        validate_data(estimator, _table(X, windows), reset=True, skip_check_array=True)
    estimator._fitted_on_columns = not has_three_axes(X)
    # The names once more: SHAP sets `feature_names_in_` of a copy to None, and asks it for
    # predictions of arrays.
    estimator._fitted_names = list(getattr(estimator, "feature_names_in_", ()))
    estimator.window_shape_ = windows.shape[1:]


def check_features(estimator: Any, X: Any, windows: np.ndarray, input_name: str = "X") -> None:
    """Raise a ValueError if windows have other features than those an estimator has seen.

    Parameters
    ----------
    estimator : estimator
        With the attributes that `remember_features` sets.
    X : array-like or dataframe
        What it was given.
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        What `as_windows` made of it.
    input_name : str, default="X"
        What `X` is called in the error message.
    """
    of_columns = estimator._fitted_on_columns and not has_three_axes(X)
    if not of_columns:
        _check_order(estimator, X, input_name)
        refuse_rows(X, windows, estimator.window_shape_, estimator, input_name)
    found, expected = windows.shape[2], estimator.window_shape_[1]
    if of_columns:
        table = _table(X, windows)
        if input_name == "X" or table.shape[1] == estimator.n_features_in_:
            validate_data(estimator, table, reset=False, skip_check_array=True)
        else:
            found, expected = table.shape[1], estimator.n_features_in_
    if found != expected:
        raise ValueError(
            f"{input_name} has {found} features, but {type(estimator).__name__} is expecting "
            f"{expected} features as input."
        )


def _check_order(estimator, X, input_name):
    """Raise a ValueError if features have names that are others, or stand otherwise, than in fit.

    Columns are told apart by scikit-learn.
    """
    if type(X) is np.ndarray:
        return  # without names
    names, in_fit = step_features(X), features_in_fit(estimator)
    if names and in_fit and names != in_fit:
        raise ValueError(
            f"{input_name} has the features {names}, and {type(estimator).__name__} was fitted on "
            f"{in_fit}, in this order."
        )


def refuse_rows(
    X: Any, windows: np.ndarray, seen: tuple[int, int], estimator: Any, input_name: str = "X"
) -> None:
    """Raise a ValueError if `X` are rows of a series, or one window alone, in place of windows.

    Of one column they would else be read as windows of a single step.

    Parameters
    ----------
    X : array-like or dataframe
        What an estimator was given.
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        What `as_windows` made of it.
    seen : tuple of (int, int)
        Number of steps and of features of the windows in `fit`.
    estimator : estimator
        Named in the error message.
    input_name : str, default="X"
        What `X` is called in the error message.
    """
    n_timesteps, n_features = seen
    if has_three_axes(X) or windows.shape[1:] != (n_features, 1) or n_timesteps == 1:
        return
    if len(windows) == n_features == 1:
        return  # other packages try fitted estimators with zeros, (1, n_features_in_)
    name = type(estimator).__name__
    sent = "; Pipeline(..., transform_input=['X_val']) sends X_val through them"
    raise ValueError(
        f"{input_name} has two axes and {n_features} columns, as the rows of a series or a single "
        f"window have, but {name} was fitted on windows of {n_timesteps} steps and {n_features} "
        "features, (n_samples, n_timesteps, n_features). The steps before it in a pipeline make "
        f"windows of rows, pipeline[:-1].transform(rows){sent if input_name == 'X_val' else ''}; "
        f"of a single window take {input_name}[np.newaxis]."
    )


def names_in_fit(estimator: Any) -> list[str] | None:
    """Return the names of the columns that an estimator has seen, None if they had none."""
    return _names(estimator) if getattr(estimator, "_fitted_on_columns", True) else None


def features_in_fit(estimator: Any) -> list[str] | None:
    """Return the names of the features of each step that an estimator has seen, None if none."""
    names = _names(estimator)
    if getattr(estimator, "_fitted_on_columns", True):
        steps = parse_step_names(names)
        return None if steps is None else steps[0]
    return names


def features_of_steps(estimator: Any, input_features: Any) -> Any:
    """Return the features that names of steps stand for, where `fit` saw windows of three axes.

    A pipeline hands the names of flat windows from step to step, ``close@t-1`` and ``close@t-0``,
    whatever form the windows have.

    Parameters
    ----------
    estimator : estimator
        Fitted to windows.
    input_features : array-like of str or None
        What ``get_feature_names_out`` was given.

    Returns
    -------
    features : array-like of str or None
        As many as ``n_features_in_``; what was given where it is no such set of names.
    """
    names = None if input_features is None else np.asarray(input_features, dtype=object)
    if names is None or names.ndim != 1 or len(names) == estimator.n_features_in_:
        return input_features
    steps = parse_step_names(names.tolist())
    if steps is None or len(steps[0]) != estimator.n_features_in_:
        return input_features
    return steps[0]


def _names(estimator):
    names = getattr(estimator, "feature_names_in_", None)
    if names is None:
        names = getattr(estimator, "_fitted_names", None)  # older files have none
    return list(names) if names is not None and len(names) else None


def _table(X, windows):
    """Return what scikit-learn counts the columns of."""
    names = names_only(X)
    if names is not None:
        return names
    return X if is_frame(X) else windows.reshape(len(windows), -1)
