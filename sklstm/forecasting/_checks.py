"""Checks of what methods are given."""

from numbers import Integral

from sklearn.base import is_classifier, is_regressor

from ._abilities import parameter_inside, takes_step_targets

_LARGEST = 2**31 - 1  # rows beyond it have no labels, or take all memory to be counted


def check_count(value, name):
    """Return `value` if it is a whole number of at least one; raise a ValueError otherwise."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}.")
    if value > _LARGEST:
        raise ValueError(f"{name} must be a whole number of at most {_LARGEST}, got {value!r}.")
    return int(value)


def check_refit(refit):
    """Return every how many folds is fitted; None for the first one only."""
    if isinstance(refit, bool):
        return 1 if refit else None
    if not isinstance(refit, Integral) or refit < 1:
        raise ValueError(
            f"refit must be True, False or a whole number of folds of at least 1, got {refit!r}."
        )
    return int(refit)


def check_regressor(estimator):
    """Raise a ValueError for estimators that cannot predict the rows after a window."""
    if not (hasattr(estimator, "predict") or is_regressor(estimator)):
        raise ValueError(
            "The 'estimator' parameter of Forecaster must be an object that has 'predict' once it "
            f"is fitted. Got {estimator!r} instead."
        )
    if is_classifier(estimator):
        raise ValueError(f"estimator must be a regressor, got the classifier {estimator!r}.")
    if isinstance(parameter_inside(estimator, "quantile"), list | tuple):
        raise ValueError(
            "estimator must predict one value for each row and column, and a list of quantiles "
            f"several: {estimator!r}. Intervals of any regressor are made by forecast(level=...)."
        )
    if takes_step_targets(estimator):
        raise ValueError(
            "estimator must predict what follows a window, and output='sequence' predicts "
            f"something at every step of it: {estimator!r}."
        )
