"""Means over the rows of each series, and over series."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sklstm.data import as_numbers, index_of


def as_columns(y: ArrayLike, name: str, *, finite: bool = True) -> NDArray[np.float64]:
    """Return numbers of shape (n_samples, n_outputs), which may be infinite unless `finite`."""
    values = as_numbers(y, name=name, ensure_2d=False, ensure_all_finite=finite)
    if not finite and np.isnan(values).any():
        row = int(np.argmax(np.isnan(values.reshape(len(values), -1)).any(axis=1)))
        raise ValueError(f"{name} is NaN in row {row}; it takes numbers, infinite ones too.")
    return values.astype(np.float64, copy=False).reshape(len(values), -1)


def check_same_shape(y: NDArray, other: NDArray, name: str, of: str = "y_true") -> None:
    """Raise a ValueError unless two arrays of columns have the same shape."""
    if other.shape != y.shape:
        raise ValueError(
            f"{name} must have the shape of {of}, {y.shape[0]} rows of {y.shape[1]} outputs; got "
            f"{other.shape[0]} rows of {other.shape[1]}."
        )


def weights_of(sample_weight: ArrayLike | None, n_samples: int) -> NDArray[np.float64]:
    """Return the weights of rows, all one by default; check that there is one for each."""
    if sample_weight is None:
        return np.ones(n_samples)
    weights = as_numbers(sample_weight, name="sample_weight", ensure_2d=False).astype(np.float64)
    if weights.shape != (n_samples,):
        raise ValueError(
            f"sample_weight must have one weight for each of {n_samples} rows, got an array of "
            f"shape {weights.shape}."
        )
    if (weights < 0).any():
        raise ValueError(
            f"sample_weight must not be negative, got {weights.min()} in row {weights.argmin()}."
        )
    if not weights.any():
        raise ValueError("sample_weight is zero in every row: there is nothing to average.")
    return weights


def averaged(errors: NDArray, multioutput: Any) -> float | NDArray:
    """Return the error of the outputs together, as `multioutput` says."""
    if isinstance(multioutput, str):
        return errors if multioutput == "raw_values" else float(errors.mean())
    weights = as_numbers(multioutput, name="multioutput", ensure_2d=False)
    if weights.shape != errors.shape:
        raise ValueError(
            f"multioutput must have one weight for each of {len(errors)} outputs, got an array of "
            f"shape {weights.shape}."
        )
    if not weights.sum():
        raise ValueError(f"The weights of outputs in multioutput={multioutput!r} sum to zero.")
    return float(np.average(errors, weights=weights))


def rows_by_series(
    series: ArrayLike | str | None, y_true: ArrayLike, taken: NDArray
) -> tuple[NDArray, int]:
    """Number the series of the rows that are taken.

    Parameters
    ----------
    series : array-like of shape (n_samples,), str or None
        Which series each row belongs to; a string, or a list of names, names levels of the index
        of `y_true`.
    y_true : array-like
        The rows.
    taken : ndarray of shape (n_samples,), bool
        Which of them count.

    Returns
    -------
    codes : ndarray of int of shape (n_taken,)
        Number of the series of each row that counts.
    n_series : int
        How many series have such rows.
    """
    if series is None:
        return np.zeros(int(taken.sum()), dtype=int), 1
    if names_levels(series, y_true):
        series = _index_levels(y_true, series, "y_true")
    codes, keys = pd.factorize(_labels(series, "series", y_true, "y_true")[taken])
    return codes, len(keys)


def series_codes(
    series: ArrayLike | str | None,
    series_train: ArrayLike | None,
    y_true: Any,
    y_train: Any,
) -> tuple[NDArray, NDArray, list[Any]]:
    """Number the series of true values and of training values.

    Returns
    -------
    codes : ndarray of int of shape (n_samples,)
        Number of the series of each row of `y_true`.
    codes_train : ndarray of int of shape (n_train,)
        The same for `y_train`.
    keys : list
        The series of each number; None where there is one only.
    """
    if series is None:
        if series_train is not None:
            raise ValueError("series_train goes with series, which is missing.")
        return np.zeros(len(y_true), dtype=int), np.zeros(len(y_train), dtype=int), [None]
    if names_levels(series, y_true):
        levels, series = series, _index_levels(y_true, series, "y_true")
        if series_train is None:
            series_train = _index_levels(y_train, levels, "y_train")
    elif series_train is None:
        raise ValueError(
            "series goes with series_train, the series of each row of y_train, which is missing."
        )
    labels = _labels(series, "series", y_true, "y_true")
    codes_train, keys = pd.factorize(_labels(series_train, "series_train", y_train, "y_train"))
    codes = keys.get_indexer(labels)
    if (codes < 0).any():
        unknown = list(labels[codes < 0].unique())
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        raise ValueError(
            f"y_train has no rows of series {unknown[:5]}{more}, of which y_true has some: their "
            "errors cannot be scaled."
        )
    return codes, codes_train, list(keys)


def names_levels(series: Any, y_true: Any) -> bool:
    """Tell whether series are named by levels of the index, and not row by row.

    One name among them that is a level makes the others names of levels, too.
    """
    if isinstance(series, str):
        return True
    index = index_of(y_true)
    if index is None or not isinstance(series, list | tuple):
        return False
    levels = set(index.names) - {None}
    if len(series) < len(index):  # too few to tell the series of each row
        return any(isinstance(name, Hashable) and name in levels for name in series)
    return bool(series) and all(isinstance(name, str) and name in levels for name in series)


def _index_levels(y: ArrayLike, levels: Any, name: str) -> pd.Index:
    """Return the keys of rows, which are tuples where several levels tell series apart."""
    index, names = index_of(y), [levels] if isinstance(levels, str) else levels
    for level in names:
        if index is None or level not in index.names:
            found = "no index" if index is None else f"levels {list(index.names)}"
            raise ValueError(
                f"series={level!r} is no level of the index of {name}: it has {found}."
            )
    assert index is not None
    parts = [index.get_level_values(level) for level in names]
    return (
        parts[0]
        if len(parts) == 1
        else pd.Index(list(zip(*parts, strict=True)), tupleize_cols=False)
    )


def _labels(labels: Any, name: str, y: Any, of: str) -> pd.Index:
    """Return the names of the series of the rows of `y`, as objects that are equal if they are."""
    if np.ndim(labels) != 1 or len(labels) != len(y):
        raise ValueError(
            f"{name} must be the series of each of {len(y)} rows of {of}, got an array of shape "
            f"{np.shape(labels)}."
        )
    # By way of an index, objects become Python's own: 'A' in messages, not np.str_('A').
    labels = pd.Index(labels, tupleize_cols=False).astype(object)
    if labels.hasnans:
        raise ValueError(f"{name} is missing in row {int(np.argmax(labels.isna()))}.")
    return labels


def sums_by_series(values: NDArray, codes: NDArray, n_series: int) -> NDArray:
    """Return the sum of the rows of each series, shape (n_series, n_outputs)."""
    columns = [np.bincount(codes, weights=column, minlength=n_series) for column in values.T]
    return np.stack(columns, axis=1)


def means_by_series(errors: NDArray, codes: NDArray, weights: NDArray, names: list[str]) -> NDArray:
    """Return the weighted mean of the errors of each series, shape (n_series, n_outputs)."""
    totals = np.bincount(codes, weights=weights)
    if (totals == 0).any():
        name = names[np.argmax(totals == 0)]
        raise ValueError(f"The sample_weight of the rows{name} sums to zero.")
    return (
        sums_by_series(errors * weights[:, np.newaxis], codes, len(names)) / totals[:, np.newaxis]
    )
