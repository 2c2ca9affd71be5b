"""Windows and targets that look like something else: `warn_of_likely_mistakes`."""

from typing import Any

import numpy as np
import pandas as pd

from sklstm._warn import warn_user
from sklstm.time_labels import is_time_dtype

from ._frames import column_names, index_of, parse_step_names, step_features
from ._row_names import names_of_samples
from ._shapes import PADDING, has_three_axes

_FEWEST_TOKENS = 4  # fewer whole numbers without a gap may as well be counts
_MOST_FEATURES = 32  # of a single step; more are rather steps, in the place of features
_FEATURES_OF_A_STEP = 8  # for each step; fewer are no sequences of as many channels
_SMOOTH = 0.2  # mean squared change from feature to feature over the variance; 2 of noise
_MOST_LOOKED_AT, _MOST_VALUES = 100, 1 << 20  # windows, and values in them
_FEWEST_VALUES = 10  # in a column, so that others are not like it by chance
_THE_SAME = 1 - 1e-6  # correlation of columns that differ in their scale alone
_CLOSER = 0.6  # distance, 1 - correlation, of columns of a feature over that of neighbours


def warn_of_likely_mistakes(estimator: Any, X: Any, windows: np.ndarray) -> None:
    """Warn where rows of a series, tokens or transposed sequences are read as measured windows.

    So it is with flat windows of several features whose names a scaler has taken. All have the
    shape of windows, so that nothing else would tell that a step is missing in the pipeline, or a
    parameter, or that two axes have changed places.

    Parameters
    ----------
    estimator : estimator
        Which is fitted.
    X : array-like or dataframe
        What `fit` was given.
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        What `as_windows` made of it.
    """
    name = type(estimator).__name__
    if _are_rows_of_a_series(X):
        warn_user(
            f"X is a frame of times with the columns {column_names(X)}, which {name} reads as "
            "steps of one feature, and each row as a window. If these are rows of a series, put a "
            f"SequenceWindower before {name}; if they are windows, leave the index out: "
            "X.to_numpy().",
        )
    if getattr(estimator, "embedding_dim", 0) is None and _look_like_tokens(X, windows):
        warn_user(
            f"X looks like tokens, whole numbers up to {windows.max():.0f} without a gap, padded "
            f"with {PADDING}; {name} reads them, and the padding, as measured values. Give them an "
            "embedding, such as embedding_dim=32; if they are measured, give floats.",
        )
    if hasattr(estimator, "hidden_size") and _may_be_transposed(X, windows):
        _warn_of_transposed_axes(name, windows)
    of_one = windows.shape[2] == 1 and not has_three_axes(X)
    n_features = _features_side_by_side(windows[:, :, 0]) if of_one else 1
    if n_features > 1:
        warn_user(
            f"X has two axes, and each row is the one before moved by {n_features} columns, as in "
            f"flat windows of {n_features} features; {name} reads {windows.shape[1]} steps of one "
            "feature. Leave out flatten=True in the SequenceWindower, and put a scaler, if any, "
            "before it: networks standardise by themselves.",
        )


def warn_of_another_target(
    estimator: Any, X: Any, y: Any, windows: np.ndarray, position: int
) -> None:
    """Warn where `y` is named as a feature of `X` that is not the estimator's `target_feature`.

    Parameters
    ----------
    estimator : estimator
        Which is fitted.
    X, y : array-like or dataframe
        What `fit` was given. Only frames, series, and windows of a frame have names.
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        What `as_windows` made of `X`.
    position : int
        Of the feature that ``target_feature`` is.
    """
    names = step_features(X) or names_of_samples(X)[1] or names_of_samples(windows)[1]
    if names is None:
        return
    of_y = column_names(y) or [getattr(y, "name", None)]
    # Names that `forecast_pairs` gives: of several horizons "close@t+3".
    targets = [name.partition("@t+")[0] if isinstance(name, str) else name for name in of_y]
    other = next((name for name in targets if name in names and name != names[position]), None)
    if other is None:
        return
    one_by_one = "" if len(set(targets)) == 1 else ", and predict one column of y at a time"
    warn_user(
        f"y is later values of column {other!r} of X, by its name, and "
        f"target_feature={estimator.target_feature!r} of {type(estimator).__name__} is column "
        f"{names[position]!r}: give target_feature={names.index(other)}{one_by_one}."
    )


def _are_rows_of_a_series(X):
    """Return whether `X` is a frame by time whose columns are named, not numbered as steps are."""
    index, names = index_of(X), column_names(X)
    if index is None or names is None:
        return False
    levels = index.levels if isinstance(index, pd.MultiIndex) else [index]
    if not any(is_time_dtype(level.dtype) for level in levels):
        return False
    named = [name for name in names if not any(map(str.isdigit, str(name)))]
    return bool(named) and parse_step_names(names) is None


def _may_be_transposed(X, windows):
    """Return whether windows of few steps have as many features as sequences have steps.

    Features that are columns of a frame have names, and their windows few steps on purpose.
    """
    n_timesteps, n_features = windows.shape[1:]
    if n_features <= max(_MOST_FEATURES, _FEATURES_OF_A_STEP * (n_timesteps - 1)):
        return False
    return all(names_of_samples(each)[1] is None for each in (X, windows))


def _warn_of_transposed_axes(name, windows):
    """Warn of a single step, or of steps that look like channels."""
    n_timesteps, n_features = windows.shape[1:]
    if n_timesteps == 1:
        warn_user(
            f"X has windows of a single step with {n_features} features, so that nothing "
            f"recurs in {name}. If these are columns, look back more than one row; if they are "
            "steps of one feature, as aeon and sktime keep sequences (n_cases, n_channels, "
            "n_timepoints), give X.transpose(0, 2, 1).",
        )
    elif _steps_look_like_channels(windows):
        warn_user(
            f"X has windows of {n_timesteps} steps with {n_features} features, which follow each "
            "other smoothly as steps do, while the steps differ in level or scale as channels do. "
            f"{name} reads (n_samples, n_timesteps, n_features): if X has its steps in the last "
            "axis, as aeon and sktime keep sequences (n_cases, n_channels, n_timepoints), give "
            "X.transpose(0, 2, 1).",
        )


def _steps_look_like_channels(windows):
    """Return whether values change little from feature to feature, and steps have other ranges.

    Steps of windows that slide over a series have the same range; columns of a table that happen to
    change little from one to the next do not make theirs differ.
    """
    n_some = max(2, min(_MOST_LOOKED_AT, _MOST_VALUES // (windows.shape[1] * windows.shape[2])))
    some = np.asarray(windows[:: -(-len(windows) // n_some)], dtype=float)
    some = some[np.isfinite(some).all(axis=(1, 2))]
    if not len(some):
        return False
    changes = (np.diff(some, axis=2) ** 2).mean(axis=(0, 2))
    variances = some.var(axis=2).mean(axis=0)  # within the sequences of each channel
    smooth = np.mean(changes < _SMOOTH * variances) > 0.5
    spread, levels = np.sqrt(some.var(axis=(0, 2))), some.mean(axis=(0, 2))
    apart = np.ptp(levels) > spread.mean() or spread.max() > 2 * spread.min()
    return bool(smooth and apart)


def _features_side_by_side(windows):
    """Return how many features flat windows, (n_samples, n_columns), seem to have.

    With `m` features each row is the one before moved by `m` columns, whatever the scale of each
    column. So it is of one feature if only every `m`-th window is given; but there columns that are
    `m` apart are hardly more alike than neighbours, or than noise.
    """
    n_columns = windows.shape[1]
    n_some = min(_MOST_LOOKED_AT + n_columns, _MOST_VALUES // n_columns)
    some = np.asarray(windows[:n_some], dtype=float)
    some = some[np.isfinite(some).all(axis=1)][:_MOST_LOOKED_AT]
    if n_columns < 4 or len(some) == 0 or len(np.unique(some[:, 0])) < _FEWEST_VALUES:
        return 1
    with np.errstate(over="ignore", invalid="ignore"):
        now, later = _standardised_columns(some[:-1]), _standardised_columns(some[1:])
        moves_by = 1 + int(np.argmax(later[:, 0] @ now[:, 1:] > _THE_SAME))
        same = (later[:, :-moves_by] * now[:, moves_by:]).sum(axis=0) > _THE_SAME
        if moves_by == 1 or n_columns % moves_by or not same.all():
            return 1
        beside, apart = ((now[:, :-k] * now[:, k:]).sum(axis=0).mean() for k in (1, moves_by))
    return moves_by if 1 - apart < _CLOSER * (1 - abs(beside)) else 1


def _standardised_columns(table):
    """Return columns of mean 0 and length 1."""
    centred = table - table.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    return centred / np.where(length > 0, length, 1.0)


def _look_like_tokens(X, windows):
    """Return whether windows are whole numbers as `TextSequencer` gives them."""
    dtypes = X.dtypes if isinstance(X, pd.DataFrame) else [getattr(X, "dtype", None)]
    if any(getattr(dtype, "kind", None) not in ("i", "u") for dtype in dtypes):
        return False
    if windows.shape[2] != 1 or windows.min() < 0:
        return False
    values = windows[:, :, 0]
    if not (values[:, 1:] < values[:, :-1]).any():
        return False  # they only grow, as numbers of rows and running totals do
    return _are_padded_at_one_end(values) and _have_no_gap(np.unique(values[values != PADDING]))


def _are_padded_at_one_end(values):
    padding = values == PADDING
    begins = (padding[:, 1:] & ~padding[:, :-1]).any()
    ends = (padding[:, :-1] & ~padding[:, 1:]).any()
    return padding.any() and not (begins and ends)


def _have_no_gap(tokens):
    return len(tokens) >= _FEWEST_TOKENS and tokens[0] <= 2 and tokens[-1] - tokens[0] < len(tokens)
