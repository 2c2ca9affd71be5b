"""What scales the windows of a `WindowScaledRegressor`: a given scaler, or what is chosen."""

from collections.abc import Mapping, Sequence
from inspect import signature
from typing import Any

import numpy as np
from sklearn.base import clone

from sklstm.data import plain_values
from sklstm.losses import LOSSES, Likelihood
from sklstm.meta_estimators import takes_windows, walk
from sklstm.preprocessing import (
    SCALINGS,
    Representation,
    WindowScaler,
    choose_beside,
    choose_representation,
    is_seasonal,
    needs_positive,
)

from ._abilities import is_baseline, is_linear, learns_amounts, takes_step_targets
from ._parameter_inside import parameter_inside
from ._same_values import same_values
from ._scaling import Scaling

_WINDOW_SCALINGS = [name for name in SCALINGS if not is_seasonal(name)]
_MOST_WINDOWS = 1 << 13  # that stand for all
_SHORTEST = 12  # windows of a series in the mean, or they are not sorted by series


def fitted_scaler(
    scaler: WindowScaler | str | Sequence[str] | None,
    windows: np.ndarray,
    targets: np.ndarray,
    position: int,
    regressor: Any,
    params: Mapping[str, Any],
) -> WindowScaler | Scaling:
    """Return what scales windows: the scaler that is given, or representations by feature.

    Parameters
    ----------
    scaler : WindowScaler, str, list of str or None
        The parameter of `WindowScaledRegressor`.
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        Training windows, those of a series in the order of time; NaN is missing.
    targets : ndarray of shape (n_samples, ...)
        What follows; of those of every step the last one decides.
    position : int
        Which feature targets are later values of.
    regressor : estimator
        What will learn from the scaled windows.
    params : dict
        Of its ``fit``; windows without weight decide nothing, and ``groups`` are series.

    Returns
    -------
    scaler : WindowScaler or Scaling
        Fitted to the windows.

    Raises
    ------
    ValueError
        If a representation takes a season, or positive values where there are others.
    """
    if scaler is None or isinstance(scaler, WindowScaler):
        own = WindowScaler("last") if scaler is None else clone(scaler)
        return own.set_output(transform="default").fit(windows)
    if scaler == "auto" and is_baseline(regressor):
        scaler = "level"  # in logarithms a mean would be a geometric one
    if scaler == "auto":
        return _choose(windows, targets, position, regressor, params)
    n_features = windows.shape[2]
    names = [scaler] * n_features if isinstance(scaler, str) else list(scaler)
    _check_names(names, n_features)
    if names[position].startswith("log_") and _predicts_std(regressor):
        raise ValueError(
            f"scaler={names[position]!r} takes the logarithm of targets, and the distribution "
            f"that {type(regressor).__name__} predicts is then none of theirs: take a scaler "
            "without logarithms, such as 'scaled_difference'."
        )
    columns = [
        _representation(name, windows[:, :, place], place) for place, name in enumerate(names)
    ]
    return Scaling(columns, [{} for _ in names])


def _check_names(names, n_features):
    unknown = [name for name in names if name not in SCALINGS]
    seasonal = [name for name in names if name in SCALINGS and is_seasonal(name)]
    if len(names) != n_features:
        raise ValueError(
            f"scaler must name one representation, or one for each feature of X, {n_features}; got "
            f"{len(names)}: {names!r}."
        )
    if unknown:
        raise ValueError(f"scaler={unknown[0]!r} is none of {', '.join(_WINDOW_SCALINGS)}.")
    if seasonal:
        raise ValueError(
            f"scaler={seasonal[0]!r} takes a season, and windows alone do not tell which rows "
            "of it follow: take Forecaster(regressor, season=...), which knows, or another scaler."
        )


def _representation(name, windows, place):
    try:
        return Representation.fit(name, windows)
    except ValueError as error:
        message = str(error).replace("scaling=", "scaler=", 1).removesuffix(".")
        raise ValueError(f"{message}, in feature {place} of X.") from None


def _choose(windows, targets, position, regressor, params):
    groups = _series_of(windows, params.get("groups"))
    after = targets[:, -1] if takes_step_targets(regressor) else targets
    after = after.reshape(len(after), -1)
    used = _some_windows(params.get("sample_weight"), after)
    target = windows[used, :, position]
    lowest = min(_lowest(windows, position), np.fmin.reduce(after, axis=None))
    among = _candidates(regressor, lowest)
    after, groups = after[used], groups[used]
    groups = np.unique(groups, return_inverse=True)[1]
    saturates = not is_linear(regressor)
    chosen = choose_representation(target, after, groups=groups, saturates=saturates, among=among)
    others = np.delete(windows[used], position, axis=2)
    choices = choose_beside(
        others, target, after, chosen.representation, groups=groups, saturates=saturates
    )
    choices.insert(position % windows.shape[2], chosen)
    return Scaling([one.representation for one in choices], [one.scores for one in choices])


def _some_windows(weight, after):
    """Return numbers of windows that stand for all: those that count, and have a target."""
    counts = np.isfinite(after).all(axis=1)
    weight = plain_values(weight)
    if weight is not None:
        counts &= np.broadcast_to(np.asarray(weight) > 0, counts.shape)
    used = np.flatnonzero(counts)
    if not len(used):
        return np.arange(len(after))
    if len(used) > _MOST_WINDOWS:  # drawn as for a forecaster
        used = np.sort(np.random.default_rng(0).choice(used, _MOST_WINDOWS, replace=False))
    return used


def _lowest(windows, position):
    """Return the lowest value of a feature, step by step: windows of series are no small array."""
    steps = range(windows.shape[1])
    return np.fmin.reduce([np.fmin.reduce(windows[:, step, position]) for step in steps])


def _candidates(regressor, lowest):
    """Return the names among which the representation of the target is chosen."""
    if learns_amounts(regressor):
        return ["level"]  # differences are not positive
    if lowest > 0 and not _predicts_std(regressor):
        return _WINDOW_SCALINGS
    if lowest > 0:
        return [name for name in _WINDOW_SCALINGS if not name.startswith("log_")]
    return [name for name in _WINDOW_SCALINGS if not needs_positive(name)]


def _predicts_std(regressor):
    """Tell whether standard deviations or distributions are predicted, which have no logarithm."""
    *_, last = walk(regressor)
    if takes_windows(last):
        loss = LOSSES.get(parameter_inside(last, "loss"))
        return loss is not None and issubclass(loss, Likelihood)
    return hasattr(last, "predict") and "return_std" in signature(last.predict).parameters


def _series_of(windows, groups):
    """Return the number of the series of each window: where none follows the one before it.

    Of windows in another order, such as shuffled ones, nothing is known: they count as one series.
    """
    groups = plain_values(groups)
    if groups is not None and len(groups) == len(windows):
        return np.unique(np.asarray(groups), return_inverse=True)[1]
    if windows.shape[1] < 2:
        return np.zeros(len(windows), dtype=int)
    before, here = windows[:-1, -1], windows[1:, -2]
    follows = same_values(before, here).all(axis=1)
    series = np.r_[0, np.cumsum(~follows)]
    return series if len(series) >= _SHORTEST * (series[-1] + 1) else np.zeros_like(series)
