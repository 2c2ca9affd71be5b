"""One target for each window."""

from sklearn.utils.validation import _num_samples

from ._numbers import as_numbers


def numeric_targets(y, estimator):
    """Return numeric targets as an array of shape (n_samples,) or (n_samples, n_outputs).

    Parameters
    ----------
    y : array-like
        Targets.
    estimator : estimator
        Named in error messages.

    Returns
    -------
    targets : ndarray
        Of a numeric dtype.

    Raises
    ------
    TypeError, ValueError
        If `y` is not of finite numbers, or has more than two axes.
    """
    return as_numbers(y, name="y", estimator=estimator, ensure_2d=False)


def check_same_length(windows, y, estimator):
    """Raise a ValueError unless there is one target for each window.

    Parameters
    ----------
    windows : WindowSet
        Samples of X.
    y : array-like
        Targets.
    estimator : estimator
        Named in the error message.
    """
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None."
        )
    if _num_samples(y) != len(windows):
        raise ValueError(
            f"X and y must have the same number of samples, got {len(windows)} windows in X and "
            f"{_num_samples(y)} targets in y."
        )
