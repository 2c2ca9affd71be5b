"""What a regressor takes and can do, seen through pipelines and searches, and checks of it."""

from collections.abc import Sequence
from inspect import signature
from numbers import Integral
from typing import Any

from sklearn.base import is_classifier, is_regressor
from sklearn.utils import get_tags

from sklstm.losses import LOSSES
from sklstm.meta_estimators import inner, inner_estimators, walk

from ._parameter_inside import parameter_inside
from ._predicted_spread import predicts_spread, quantiles_inside

_TAGS_SAY_NOTHING = ("search", "target")  # of the estimator inside
_LINEAR_ELSEWHERE = {"LinearSVR", "PLSRegression", "CCA", "PLSCanonical"}
_OF_AMOUNTS = {name for name, loss in LOSSES.items() if not loss.shifts_targets}
_WEIGHT_DECAY_ON_REST = 1e-4  # a tenth of what noise would have
_LARGEST = 2**31 - 1  # rows beyond it have no labels, or take all memory to be counted


def takes_missing_steps(regressor: Any) -> bool:
    """Return whether a regressor takes windows of which some steps are NaN.

    Parameters
    ----------
    regressor : estimator
        A pipeline takes them if all its steps do, or those up to an imputer.

    Returns
    -------
    takes_missing_steps : bool
        What the tags of the deciding estimators say.
    """
    steps = inner_estimators(regressor, through=("pipeline",))
    for step in steps:
        if not takes_missing_steps(step):
            return False
        if type(step).__module__.startswith("sklearn.impute"):
            return True
    if steps:
        return True
    *_, deciding = walk(regressor, through=_TAGS_SAY_NOTHING)
    if deciding is not regressor:
        return takes_missing_steps(deciding)
    return get_tags(regressor).input_tags.allow_nan


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
        What the tags of the deciding estimator say.
    """
    *_, deciding = walk(regressor, through=("pipeline", *_TAGS_SAY_NOTHING))
    return get_tags(deciding).target_tags.multi_output


def takes_windows(regressor: Any) -> bool:
    """Return whether a regressor takes arrays of shape (n_samples, n_timesteps, n_features).

    Parameters
    ----------
    regressor : estimator
        Of a pipeline its first step counts, of a search or another meta-estimator the estimator
        inside.

    Returns
    -------
    takes_windows : bool
        False for a regressor of flat windows.
    """
    return any(get_tags(one).input_tags.three_d_array for one in walk(regressor, step=0))


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
    return linear or not _LINEAR_ELSEWHERE.isdisjoint(_class_names(deciding))


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
    return "WindowBaseline" in _class_names(deciding)


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
    return tagged or parameter_inside(regressor, "loss") in _OF_AMOUNTS


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
    for one in walk(regressor):
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
    for one in walk(regressor):
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


def check_count(value: Any, name: str) -> int:
    """Return `value` if it is a whole number of at least one; raise a ValueError otherwise."""
    if not isinstance(value, Integral) or isinstance(value, bool) or int(value) < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}.")
    if int(value) > _LARGEST:
        raise ValueError(f"{name} must be a whole number of at most {_LARGEST}, got {value!r}.")
    return int(value)


def check_refit(refit: Any) -> int | None:
    """Return every how many folds is fitted; None for the first one only."""
    if isinstance(refit, bool):
        return 1 if refit else None
    if not isinstance(refit, Integral) or int(refit) < 1:
        raise ValueError(
            f"refit must be True, False or a whole number of folds of at least 1, got {refit!r}."
        )
    return int(refit)


def check_regressor(estimator: Any) -> None:
    """Raise a ValueError for estimators that cannot predict the rows after a window."""
    if not (hasattr(estimator, "predict") or is_regressor(estimator)):
        raise ValueError(
            "The 'estimator' parameter of Forecaster must be an object that has 'predict' once it "
            f"is fitted. Got {estimator!r} instead."
        )
    if is_classifier(estimator):
        raise ValueError(f"estimator must be a regressor, got the classifier {estimator!r}.")
    levels = parameter_inside(estimator, "quantile")
    if isinstance(levels, list | tuple) and quantiles_inside(estimator) is None:
        loss = parameter_inside(estimator, "loss")
        if loss not in (None, "quantile"):
            raise ValueError(
                f"quantile={list(levels)!r} lists several quantiles, which only loss='quantile' "
                f"predicts, and the loss of the estimator is {loss!r}: {estimator!r}."
            )
        raise ValueError(
            "estimator must predict one value for each row and column, and a list of quantiles "
            f"several: {estimator!r}. Intervals of any regressor are made by forecast(level=...)."
        )
    if isinstance(levels, list | tuple) and 0.5 not in levels:
        raise ValueError(
            f"estimator forecasts the median, and quantile={list(levels)!r} has no 0.5: "
            f"{estimator!r}."
        )
    for step in _steps_inside(estimator):
        if _takes_series_alone(step):
            raise ValueError(
                f"estimator is given windows, which are no rows of a series, and {step!r} takes "
                f"these: {_in_place_of(step)}."
            )
    if takes_step_targets(estimator):
        raise ValueError(
            "estimator must predict what follows a window, and output='sequence' predicts "
            f"something at every step of it: {estimator!r}."
        )


def check_columns(estimator: Any, columns: Sequence[Any]) -> None:
    """Raise a ValueError for a baseline of one column where that is not what is to be forecast."""
    if not is_baseline(estimator):
        return
    feature = parameter_inside(estimator, "target_feature")
    if len(columns) > 1:
        raise ValueError(
            f"estimator forecasts one column, target_feature={feature!r}, and "
            f"series has {len(columns)}, {list(columns)!r}: {estimator!r}. Give one column at a "
            "time, or stack them as several series, whose names by= tells."
        )
    if any(getattr(one, "target_feature", 0) != 0 for one in walk(estimator)):
        raise ValueError(
            "In windows of a Forecaster the series comes first, and exogenous columns come after "
            f"it: estimator takes target_feature=0, got {estimator!r}."
        )


def _steps_inside(estimator):
    """Yield an estimator and all inside it, every step of pipelines included."""
    yield estimator
    for one in inner_estimators(estimator):
        yield from _steps_inside(one)


def _takes_series_alone(step):
    names = _class_names(step)
    of_series = not names.isdisjoint({"SeriesTransformer", "CalendarFeatures"})
    return of_series and "SeriesOrWindowsTransformer" not in names


def _in_place_of(step):
    """Return what users do in place of a step that takes a series."""
    name = type(step).__name__
    if name == "SequenceWindower":
        return "leave it out, for the Forecaster cuts windows itself (lookback=)"
    if name == "CalendarFeatures":
        return "give it as calendar="
    if hasattr(step, "inverse_transform"):
        return "give it as transformer=, which is applied to each series before windows are cut"
    return "apply it to the series before fit"


def _class_names(estimator):
    return {cls.__name__ for cls in type(estimator).__mro__}


def _is_auto(estimator, name):
    value = getattr(estimator, name, None)
    return isinstance(value, str) and value == "auto"
