"""Targets of every step: of sequences of unequal length, and labels, which may be missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from ._class_labels import read_class_labels
from ._frames import column_names, refuse_other_columns
from ._numbers import weight_of_steps
from ._plain_values import plain_values

_UNCLEAR_TEXTS = ("", "nan", "None", "<NA>")  # what missing values become as strings
_IGNORED_BY_TORCH = -100


def padded_steps(
    y: Any, windows: np.ndarray, lengths: np.ndarray | None, name: str, *, numeric: bool
) -> Any:
    """Return targets (or weights) of sequences in the places of their steps, if in a list.

    Parameters
    ----------
    y : array-like
        A list with one list or array for each sequence, or anything else.
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        The windows, missing steps being NaN.
    lengths : ndarray of int of shape (n_samples,) or None
        Lengths of the sequences that the windows were made of; None: not known.
    name : str
        What `y` is called in error messages.
    numeric : bool
        Whether targets are numbers; otherwise they are labels.

    Returns
    -------
    padded : ndarray of shape (n_samples, n_timesteps) or (n_samples, n_timesteps, n_outputs)
        NaN where there is no target, None if they are labels; `y` itself if it is no list of
        sequences, or one of numbers of equal length.

    Raises
    ------
    ValueError
        If a sequence has not one target for each of its steps.
    """
    y = plain_values(y)
    if not _is_list_of_sequences(y):
        return y
    sequences = list(y)
    if numeric:
        if len({len(one) for one in sequences}) == 1:
            return y
        refuse_other_columns(sequences, name)
        sequences = [np.asarray(plain_values(one), dtype=np.float64) for one in sequences]
        axes = _common_axes(sequences, name)
        padded = np.full((*windows.shape[:2], *axes), np.nan)
    else:
        sequences = [_labels_of(one, f"{name}[{sample}]") for sample, one in enumerate(sequences)]
        padded = np.full(windows.shape[:2], None, dtype=object)
    observed = ~np.isnan(windows[:, :, 0])
    for sample, targets in enumerate(sequences):
        length = None if lengths is None else int(lengths[sample])
        first = _first_step(len(targets), observed[sample], length)
        if first is None:
            raise ValueError(_unequal(name, sample, len(targets), observed[sample], length))
        for step, target in enumerate(targets, start=first):
            padded[sample, step] = target
    return padded


def _common_axes(sequences: list[np.ndarray], name: str) -> tuple[int, ...]:
    """Return the axes of the targets of a step, or raise a ValueError if sequences differ."""
    axes = [one.shape[1:] for one in sequences]
    for sample, of_one in enumerate(axes):
        if of_one != axes[0]:
            raise ValueError(
                f"{name} must have the same outputs in every sequence: {name}[{sample}] has the "
                f"shape {sequences[sample].shape}, and {name}[0] {sequences[0].shape}."
            )
    return axes[0]


def _labels_of(one: Any, name: str) -> Any:
    """Return the labels of the steps of a sequence, without the axis that a column has."""
    if isinstance(one, list | tuple) and len(one) and _is_sequence(one[0]):
        one = np.asarray(one, dtype=object)
    shape: tuple[int, ...] = getattr(one, "shape", (len(one),))
    if len(shape) == 1:
        return one
    if shape[1] != 1:
        raise ValueError(
            f"{name} has {shape[1]} columns, and it takes one label for each step: of one-hot "
            f"columns np.argmax({name}, axis=1)."
        )
    columns = column_names(one)
    return one[:, 0] if columns is None else one[columns[0]]


def _is_list_of_sequences(y: Any) -> bool:
    is_list = isinstance(y, list | tuple | pd.Series) or (
        isinstance(y, np.ndarray) and y.dtype == object and y.ndim == 1
    )
    return is_list and len(y) > 0 and all(map(_is_sequence, y))


def _is_sequence(one: Any) -> bool:
    return hasattr(one, "__len__") and not isinstance(one, str | bytes | dict | set)


def _first_step(n_targets: int, observed: np.ndarray, length: int | None) -> int | None:
    """Return the step that the first of some targets belongs to, None if they do not fit."""
    if n_targets == (len(observed) if length is None else length):
        return 0
    if length is not None or not observed.any():
        return None
    first, behind = int(np.argmax(observed)), len(observed) - int(np.argmax(observed[::-1]))
    return first if n_targets == behind - first else None


def _unequal(
    name: str, sample: int, n_targets: int, observed: np.ndarray, length: int | None
) -> str:
    steps = np.flatnonzero(observed)
    if length is not None:
        what = f"has {length} steps"
    elif len(steps):
        what = f"has {steps[-1] - steps[0] + 1} steps, in a window of {len(observed)}"
    else:
        what = f"is a window of {len(observed)} missing steps"
    return f"{name} has {n_targets} values for sequence {sample}, which {what}: give one for each."


def step_labels(y: Any, name: str) -> np.ndarray:
    """Return labels of every step as an array of shape (n_samples, n_timesteps).

    Parameters
    ----------
    y : array-like
        Of this shape, or with a last axis of length one; a strided view stays one.
    name : str
        What it is called in error messages.

    Returns
    -------
    labels : ndarray of shape (n_samples, n_timesteps)
        Of any type.

    Raises
    ------
    ValueError
        If `y` has other axes.
    """
    labels = np.asarray(plain_values(y))
    if labels.ndim == 3 and labels.shape[2] == 1:
        labels = labels[:, :, 0]
    if labels.ndim != 2 or 0 in labels.shape:
        raise ValueError(
            f"{name} must hold a label for every step of every window with output='sequence', of "
            "shape (n_samples, n_timesteps), or be a list of sequences of labels; got an array of "
            f"shape {labels.shape}."
        )
    return labels


def read_flat_labels(
    flat: np.ndarray, name: str, place: Callable[[int], str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the labels of steps that have one, and which steps these are.

    A step has no label where it is NaN, None or pandas' NA. Numbers that other libraries take for
    missing labels, and strings that missing values turn into, are refused.

    Parameters
    ----------
    flat : ndarray of shape (n_steps,)
        Labels of any type.
    name : str
        What they are called in error messages.
    place : callable
        Says in words which step it is, given its number.

    Returns
    -------
    labels : ndarray of shape (n_known,)
        Class labels as from `read_class_labels`.
    known : ndarray of bool of shape (n_steps,)
        Which steps have a label.

    Raises
    ------
    ValueError
        If no step has a label, or a label is none, or it is not clear whether it is one.
    """
    known = ~pd.isna(flat)
    if not known.any():
        raise ValueError(
            f"{name} has no label to learn from: at every observed step of every window it is "
            "missing (NaN or None)."
        )
    numbers, labels = np.flatnonzero(known), flat[known]
    if labels.dtype == object and not any(isinstance(label, str) for label in labels):
        labels = np.array(labels.tolist())  # numbers among which there was None
    labels = read_class_labels(labels, name, lambda row: place(int(numbers[row])))
    _refuse_unclear(labels, name, lambda row: place(int(numbers[row])))
    return labels, known


def _refuse_unclear(labels: np.ndarray, name: str, place: Callable[[int], str]) -> None:
    """Raise a ValueError if a label may as well mean that there is none."""
    if labels.dtype.kind in "if":
        distinct = np.unique(labels)
        negative = distinct[distinct < 0].tolist()
        several = distinct[-1] >= 2
        if negative == [_IGNORED_BY_TORCH] or (negative == [-1] and several):
            row = int(np.argmax(labels == negative[0]))
            raise ValueError(
                f"{name} has the label {int(negative[0])} ({place(row)}) beside others up to "
                f"{distinct[-1]:.0f}, and it is not clear whether it is a class or says that there "
                "is none. Steps without a label are NaN: "
                f"np.where({name} == {int(negative[0])}, np.nan, {name}). If it is a class, give "
                f"the classes names, such as {name}.astype(str)."
            )
    elif labels.dtype.kind in "UO":
        texts = np.isin(labels.astype(str), _UNCLEAR_TEXTS)
        if texts.any():
            row = int(np.argmax(texts))
            raise ValueError(
                f"{name} has the label {str(labels[row])!r} ({place(row)}), which a missing value "
                "becomes as a string, and it is not clear whether it is a class. Steps without a "
                "label are None, in an array of dtype=object; if it is a class, give it another "
                "name."
            )


def labels_at_steps(classes: np.ndarray, probability: np.ndarray) -> np.ndarray:
    """Return the most probable class of each step.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        Class labels.
    probability : ndarray of shape (n_samples, n_timesteps, n_classes)
        NaN at missing steps.

    Returns
    -------
    labels : ndarray of shape (n_samples, n_timesteps)
        Of the type of `classes`. If steps are missing, numbers are floating point numbers, NaN
        there, and anything else are objects, None there.
    """
    missing = np.isnan(probability[:, :, 0])
    labels = classes[np.where(missing[:, :, np.newaxis], 0.0, probability).argmax(axis=2)]
    if not missing.any():
        return labels
    if labels.dtype.kind in "iuf":
        labels = labels.astype(np.result_type(labels.dtype, np.float32))
        labels[missing] = np.nan
    else:
        labels = labels.astype(object)
        labels[missing] = None
    return labels


def labelled_steps(
    y: Any, predicted: np.ndarray, sample_weight: Any = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return the labels of all steps that have one and a prediction, with these and weights.

    Parameters
    ----------
    y : array-like of shape (n_samples, n_timesteps)
        Labels, missing where there is none.
    predicted : ndarray of shape (n_samples, n_timesteps)
        Labels as from `labels_at_steps`.
    sample_weight : array-like of shape (n_samples,) or (n_samples, n_timesteps), optional
        Weights of the samples, or of their steps.

    Returns
    -------
    labels, predicted : ndarray of shape (n_steps,)
        Those of the first sample, of the second, and so on.
    sample_weight : ndarray of shape (n_steps,) or None
        Weight of each step, that of its sample if it has none.

    Raises
    ------
    ValueError
        If `y` has another shape than predictions, there is no such step, or a label is none.
    """
    labels = step_labels(y, "y")
    if labels.shape != predicted.shape:
        raise ValueError(
            f"y must have the shape of the predictions, got {labels.shape} and {predicted.shape}."
        )
    there = ~(pd.isna(labels) | pd.isna(predicted))
    if not there.any():
        raise ValueError("y has no step with both a label and a prediction.")
    steps = np.argwhere(there)
    place = "sample {}, step {}".format
    known, _ = read_flat_labels(labels[there], "y", lambda row: place(*steps[row]))
    weight = None if sample_weight is None else weight_of_steps(sample_weight, there)
    return known, predicted[there], weight
