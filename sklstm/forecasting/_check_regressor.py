"""What a forecaster refuses: `check_regressor`, `check_flat_windows`, `check_columns`."""

from collections.abc import Sequence
from typing import Any

from sklearn.base import is_classifier, is_regressor

from sklstm.meta_estimators import inner_estimators, members, takes_windows, walk

from ._abilities import class_names, is_baseline, steps_inside, takes_step_targets
from ._parameter_inside import parameter_inside
from ._predicted_spread import quantiles_inside

_FLAT_ALONE = {"BaseBagging", "_BaseChain", "RANSACRegressor"}  # which check or stack columns


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
    for step in steps_inside(estimator):
        _check_inside(step)
    if takes_step_targets(estimator):
        raise ValueError(
            "estimator must predict what follows a window, and output='sequence' predicts "
            f"something at every step of it: {estimator!r}."
        )


def _check_inside(step):
    """Raise a ValueError for a part of a regressor that is not given what it reads."""
    if _takes_series_alone(step):
        raise ValueError(
            f"estimator is given windows, which are no rows of a series, and {step!r} takes "
            f"these: {_in_place_of(step)}."
        )
    if not _FLAT_ALONE.isdisjoint(class_names(step)) and takes_windows(step):
        raise ValueError(
            f"estimator must take windows, and {type(step).__name__} hands on flat ones alone to a "
            f"regressor that reads steps and features: {step!r}. Give the regressor inside it "
            "itself, or several in a VotingRegressor."
        )


def check_flat_windows(estimator: Any, n_features: int) -> None:
    """Raise a ValueError where flat windows of several features would be read as steps of one."""
    if n_features == 1 or takes_windows(estimator):
        return
    network = next(_given_flat_windows(estimator), None)
    if network is not None:
        raise ValueError(
            f"estimator hands flat windows on to {type(network).__name__}, which would read the "
            f"{n_features} features of a step as {n_features} steps of one: {estimator!r}. Leave "
            "out what takes or makes flat windows: a scaler (networks standardise by themselves), "
            "passthrough, or other members of an ensemble."
        )


def _given_flat_windows(regressor):
    """Yield those inside a regressor of flat windows that take windows of steps and features."""
    if takes_windows(regressor):
        yield regressor
        return
    steps = inner_estimators(regressor, through=("pipeline",))
    if not all(map(_gives_columns, steps[:-1])):
        return  # of which a step may bring the axis back
    for one in steps[-1:] or [*inner_estimators(regressor), *members(regressor)]:
        yield from _given_flat_windows(one)


def _gives_columns(step):
    """Tell whether a transformer gives two axes, as all of scikit-learn's but one do."""
    of_sklearn = type(step).__module__.startswith("sklearn.")
    return of_sklearn and "FunctionTransformer" not in class_names(step)


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


def _takes_series_alone(step):
    names = class_names(step)
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
