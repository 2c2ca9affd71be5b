"""Fitting a regressor to windows and the rows that follow them: `fit_to_pairs`."""

from typing import Any

import numpy as np

from sklstm.data import name_samples
from sklstm.meta_estimators import inner_estimators, members, takes_windows

from ._abilities import (
    early_stopping_inside,
    is_baseline,
    steps_inside,
    takes_many_outputs,
    takes_single_output,
)
from ._check_regressor import check_flat_windows
from ._divergence import warn_of_divergence
from ._features import newest_pairs
from ._future_steps import FutureSteps
from ._scaled_amounts import refuse_scaled_amounts
from ._scaled_pairs import PairSource, pairs_as_read
from ._scaling import Scaling
from ._training_pairs import TrainingPairs

_FEW = 100  # windows, of which shapes are told


def fit_to_pairs(
    regressor: Any,
    pairs: TrainingPairs,
    scaling: Scaling | None,
    future: FutureSteps | None = None,
) -> Any:
    """Fit a regressor, and return it.

    Parameters
    ----------
    regressor : estimator
        Not yet fitted. One that learns a single target is fitted for each of several.
    pairs : TrainingPairs
        What it learns from. Recurrent regressors gather many of them a few at a time; baselines
        are given a few of many, for they learn nothing.
    scaling : Scaling or None
        How each window is scaled.
    future : FutureSteps, optional
        Steps of windows for the rows to come, for a network that gives an output at every step.

    Returns
    -------
    regressor : estimator
        The fitted one, or a `MultiOutputRegressor` around it.

    Raises
    ------
    ValueError
        If a scale makes other numbers of counts or amounts than the regressor learns.

    Warns
    -----
    ConvergenceWarning
        If it predicts nothing like the targets.
    """
    refuse_scaled_amounts(regressor, pairs, scaling)
    if pairs.are_many and hasattr(regressor, "_fit_gathered"):
        return _fit_gathered(regressor, pairs, scaling, future)
    some = _newest(pairs) if _learns_nothing(regressor, pairs) else pairs.all
    windows, targets = pairs_as_read(scaling, future, pairs, some)
    if targets.ndim == 2 and not takes_many_outputs(regressor):
        from sklearn.multioutput import MultiOutputRegressor

        _name_default_of_stacks(regressor)
        regressor = MultiOutputRegressor(regressor)
    targets = form_of_targets(targets, regressor)
    check_flat_windows(regressor, windows.shape[2])
    windows = form_of(windows, regressor, pairs.features.n_static)
    if windows.ndim == 3:  # else windows of one row may look like sequences with transposed axes
        windows = name_samples(windows, windows, columns=list(range(windows.shape[2])))
    fraction = early_stopping_inside(regressor)
    if fraction is None:
        fitted = regressor.fit(windows, targets)
        warn_of_divergence(fitted, windows, targets, scaling)
        return fitted
    first, last = newest_pairs(some.places, fraction, pairs.gap)
    held_out = {"X_val": windows[last], "y_val": targets[last]}
    return regressor.fit(windows[first], targets[first], **held_out)


def _learns_nothing(regressor, pairs):
    """Tell whether a regressor looks at the shapes of many windows alone."""
    return pairs.are_many and is_baseline(regressor) and not inner_estimators(regressor)


def _newest(pairs):
    return pairs.gather(np.arange(len(pairs))[-_FEW:])


def form_of(windows: np.ndarray, regressor: Any, n_static: int = 0) -> np.ndarray:
    """Return windows as a regressor takes them, with three axes or flat.

    Flat ones have the last `n_static` columns, which describe a series, once and not at each step.
    """
    if takes_windows(regressor):
        return windows
    if not n_static:
        return windows.reshape(len(windows), -1)
    steps = windows[:, :, :-n_static].reshape(len(windows), -1)
    static = np.fmax.reduce(windows[:, :, -n_static:], axis=1)  # of the steps that are observed
    return np.concatenate([steps, static], axis=1)


def form_of_targets(targets: np.ndarray, regressor: Any) -> np.ndarray:
    """Return targets as a regressor takes them, one of each window as a column if need be."""
    if targets.ndim == 1 and not takes_single_output(regressor):
        return targets[:, np.newaxis]
    return targets


def _name_default_of_stacks(regressor):
    """Name the last regressor of stacks: without, they have no ``predict`` before `fit`."""
    from sklearn.linear_model import RidgeCV

    for one in steps_inside(regressor):
        if members(one) and getattr(one, "final_estimator", one) is None:
            one.set_params(final_estimator=RidgeCV())


def _fit_gathered(regressor, pairs, scaling, future):
    fraction = early_stopping_inside(regressor)
    source = PairSource(pairs, scaling, None, future)
    if fraction is None:
        return regressor._fit_gathered(source)
    order = pairs.in_order_of_time()
    first, last = newest_pairs(pairs.places(order), fraction, pairs.gap)
    source = PairSource(pairs, scaling, order[first], future)
    held_out = PairSource(pairs, scaling, order[last], future).some()
    return regressor._fit_gathered(source, *held_out)
