"""Whether another fit of a regressor goes on from the last one: `goes_on_in_fit`."""

from typing import Any

from sklstm._warn import warn_user
from sklstm.meta_estimators import walk

from ._abilities import steps_inside


def goes_on_in_fit(estimator: Any, fitted: Any) -> bool:
    """Return whether another fit of an estimator goes on from the weights of a fitted one.

    ``warm_start`` of trees means more of them, of the same data: with others, and no more trees,
    gradient boosting would learn nothing. Those that go on with any data have ``partial_fit``.

    Parameters
    ----------
    estimator : estimator
        That of a forecaster. Of a pipeline the last step goes on; most other estimators fit a clone
        of the one inside them, which begins anew.
    fitted : estimator
        What the last fit has made of it, or of another one.

    Returns
    -------
    goes_on : bool
        False for another estimator than that of the last fit.

    Warns
    -----
    UserWarning
        If ``warm_start=True`` is asked for, and there is nothing to go on from.
    """
    if not _has_warm_start(estimator):
        return False
    *_, last = walk(estimator, through=("pipeline",))
    name = type(last).__name__
    if getattr(last, "warm_start", False) is not True:
        warn_user(
            f"warm_start=True inside {name} has no effect: its fit trains a clone, which begins "
            "anew, and so do scale, lookback and all else that is chosen. Take the regressor by "
            "itself, or set warm_start=False."
        )
        return False
    if type(fitted).__name__ == "MultiOutputRegressor" and type(estimator) is not type(fitted):
        warn_user(
            f"warm_start=True of {name} has no effect: it learns one target, so that the last fit "
            "trained a clone for each of several, and clones begin anew, as do scale, lookback and "
            "all else that is chosen. Take a regressor of several targets, such as a recurrent "
            "network or MLPRegressor, or set warm_start=False."
        )
        return False
    return _form(estimator) == _form(fitted)


def _form(estimator):
    """Return what has to be the same if one is to take the parameters of another."""
    return [type(one) for one in steps_inside(estimator)], sorted(estimator.get_params())


def _has_warm_start(estimator):
    """Tell whether an estimator, or one inside it, is asked to go on where its last fit ended."""
    parameters = estimator.get_params()
    for name, value in parameters.items():
        inside, _, last = name.rpartition("__")
        owner = parameters[inside] if inside else estimator
        if last == "warm_start" and value is True and hasattr(owner, "partial_fit"):
            return True
    return False
