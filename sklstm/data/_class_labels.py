"""Class labels, or errors that name the row of what is no class: `read_class_labels`."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import assert_all_finite, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from sklstm.time_labels import is_time_dtype, label_text

from ._frames import index_of
from ._no_real_numbers import refuse_complex
from ._plain_values import ALL_TIMES, plain_labels, time_among


def read_class_labels(y: Any, name: str, place: Callable[[int], str] | None = None) -> np.ndarray:
    """Return the class labels of samples as an array of labels that can be sorted.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Class labels.
    name : str
        What they are called in error messages.
    place : callable, optional
        Says in words which label it is, given its number; by default its row.

    Returns
    -------
    labels : ndarray of shape (n_samples,)
        The labels.

    Raises
    ------
    ValueError
        If a label is missing (NaN, None, pandas' NA or masked), infinite, a time or a sequence, if
        labels have no order among each other, such as strings and numbers, are continuous, or
        objects that are neither strings nor numbers nor booleans.
    """
    plain = plain_labels(y)
    refuse_complex(plain, name)
    try:
        labels = column_or_1d(plain, warn=True, input_name=name)
    except ValueError as error:
        if "1d array" in str(error):
            raise ValueError(
                f"{error} It takes one class for each sample: of one-hot columns "
                f"np.argmax({name}, axis=1); several labels of a sample take a network each, "
                "MultiOutputClassifier, and a label for each step output='sequence'."
            ) from error
        if "inhomogeneous" not in str(error):
            raise
        raise ValueError(
            f"{name} is ragged: it takes one class for each sample. Recurrent classifiers take a "
            "label for each step of sequences of unequal length with output='sequence'."
        ) from error
    _refuse_missing(labels, y, name)
    _refuse_times(labels, plain, name)
    if labels.dtype == object:
        _refuse_mixed(labels, name, place or (lambda row: f"row {_row(y, row)}"))
        labels = _without_objects(labels, name)
    assert_all_finite(labels, input_name=name)
    check_classification_targets(labels)
    return labels


def read_classes(classes: Any) -> np.ndarray:
    """Return announced classes, sorted.

    Parameters
    ----------
    classes : array-like of shape (n_classes,)
        Class labels, each once or several times.

    Returns
    -------
    classes : ndarray of shape (n_classes,)
        Each of them once.

    Raises
    ------
    ValueError
        If one is missing, infinite or a time, if they have no order among each other, or another
        number of axes.
    """
    plain = plain_labels(classes)
    if np.ndim(plain) != 1:
        raise ValueError(f"classes must be of shape (n_classes,), got {np.shape(plain)}.")
    labels = column_or_1d(plain, input_name="classes")
    missing = pd.isna(labels)
    if missing.any():
        none = labels[int(np.argmax(missing))]
        raise ValueError(f"classes must hold class labels, and {none!r} is none: leave it out.")
    _refuse_times(labels, plain, "classes")
    if labels.dtype == object:
        _refuse_mixed(labels, "classes", "place {}".format)
        labels = _without_objects(labels, "classes")
    assert_all_finite(labels, input_name="classes")
    return np.unique(labels)


def _refuse_times(labels: np.ndarray, plain: Any, name: str) -> None:
    time = time_among(labels, ALL_TIMES)
    if time is not None or is_time_dtype(getattr(plain, "dtype", labels.dtype)):
        shown = next(iter(labels), labels.dtype) if time is None else time
        raise ValueError(
            f"{name} holds times (such as {shown!r}), which are not class labels: make names of "
            f"them, for instance with {name}.dt.day_name() or {name}.astype(str)."
        )


def _refuse_missing(labels: np.ndarray, y: Any, name: str) -> None:
    missing = pd.isna(labels)
    if missing.any():
        first, n_rows = int(np.argmax(missing)), int(missing.sum())
        more = f", the first of {n_rows} such rows" if n_rows > 1 else ""
        raise ValueError(
            f"Input {name} contains NaN: row {_row(y, first)} has no class ({labels[first]}{more})."
            " Leave these rows out; or, where rows must stay, as those of a series, give them any "
            "class and the sample_weight 0."
        )


def _refuse_mixed(labels: np.ndarray, name: str, place: Callable[[int], str]) -> None:
    texts = np.array([isinstance(label, str) for label in labels])
    if texts.any() and not texts.all():
        text, other = int(np.argmax(texts)), int(np.argmin(texts))
        raise ValueError(
            f"{name} holds classes without an order, such as {labels[text]!r} ({place(text)}) and "
            f"{labels[other]!r} ({place(other)}): make all of them strings, {name}.astype(str)."
        )


def _without_objects(labels: np.ndarray, name: str) -> np.ndarray:
    """Return numbers and booleans that are objects, as a column has them that once held None."""
    if all(isinstance(label, str) for label in labels):
        return labels
    plain = np.array(labels.tolist(), dtype=None if _are_scalars(labels) else object)
    if plain.dtype.kind in "biuf":
        return plain
    odd = next((label for label in labels if not _is_plain(label)), labels[0])
    if isinstance(odd, int):
        what = f"whole numbers beyond 64 bits, such as {odd!r}"
    else:
        what = (
            f"{type(odd).__name__} objects, such as {odd!r}, and a class is a string, an int, a "
            "float or a boolean"
        )
    raise ValueError(f"{name} holds {what}: make strings of them, {name}.astype(str).")


def _are_scalars(labels: np.ndarray) -> bool:
    return all(isinstance(label, Number | np.generic) for label in labels)


def _is_plain(label: Any) -> bool:
    return isinstance(label, Number | np.generic) and np.array(label).dtype.kind in "biuf"


def _row(y: Any, row: int) -> str:
    """Return the label of a row, its number if rows have no labels."""
    index = index_of(y)
    return str(row) if index is None else str(label_text(index[row]))
