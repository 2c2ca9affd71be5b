"""The recurrent estimator inside a pipeline, a search or another estimator."""

from sklearn.frozen import FrozenEstimator
from sklearn.utils.validation import check_is_fitted

_INNER = ("best_estimator_", "regressor_", "estimator_")


def find_inside(estimator, attribute, caller, takes):
    """Return the fitted estimator that has an attribute: the one given, or one inside it.

    Parameters
    ----------
    estimator : estimator
        Of a pipeline the last step that has the attribute is meant, of a search the best
        estimator, of an estimator around an estimator the inner one.
    attribute : str
        What the wanted estimator has once it is fitted.
    caller : str
        Named in errors.
    takes : str
        What the caller takes, in words.

    Returns
    -------
    found : estimator
        The wanted one.

    Raises
    ------
    NotFittedError
        If `estimator` is not fitted.
    TypeError
        If there is none inside.
    """
    if not hasattr(estimator, "fit") or isinstance(estimator, type):
        raise TypeError(f"{caller} takes {takes}, got {_name(estimator)}.")
    check_is_fitted(estimator)
    found = _find(estimator, attribute)
    if found is None:
        raise TypeError(
            f"{caller} takes {takes}, got {_name(estimator)} without one: nothing inside it has "
            f"{attribute}."
        )
    return found


def _find(estimator, attribute):
    if isinstance(estimator, FrozenEstimator):
        return _find(estimator.estimator, attribute)
    if hasattr(estimator, attribute):
        return estimator
    inner = [step for _, step in reversed(getattr(estimator, "steps", []))]
    inner += [getattr(estimator, name) for name in _INNER if hasattr(estimator, name)]
    found = (_find(one, attribute) for one in inner if hasattr(one, "fit"))
    return next((one for one in found if one is not None), None)


def _name(value):
    return f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__
