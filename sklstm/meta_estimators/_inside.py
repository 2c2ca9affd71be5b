"""The estimator inside a pipeline, a search or another estimator, by one table of wrappers."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted


@dataclass(frozen=True)
class Wrapper:
    """How one sort of meta-estimator holds the estimator inside it.

    Parameters
    ----------
    role : str
        What the wrapper does to the data or the parameters of the estimator inside.
    marker : str
        Name of its class, or of a class that it inherits from; in `_BY_ATTRIBUTE` an attribute.
    given : str
        Attribute with the estimator before `fit`.
    fitted : str
        Attribute with the fitted estimator.
    """

    role: str
    marker: str
    given: str
    fitted: str


# By name, so that no class need be imported: with some of them come all linear models.
_BY_CLASS = (
    Wrapper("pipeline", "Pipeline", "steps", "steps"),
    Wrapper("search", "BaseSearchCV", "estimator", "best_estimator_"),
    Wrapper("frozen", "FrozenEstimator", "estimator", "estimator"),
    Wrapper("target", "TransformedTargetRegressor", "regressor", "regressor_"),
    Wrapper("windows", "WindowScaledRegressor", "regressor", "regressor_"),
)
# Those of other packages, and the rest of scikit-learn's.
_BY_ATTRIBUTE = (
    Wrapper("pipeline", "steps", "steps", "steps"),
    Wrapper("search", "best_estimator_", "estimator", "best_estimator_"),
    Wrapper("other", "regressor", "regressor", "regressor_"),
    Wrapper("other", "estimator", "estimator", "estimator_"),
)
_ROLES = frozenset(row.role for row in (*_BY_CLASS, *_BY_ATTRIBUTE))
TAGS_SAY_NOTHING = ("search", "target")  # of the estimator inside


def inner_estimators(
    estimator: Any, *, fitted: bool = False, through: Collection[str] = _ROLES
) -> list[Any]:
    """Return the estimators that an estimator holds, of a pipeline all steps but passthroughs.

    Parameters
    ----------
    estimator : estimator
        Any.
    fitted : bool, default=False
        Whether to return what `fit` has fitted, not what the estimator was given.
    through : collection of str, default=all
        Roles of `Wrapper` to look into: "pipeline", "search", "frozen", "target" (transforms the
        target), "windows" (scales windows and target), "other".

    Returns
    -------
    inside : list of estimator
        Empty for an estimator that holds none, or is of another role.
    """
    names = {cls.__name__ for cls in type(estimator).__mro__}
    rows = [row for row in _BY_CLASS if row.marker in names]
    rows += [row for row in _BY_ATTRIBUTE if not rows and hasattr(estimator, row.marker)]
    if not rows or rows[0].role not in through:
        return []
    held = getattr(estimator, rows[0].fitted if fitted else rows[0].given, None)
    inside = [step for _, step in held or ()] if rows[0].role == "pipeline" else [held]
    return [one for one in inside if hasattr(one, "fit")]


def members(ensemble: Any) -> list[Any]:
    """Return the estimators of an ensemble that names each of them, such as `VotingRegressor`.

    Parameters
    ----------
    ensemble : estimator
        Any.

    Returns
    -------
    members : list of estimator
        Not fitted, and without those that are dropped; empty for any other estimator.
    """
    names = {cls.__name__ for cls in type(ensemble).__mro__}
    if "_BaseHeterogeneousEnsemble" not in names:
        return []
    pairs = [pair for pair in ensemble.estimators or () if isinstance(pair, list | tuple)]
    return [one for *_, one in pairs if hasattr(one, "fit")]


def inner(
    estimator: Any, *, step: int = -1, fitted: bool = False, through: Collection[str] = _ROLES
) -> Any:
    """Return the estimator inside another one, None if there is none.

    Parameters
    ----------
    estimator : estimator
        Any.
    step : int, default=-1
        Which step of a pipeline is meant, 0 for the first one.
    fitted : bool, default=False
        Whether to return what `fit` has fitted, not what the estimator was given.
    through : collection of str, default=all
        Roles of `Wrapper` to look into.

    Returns
    -------
    inside : estimator or None
        The next one inside.
    """
    inside = inner_estimators(estimator, fitted=fitted, through=through)
    return inside[step] if inside else None


def walk(
    estimator: Any, *, step: int = -1, fitted: bool = False, through: Collection[str] = _ROLES
) -> Iterator[Any]:
    """Yield an estimator, the one inside it, and so on to the innermost.

    Parameters
    ----------
    estimator : estimator
        Any.
    step, fitted, through : int, bool, collection of str
        As in `inner`.

    Yields
    ------
    estimator : estimator
        From the outermost to the innermost.
    """
    while estimator is not None:
        yield estimator
        estimator = inner(estimator, step=step, fitted=fitted, through=through)


def takes_windows(estimator: Any) -> bool:
    """Return whether an estimator takes arrays of shape (n_samples, n_timesteps, n_features).

    Parameters
    ----------
    estimator : estimator
        Of a pipeline its first step counts, of a search or another meta-estimator the estimator
        inside, of an ensemble such as `VotingRegressor` all members.

    Returns
    -------
    takes_windows : bool
        False for an estimator of flat windows.
    """
    around = list(walk(estimator, step=0))
    if any(get_tags(one).input_tags.three_d_array for one in around):
        return True
    found = members(around[-1])
    return bool(found) and all(map(takes_windows, found)) and not _reads_rows_too(around[-1])


def takes_missing_steps(estimator: Any) -> bool:
    """Return whether an estimator takes windows of which some steps are NaN.

    Parameters
    ----------
    estimator : estimator
        A pipeline takes them if all its steps do, or those up to an imputer.

    Returns
    -------
    takes_missing_steps : bool
        What the tags of the deciding estimators say.
    """
    steps = inner_estimators(estimator, through=("pipeline",))
    for step in steps:
        if not takes_missing_steps(step):
            return False
        if type(step).__module__.startswith("sklearn.impute"):
            return True
    if steps:
        return True
    *_, deciding = walk(estimator, through=TAGS_SAY_NOTHING)
    if deciding is not estimator:
        return takes_missing_steps(deciding)
    return get_tags(estimator).input_tags.allow_nan


def find_inside(estimator: Any, attribute: str, caller: str, takes: str) -> Any:
    """Return the fitted estimator that has an attribute: the one given, or one inside it.

    Parameters
    ----------
    estimator : estimator
        Of a pipeline the last step that has the attribute is meant.
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


def _find(estimator: Any, attribute: str) -> Any:
    # A frozen estimator has all attributes of the one inside, which alone is wanted.
    frozen = inner(estimator, through=("frozen",))
    if frozen is None and hasattr(estimator, attribute):
        return estimator
    inside = reversed(inner_estimators(estimator, fitted=True))
    found = (_find(one, attribute) for one in inside)
    return next((one for one in found if one is not None), None)


def _name(value: Any) -> str:
    return f"the class {value.__name__}" if isinstance(value, type) else type(value).__name__


def _reads_rows_too(ensemble):
    """Tell whether the last regressor of a stack is given the windows beside the predictions."""
    return bool(getattr(ensemble, "passthrough", False))
