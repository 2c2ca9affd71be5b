"""What only the model of all rows is told of: `for_auxiliary_fit`, `with_callbacks_of`."""

from typing import Any

from sklearn.base import clone

from ._abilities import steps_inside


def for_auxiliary_fit(regressor: Any) -> Any:
    """Return a clone for models of older rows: those that are tried, and that of intervals.

    Parameters
    ----------
    regressor : estimator
        Not yet fitted; it is left as it is.

    Returns
    -------
    regressor : estimator
        Without a `~sklstm.callbacks.Checkpoint`, whose file is that of one fit, the one to all
        rows; and its networks print no epochs, which would be taken for those of that fit. Other
        callbacks stay.
    """
    regressor = clone(regressor)
    for one in steps_inside(regressor):
        callbacks = _callbacks(one)
        kept = [own for own in callbacks if not getattr(own, "_is_of_one_fit", False)]
        if len(kept) < len(callbacks):
            one.set_callbacks(*kept)
        if hasattr(one, "_fit_gathered") and hasattr(one, "verbose"):
            one.set_params(verbose=False)
    return regressor


def with_callbacks_of(fitted: Any, regressor: Any) -> Any:
    """Give a fitted regressor the callbacks of one of the same form, and return it.

    Parameters
    ----------
    fitted : estimator
        It is changed.
    regressor : estimator
        Whose callbacks count.

    Returns
    -------
    fitted : estimator
        The same.
    """
    for own, other in zip(steps_inside(fitted), steps_inside(regressor), strict=True):
        if _callbacks(own) != _callbacks(other):
            own.set_callbacks(*_callbacks(other))
    return fitted


def _callbacks(estimator):
    """Return the callbacks of an estimator, which few have."""
    return list(getattr(estimator, "_skl_callbacks", None) or [])
