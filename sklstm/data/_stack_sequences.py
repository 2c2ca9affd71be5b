"""Sequences of unequal length as one array of windows: `stack_sequences`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sklstm.time_labels import check_order

from ._frames import column_names, index_of, is_frame, is_polars_series
from ._numbers import as_float
from ._other_tables import as_labelled, is_of_arrow
from ._panels import split_panel
from ._windows_input import features_in_fit


def stack_sequences(sequences: Any, by: Any = None) -> NDArray[np.floating]:
    """Put sequences of unequal length into one array, one sequence a row.

    Shorter ones end in missing steps (NaN), which recurrent estimators skip. The array goes
    through scikit-learn's splitters, pipelines and searches like any other: each sequence is one
    sample.

    Parameters
    ----------
    sequences : list of arrays or dataframes, object array or series of them, or dataframe
        Each one of shape (n_steps, n_features), or (n_steps,) of a single feature, oldest step
        first; columns of dataframes are those of the first, in any order. Or all of them below
        each other in one frame, with `by`.
    by : str or list of str, optional
        Column of the frame, or level of its index, that says to which sequence a row belongs; or
        several that say so together.

    Returns
    -------
    windows : ndarray of shape (n_sequences, longest, n_features)
        In the order of `sequences`, of a frame in the order of their first rows.

    Raises
    ------
    TypeError, ValueError
        If a sequence is empty, has other features than the first, or is not of numbers; or the
        rows of one are not in the order of time. The message names the sequence.

    See Also
    --------
    SequenceWindower : One window for each row of a series.

    Examples
    --------
    >>> import numpy as np
    >>> from sklstm import stack_sequences
    >>> stack_sequences([np.array([1.0, 2.0, 3.0]), np.array([4.0])])[:, :, 0]
    array([[ 1.,  2.,  3.],
           [ 4., nan, nan]])

    One frame, with a column that tells sequences apart:

    >>> import pandas as pd
    >>> frame = pd.DataFrame({"id": ["a", "b", "a"], "x": [1.0, 2.0, 3.0], "y": [5.0, 6.0, 7.0]})
    >>> stack_sequences(frame, by="id")
    array([[[ 1.,  5.],
            [ 3.,  7.]],
    <BLANKLINE>
           [[ 2.,  6.],
            [nan, nan]]])
    """
    if by is not None:
        named = list(split_panel(sequences, by, "sequences").parts())
    elif _is_collection(sequences):
        named = list(enumerate(sequences))
    elif is_frame(sequences) or isinstance(sequences, pd.Series) or is_polars_series(sequences):
        raise ValueError(
            "sequences is one frame: by= names the column, or the level of its index, that says to "
            "which sequence a row belongs."
        )
    else:
        raise TypeError(
            "sequences must be a list of arrays or dataframes, an object array of them, or a "
            f"dataframe with by=, got {type(sequences).__name__}."
        )
    if not named:
        raise ValueError("sequences must not be empty.")
    return _stacked(named, None)


def _is_ragged(X: Any) -> bool:
    """Return whether `X` holds sequences that are no array yet: of unequal length, or frames.

    It is a list, object array or series of them. Lists of lists are not meant: they may as well be
    rows that lack a value.
    """
    if type(X) is np.ndarray and X.ndim > 1:
        return False  # at once, for single predictions
    if not _is_collection(X) or not len(X) or not all(_is_sequence(one) for one in X):
        return False
    unequal = len({len(one) for one in X}) > 1
    return unequal or not isinstance(X, list | tuple) or any(map(_has_columns, X))


def without_ragged(X: Any, estimator: Any = None) -> Any:
    """Return sequences of unequal length, or frames, as one array; anything else as it is.

    Parameters
    ----------
    X : array-like
        Windows, or a collection of sequences.
    estimator : estimator, optional
        Whose `fit` has seen features, perhaps with names: frames may have them in any order. By
        default, or if it has seen none, their order is that of the first frame.

    Returns
    -------
    windows : ndarray of shape (n_sequences, longest, n_features), or `X`
        As from `stack_sequences`.

    Raises
    ------
    TypeError, ValueError
        As of `stack_sequences`, or if frames have other columns.
    """
    return _stacked(list(enumerate(X)), features_in_fit(estimator)) if _is_ragged(X) else X


def lengths_of_ragged(X: Any) -> np.ndarray | None:
    """Return the lengths of the sequences that `without_ragged` stacks; None: it stacks none."""
    return np.array([len(one) for one in X]) if _is_ragged(X) else None


def read_sequences(
    X: Any, estimator: Any = None
) -> tuple[Any, np.ndarray | None, list[Any] | None]:
    """Return what `without_ragged` does, with what is lost: lengths, and names of columns.

    Parameters
    ----------
    X : array-like
        Windows, or a collection of sequences.
    estimator : estimator, optional
        As of `without_ragged`.

    Returns
    -------
    windows : ndarray of shape (n_sequences, longest, n_features), or `X`
        Sequences as one array.
    lengths : ndarray of int of shape (n_sequences,) or None
        Their lengths; None if `X` is no collection of sequences.
    columns : list or None
        Columns of the first frame among them, None if there is none.
    """
    found = _first_columns(X) if _is_ragged(X) else None
    return without_ragged(X, estimator), lengths_of_ragged(X), found


def _is_collection(X):
    of_objects = isinstance(X, np.ndarray | pd.Series) and X.dtype == object and X.ndim == 1
    return isinstance(X, list | tuple) or of_objects


def _is_sequence(one):
    """Return whether a sequence is an array of numbers, of one axis or two, or a frame."""
    if isinstance(one, np.ndarray):
        return one.ndim in (1, 2) and one.dtype != object
    return _has_columns(one) or isinstance(one, pd.Series) or is_polars_series(one)


def _has_columns(one):
    return is_frame(one) or is_of_arrow(one)


def _first_columns(sequences):
    frames = (_as_frame(one) for one in sequences if _has_columns(one))
    return next(map(column_names, frames), None)


def _as_frame(one):
    return as_labelled(one) if is_of_arrow(one) else one


def _stacked(named, columns):
    """Return pairs of key and sequence as one array, with columns as wanted; None: as the first."""
    where = "the first one has" if columns is None else "those of fit had"
    wanted = columns or _first_columns(one for _, one in named)
    read = [_read(key, one, wanted, where) for key, one in named]
    n_features = read[0].shape[1]
    for (key, _), values in zip(named, read, strict=True):
        if values.shape[1] != n_features:
            raise ValueError(
                f"sequence {key!r} has {values.shape[1]} features, and the first one has "
                f"{n_features}."
            )
    return _padded(read)


def _read(key, one, wanted, where):
    name, one = f"sequence {key!r}", _as_frame(one)
    check_order(index_of(one), name=name)
    columns = column_names(one)
    if columns is not None and columns != wanted:
        if sorted(map(repr, columns)) != sorted(map(repr, wanted)):
            raise ValueError(f"{name} has the columns {columns}, and {where} {wanted}.")
        one = one[wanted]
    values = as_float(one, name=name, ensure_2d=False, ensure_all_finite=False)
    return values[:, np.newaxis] if values.ndim == 1 else values


def _padded(sequences):
    longest = max(map(len, sequences))
    shape = len(sequences), longest, sequences[0].shape[1]
    windows = np.full(shape, np.nan, dtype=np.result_type(*sequences))
    for window, values in zip(windows, sequences, strict=True):
        window[: len(values)] = values
    return windows
