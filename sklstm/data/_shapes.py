"""The shape policy: the one place that looks at dimensions, names of steps and missing steps.

Everything that a user may hand over is turned here into one of two forms:

* a *series*, ``(n_steps, n_features)``, oldest row first;
* *windows*, ``(n_samples, n_timesteps, n_features)``, oldest step first.

Tokens are windows of one feature, whose padding becomes missing steps.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ._frames import column_names, is_frame, parse_step_names, refuse_incomplete_steps
from ._gathered_windows import GatheredWindows
from ._numbers import as_float
from ._row_names import columns_at, name_samples, names_of_samples, place_in_windows, row_in

_CHUNK_ROWS = 1 << 16  # rows looked at in one go, so that checks need no memory of their own
_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
PADDING, OUT_OF_VOCABULARY = 0, 1
LARGEST_TOKEN = 10_000_000  # a table has one row for each number up to the largest


def as_series(X: Any, *, estimator: Any = None, input_name: str = "X") -> np.ndarray:
    """Return `X` as a floating point array of shape (n_steps, n_features).

    Steps may be missing, wholly or in part (NaN); infinity is refused.

    Parameters
    ----------
    X : array-like or dataframe of shape (n_steps, n_features)
        The series.
    estimator : estimator, optional
        Named in error messages.
    input_name : str, default="X"
        What `X` is called in error messages about single columns.

    Returns
    -------
    series : ndarray of shape (n_steps, n_features), float32 or float64
        `X` itself where it already is such an array.

    Raises
    ------
    ValueError
        If `X` is empty, not two-dimensional, complex, of times or infinite somewhere.
    """
    series = _as_array(X, estimator, input_name)
    if series.ndim != 2:
        raise ValueError(
            f"X must be a series of shape (n_steps, n_features), got an array of "
            f"{series.ndim} dimensions, shape {series.shape}."
        )
    refuse_infinity(series, where=row_in(X), columns=column_names(X))
    return series


def as_windows(
    X: Any, *, estimator: Any = None, names: list[str] | None = None, input_name: str = "X"
) -> np.ndarray:
    """Return `X` as windows of shape (n_samples, n_timesteps, n_features), without a copy.

    Parameters
    ----------
    X : array-like or dataframe
        Three forms are taken: windows of shape (n_samples, n_timesteps, n_features); univariate
        windows of shape (n_samples, n_timesteps); a frame whose columns are a complete set of
        names such as ``close@t-1``, ``close@t-0``, as `SequenceWindower` gives them.
    estimator : estimator, optional
        Named in error messages.
    names : list of str, optional
        Names of the columns of a two-dimensional `X` that has no names of its own.
    input_name : str, default="X"
        What `X` is called in error messages.

    Returns
    -------
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        A view of `X` wherever `X` is a floating point array; `GatheredWindows` as they are.

    Raises
    ------
    ValueError
        If `X` is empty, has one or more than three dimensions, is complex or of times, is a frame
        of named steps from which some are missing, or flat windows of several features that have
        lost their names.
    """
    table, columns = X, names if type(X) is np.ndarray else column_names(X) or names
    refuse_incomplete_steps(columns, input_name)
    X = _as_array(X, estimator, input_name)
    if X.ndim == 3:
        if 0 in X.shape:
            raise ValueError(f"{input_name} must not be empty, got windows of shape {X.shape}.")
        return X
    if X.ndim == 2:
        steps = parse_step_names(columns)
        if columns is None or steps is None or len(columns) != X.shape[1]:
            _refuse_nameless_steps(X, input_name)
            return name_samples(X[:, :, np.newaxis], table)
        return name_samples(_unflatten(X, steps), table, steps[0])
    raise ValueError(
        f"{input_name} must be windows of shape (n_samples, n_timesteps, n_features) or "
        f"(n_samples, n_timesteps), got an array of {X.ndim} dimensions, shape {X.shape}."
    )


def is_windows(X: Any) -> bool:
    """Return whether `X` holds windows rather than a series: three axes, or flat named steps."""
    return has_three_axes(X) or parse_step_names(column_names(X)) is not None


def has_three_axes(X: Any) -> bool:
    """Return whether `X` is an array of three axes, which holds windows."""
    if is_frame(X):
        return False
    try:
        # Containers that are not arrays, but give one, need not know `np.ndim`.
        return (X.ndim if hasattr(X, "ndim") else np.asarray(X).ndim) == 3
    except ValueError:  # a ragged list: `as_series` and `as_windows` say so in better words
        return False


def flatten_windows(windows: np.ndarray, columns: list[str]) -> np.ndarray:
    """Put windows back into the columns that `as_windows` took them from.

    Parameters
    ----------
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        Oldest step first.
    columns : list of str
        A complete set of names such as ``close@t-1``, in any order.

    Returns
    -------
    table : ndarray of shape (n_samples, n_timesteps * n_features)
        In the order of `columns`.
    """
    flat = windows.reshape(len(windows), -1)
    steps = parse_step_names(columns)
    order = None if steps is None else steps[2]
    if order is None:
        return flat
    table = np.empty_like(flat)
    table[:, order] = flat
    return table


def window_rows(windows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Split windows into the rows they are made of and the row at which each of them starts.

    Window ``i`` is ``rows[starts[i] : starts[i] + n_timesteps]``. For a strided view of a series
    the rows are that series, for separate windows they are all the steps one after the other, and
    for `GatheredWindows` those of all series. No value is copied unless the memory order of
    `windows` leaves no other way, or some rows are in no window.

    Parameters
    ----------
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        Strided view or not, or `GatheredWindows`.

    Returns
    -------
    rows : ndarray of shape (n_rows, n_features)
        View of `windows`.
    starts : ndarray of shape (n_samples,), int64
        First row of each window.
    """
    if isinstance(windows, GatheredWindows):
        return windows.rows_in_use()
    n_samples, n_timesteps, n_features = windows.shape
    if n_samples == 1:
        return windows[0], np.zeros(1, dtype=np.int64)
    if n_timesteps == 1:
        return windows[:, 0], np.arange(n_samples, dtype=np.int64)
    hop = _rows_between_windows(windows)
    if hop is None:
        windows = np.ascontiguousarray(windows)
        hop = n_timesteps
    n_rows = (n_samples - 1) * hop + n_timesteps
    # Every one of these rows lies in some window (hop <= n_timesteps), so the view is in bounds.
    rows = np.lib.stride_tricks.as_strided(
        windows, (n_rows, n_features), windows.strides[1:], writeable=False
    )
    return rows, np.arange(n_samples, dtype=np.int64) * hop


def observed_rows(
    rows: np.ndarray,
    *,
    where: Callable[[int], str] = "row {}".format,
    columns: list[Any] | None = None,
    input_name: str = "X",
) -> np.ndarray:
    """Return which rows are observed: finite in every feature, where the others are all NaN.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_features)
        Floating point rows.
    where : callable
        Says in the error message which row it is, given its number.
    columns : list, optional
        Names of the features, for the error message.
    input_name : str, default="X"
        What the rows are called in error messages.

    Returns
    -------
    observed : ndarray of shape (n_rows,), bool
        False where all features are NaN.

    Raises
    ------
    ValueError
        If a row is infinite somewhere, or NaN in some of its features only.
    """
    observed = np.empty(len(rows), dtype=bool)
    for first in range(0, len(rows), _CHUNK_ROWS):
        chunk = rows[first : first + _CHUNK_ROWS]
        finite = np.isfinite(chunk)
        observed[first : first + _CHUNK_ROWS] = finite.all(axis=1)
        if not finite.all():
            _refuse_partly_missing(chunk, finite, first, where, columns, input_name)
    return observed


def refuse_infinity(
    rows: np.ndarray,
    *,
    where: Callable[[int], str] = "row {}".format,
    columns: list[Any] | None = None,
) -> None:
    """Raise a ValueError if an array of shape (n_rows, n_features) is infinite somewhere."""
    for first in range(0, len(rows), _CHUNK_ROWS):
        infinite = np.isinf(rows[first : first + _CHUNK_ROWS])
        if infinite.any():
            _raise_infinity(infinite, first, where, columns)


def refuse_infinity_in_windows(windows: np.ndarray) -> None:
    """Raise a ValueError if windows (n_samples, n_timesteps, n_features) are infinite somewhere."""
    rows, starts = window_rows(windows)
    labels, columns = names_of_samples(windows)
    where = place_in_windows(starts, windows.shape[1], labels)
    refuse_infinity(rows, where=where, columns=columns)


def _as_array(X, estimator, input_name="X"):
    if isinstance(X, GatheredWindows):
        return X
    if type(X) is np.ndarray and X.dtype in _FLOATS and X.ndim >= 2 and X.size:
        return X  # there is nothing to check: for one window, checks would take most of the time
    return as_float(X, name=input_name, estimator=estimator, allow_nd=True, ensure_all_finite=False)


def _unflatten(X, steps):
    features, n_timesteps, order = steps
    if order is not None:
        X = X[:, order]
    row, item = X.strides
    return np.lib.stride_tricks.as_strided(
        X,
        (X.shape[0], n_timesteps, len(features)),
        (row, item * len(features), item),
        writeable=False,
    )


def _refuse_nameless_steps(X, input_name):
    """Raise a ValueError if `X` is the view that a windower of several features made flat.

    It is a view of the rows of a series of as many columns as its own rows are apart in memory. A
    copy of it is not told from univariate windows.
    """
    series = X
    while getattr(series, "base", None) is not None:
        series = series.base
    between_rows, item = X.strides
    overlap = len(X) > 1 and item == X.itemsize < between_rows < X.shape[1] * item
    if not overlap or np.ndim(series) != 2:
        return
    n_features = series.shape[1]
    if n_features > 1 and between_rows == n_features * item:
        raise ValueError(
            f"{input_name} is flat windows of {n_features} features without the names of their "
            "steps, and would be read as windows of one feature: leave out flatten=True in the "
            'SequenceWindower, or let it name them with set_output(transform="pandas"). If it '
            "is windows of one feature, pass X[:, :, np.newaxis]."
        )


def _rows_between_windows(windows):
    """Return by how many rows successive windows are apart in memory, None if unknown."""
    between_windows, between_steps = windows.strides[:2]
    if between_steps <= 0 or between_windows <= 0 or between_windows % between_steps:
        return None
    hop = between_windows // between_steps
    return hop if hop <= windows.shape[1] else None


def _refuse_partly_missing(chunk, finite, first, where, columns, input_name):
    infinite = np.isinf(chunk)
    if infinite.any():
        _raise_infinity(infinite, first, where, columns, input_name)
    partly = finite.any(axis=1) & ~finite.all(axis=1)
    if partly.any():
        row = int(np.argmax(partly))
        features = columns_at(np.flatnonzero(~finite[row]), columns)
        raise ValueError(
            f"{input_name} has a step that is only partly NaN ({where(first + row)}, "
            f"{features}): a missing step is one whose features are all NaN. Fill single "
            "missing values first, for instance with the last value seen (CausalImputer before a "
            "SequenceWindower, or DataFrame.ffill; of a panel CausalImputer(by=...), which fills "
            "no series with values of another)."
        )


def _raise_infinity(infinite, first, where, columns, input_name="X"):
    row, feature = np.argwhere(infinite)[0]
    place = f"{where(first + row)}, {columns_at([feature], columns)}"
    raise ValueError(
        f"{input_name} contains infinity ({place}); it takes finite numbers, and NaN for what was "
        "not observed."
    )


def as_token_windows(windows: np.ndarray, input_name: str = "X") -> np.ndarray:
    """Check that windows hold tokens, and return them with padding as missing steps.

    Parameters
    ----------
    windows : ndarray of shape (n_samples, n_timesteps, 1)
        Whole numbers from zero on; zero is padding, and so is NaN.
    input_name : str, default="X"
        What the windows are called in error messages.

    Returns
    -------
    windows : ndarray of shape (n_samples, n_timesteps, 1)
        A copy in which padding is NaN.

    Raises
    ------
    ValueError
        If a step holds several numbers, or one that is no token, or a window nothing but padding.
    """
    if windows.shape[2] != 1:
        raise ValueError(
            f"{input_name} must hold one token at each step if embedding_dim is set, got windows "
            f"of {windows.shape[2]} features: shape {windows.shape}."
        )
    missing = np.isnan(windows) | (windows == PADDING)
    wrong = ~missing & ((windows != np.floor(windows)) | (windows < 0) | (windows > LARGEST_TOKEN))
    if wrong.any():
        sample, step, _ = np.argwhere(wrong)[0]
        raise ValueError(
            f"{input_name} must hold tokens if embedding_dim is set: whole numbers from 0 "
            f"(padding) to {LARGEST_TOKEN}, got {windows[sample, step, 0]} (sample {sample}, step "
            f"{step}). TextSequencer numbers the words of texts; leave out embedding_dim for "
            "measured values."
        )
    nothing = missing.all(axis=(1, 2))
    if nothing.any():
        raise ValueError(
            f"{input_name} has a window without a token (sample {int(np.argmax(nothing))}): all of "
            f"its {windows.shape[1]} steps are padding. Remove such samples."
        )
    return np.where(missing, np.nan, windows)
