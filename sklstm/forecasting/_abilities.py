"""What a regressor takes and can do, seen through pipelines and searches."""

from collections.abc import Iterator
from inspect import signature
from typing import Any

from sklearn.utils import get_tags

from sklstm._whole_numbers import is_whole
from sklstm.losses import LOSSES
from sklstm.meta_estimators import (
    TAGS_SAY_NOTHING,
    inner,
    inner_estimators,
    members,
    takes_missing_steps,
    takes_windows,
    walk,
)

from ._objective import objective_of
from ._parameter_inside import parameter_inside
from ._predicted_spread import predicts_spread

_LINEAR_ELSEWHERE = {"LinearSVR", "PLSRegression", "CCA", "PLSCanonical"}
_OF_ONE_TARGET = {"_BaseFilter"}  # of SelectKBest and its kin, whose tags do not say so
_OF_AMOUNTS = {name for name, loss in LOSSES.items() if not loss.shifts_targets}
_OBJECTIVES_OF_AMOUNTS = {  # of LightGBM, XGBoost and CatBoost
    *("poisson", "gamma", "tweedie", "count:poisson", "reg:gamma", "reg:tweedie"),
    *("Poisson", "Tweedie"),
}
_WEIGHT_DECAY_ON_REST = 1e-4  # a tenth of what noise would have


def takes_missing_values(regressor: Any) -> bool:
    """Return whether a regressor takes single values that are NaN, such as trees of flat windows.

    Parameters
    ----------
    regressor : estimator
        As in `takes_missing_steps`.

    Returns
    -------
    takes_missing_values : bool
        False for networks, which take missing steps as a whole.
    """
    return takes_missing_steps(regressor) and not takes_windows(regressor)


def takes_many_outputs(regressor: Any) -> bool:
    """Return whether a regressor predicts several targets at once.

    Parameters
    ----------
    regressor : estimator
        Of a pipeline the last step counts.

    Returns
    -------
    takes_many_outputs : bool
        What the tags of the deciding estimator say; not for a pipeline that selects features by
        their correlation with one target, as `SelectKBest` does.
    """
    *around, deciding = walk(regressor, through=("pipeline", *TAGS_SAY_NOTHING))
    steps = [step for one in around for step in inner_estimators(one, through=("pipeline",))]
    by_one_target = any(not class_names(step).isdisjoint(_OF_ONE_TARGET) for step in steps)
    return get_tags(deciding).target_tags.multi_output and not by_one_target


def takes_single_output(regressor: Any) -> bool:
    """Return whether a regressor predicts one target, given as one axis.

    Parameters
    ----------
    regressor : estimator
        As in `takes_many_outputs`.

    Returns
    -------
    takes_single_output : bool
        False for those that take columns only, such as `MultiOutputRegressor`.
    """
    *_, deciding = walk(regressor, through=("pipeline", *TAGS_SAY_NOTHING))
    return get_tags(deciding).target_tags.single_output


def is_linear(regressor: Any) -> bool:
    """Return whether a regressor extrapolates without bounds, as linear models do.

    Parameters
    ----------
    regressor : estimator
        As in `parameter_inside`.

    Returns
    -------
    is_linear : bool
        Whether the deciding estimator is one of scikit-learn's linear models.
    """
    *_, deciding = walk(regressor)
    modules = [cls.__module__ for cls in type(deciding).__mro__]
    linear = any(name.startswith("sklearn.linear_model.") for name in modules)
    return linear or not _LINEAR_ELSEWHERE.isdisjoint(class_names(deciding))


def shrinks(regressor: Any) -> bool:
    """Return whether forecasts of a regressor may be averaged with others.

    Parameters
    ----------
    regressor : estimator
        As in `parameter_inside`.

    Returns
    -------
    shrinks : bool
        True for networks and linear models, which quick models stand for, if they predict means or
        medians: quantiles and distributions would be narrowed.
    """
    is_network = any(hasattr(one, "_fit_gathered") for one in walk(regressor))
    return (is_network or is_linear(regressor)) and not predicts_spread(regressor)


def is_baseline(regressor: Any) -> bool:
    """Return whether a regressor learns nothing, but repeats or averages what stands in a window.

    Parameters
    ----------
    regressor : estimator
        As in `parameter_inside`.

    Returns
    -------
    is_baseline : bool
        In another scale, such as differences to a season before, it would be another forecast; and
        it knows nothing of what a linear part leaves.
    """
    *_, deciding = walk(regressor)
    return "WindowBaseline" in class_names(deciding)


def learns_amounts(regressor: Any) -> bool:
    """Return whether targets are counts or amounts, none of which is negative.

    Parameters
    ----------
    regressor : estimator
        As in `parameter_inside`.

    Returns
    -------
    learns_amounts : bool
        What the tags say, and the loss: some of scikit-learn's trees have no such tag.
    """
    tagged = any(get_tags(one).target_tags.positive_only for one in walk(regressor))
    named = any(objective_of(one)[0] in _OBJECTIVES_OF_AMOUNTS for one in walk(regressor))
    return tagged or named or parameter_inside(regressor, "loss") in _OF_AMOUNTS


def takes_step_targets(regressor: Any) -> bool:
    """Return whether a regressor learns a target of every step.

    Parameters
    ----------
    regressor : estimator
        As in `parameter_inside`.

    Returns
    -------
    takes_step_targets : bool
        Whether its parameter ``output`` is ``"sequence"``.
    """
    return parameter_inside(regressor, "output") == "sequence"


def train_in_scale(regressor: Any, *, absolute: bool) -> None:
    """Set what ``"auto"`` means to a network whose windows have a scale of their own.

    With ``max_epochs="auto"`` the learning rate decays towards the end of training. Targets that
    are divided by the scale of their window have heavy tails, which would dominate squared errors:
    of them absolute errors count.

    Parameters
    ----------
    regressor : estimator
        Not yet fitted; it, or what is inside it, is changed.
    absolute : bool
        Whether targets are divided by scales of their own.
    """
    for one in steps_inside(regressor):
        if _is_auto(one, "max_epochs") and _is_auto(one, "learning_rate_schedule"):
            one.set_params(learning_rate_schedule="cosine")
        if absolute and _is_auto(one, "loss"):
            one.set_params(loss="absolute_error")


def train_on_rest(regressor: Any) -> None:
    """Set what ``"auto"`` means to a network that learns what a linear part leaves.

    Most of it is noise, so that a penalty in proportion to the loss would leave no weights; and
    what a large penalty keeps from overfitting, a smooth forecast, the linear part is already.

    Parameters
    ----------
    regressor : estimator
        Not yet fitted; it, or what is inside it, is changed.
    """
    for one in steps_inside(regressor):
        if _is_auto(one, "weight_decay"):
            one.set_params(weight_decay=_WEIGHT_DECAY_ON_REST)


def early_stopping_inside(regressor: Any) -> float | None:
    """Return the share of the samples that a regressor would hold back; None if it does not.

    Parameters
    ----------
    regressor : estimator
        Itself, or what a `WindowScaledRegressor` is around. Pipelines and searches are not looked
        through: they hand validation data on only if told.

    Returns
    -------
    fraction : float or None
        Its ``validation_fraction``, if its ``fit`` takes ``X_val`` in place of a block of its own.
    """
    inside = inner(regressor, through=("windows",))
    regressor = regressor if inside is None else inside
    takes = hasattr(regressor, "fit") and "X_val" in signature(regressor.fit).parameters
    if takes and getattr(regressor, "early_stopping", None) is True:
        return getattr(regressor, "validation_fraction", None)
    return None


def check_refit(refit: Any) -> int | None:
    """Return every how many folds is fitted; None for the first one only."""
    if isinstance(refit, bool):
        return 1 if refit else None
    if not is_whole(refit) or int(refit) < 1:
        raise ValueError(
            f"refit must be True, False or a whole number of folds of at least 1, got {refit!r}."
        )
    return int(refit)


def steps_inside(estimator: Any) -> Iterator[Any]:
    """Yield an estimator and all inside it.

    Parameters
    ----------
    estimator : estimator
        Any.

    Yields
    ------
    estimator : estimator
        From the outermost inwards, steps of pipelines and members of ensembles among them.
    """
    yield estimator
    for one in [*inner_estimators(estimator), *members(estimator)]:
        yield from steps_inside(one)


def class_names(estimator: Any) -> set[str]:
    """Return the names of the class of an estimator, and of those that it inherits from."""
    return {cls.__name__ for cls in type(estimator).__mro__}


def _is_auto(estimator, name):
    value = getattr(estimator, name, None)
    return isinstance(value, str) and value == "auto"
