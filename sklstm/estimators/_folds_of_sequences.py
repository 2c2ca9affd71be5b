"""Folds of sequences, by which classifiers of them are compared: `folds_of`."""

from __future__ import annotations

from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, check_cv

from sklstm._warn import caught_warnings, warn_user
from sklstm.data import WindowSet, newest_block, of_one_series

from ._of_sequences import LabelledSequences


class Fold(NamedTuple):
    """Numbers of the sequences that train, and of those that are held out."""

    train: np.ndarray
    test: np.ndarray


def folds_of(cv: Any, sequences: LabelledSequences) -> list[Fold]:
    """Return folds whose held-out sequences are of classes that training has, too.

    Parameters
    ----------
    cv : int, splitter or iterable
        Number of folds, fewer if no class has as many sequences, or groups. Of windows of one
        series that share of the newest is held out, without those that share rows with them.
    sequences : LabelledSequences
        The sequences.

    Returns
    -------
    folds : list of Fold
        Empty if no class has two sequences, or groups.

    Raises
    ------
    ValueError
        If windows of one series leave none to train on, or `cv` is not as described.

    Warns
    -----
    UserWarning
        If a class is never held out.
    """
    labels, groups = sequences.labels, sequences.groups
    counts = np.ones(len(labels), dtype=bool) if sequences.weight is None else sequences.weight > 0
    if not isinstance(cv, Integral):
        splits, why = _splits_of_user(cv, labels, groups), ""
    elif groups is None and of_one_series(sequences.windows):
        splits = [_newest(sequences.windows, int(cv))]
        why = (
            f" X looks like windows of one series, of which the newest 1/{cv} is held out. If they "
            "are of several, give groups (the recording of each window), or cv."
        )
    else:
        splits = _even_splits(int(cv), labels, groups)
        unit = "sequence" if groups is None else "group"
        why = f" Each class needs two {unit}s that have a weight."
    folds = []
    for train, test in splits:
        known = np.unique(labels[train[counts[train]]])
        test = test[np.isin(labels[test], known) & counts[test]]
        if len(test) and len(known) > 1:
            folds.append(Fold(train, test))
    _warn_of_unseen(labels, folds, why)
    return folds


def _splits_of_user(
    cv: Any, labels: np.ndarray, groups: np.ndarray | None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the splits of a splitter, or of a list of rows, as numbers of rows."""
    n = len(labels)
    if isinstance(cv, tuple | list):
        if not cv:
            raise ValueError("cv has no folds: give some, or a number of folds.")
        if any(not isinstance(fold, tuple | list | np.ndarray) or len(fold) != 2 for fold in cv):
            raise ValueError("cv takes a list of folds, each a pair of rows: (train, test).")
    try:
        splits = list(check_cv(cv, labels, classifier=True).split(np.zeros((n, 1)), labels, groups))
    except ValueError as error:
        if groups is None and "groups" in str(error):
            raise ValueError(f"cv={cv} needs groups: give groups to fit.") from error
        raise
    return [(_rows(train, n), _rows(test, n)) for train, test in splits]


def _rows(part: Any, n: int) -> np.ndarray:
    """Return numbers of rows, which may be given as a mask."""
    rows = np.asarray(part)
    if rows.dtype == bool and rows.shape == (n,):
        return np.flatnonzero(rows)
    if rows.ndim != 1 or rows.dtype.kind not in "iu" and rows.size:
        raise ValueError(
            f"cv takes numbers of rows, or masks of {n} rows; got {rows.dtype} of shape "
            f"{rows.shape}."
        )
    outside = rows[(rows < 0) | (rows >= n)].tolist()
    if outside:
        raise ValueError(f"cv has rows {outside[:5]}, and X has {n} sequences, from row 0 on.")
    return rows.astype(np.intp)


def _newest(windows: WindowSet, n_splits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the newest windows of a series, and those before that share no rows with them."""
    try:
        with caught_warnings():  # in words of early stopping
            parts = newest_block(windows, 1 / n_splits)
    except ValueError as error:
        raise ValueError(
            "X has windows that share rows, as those of one series do, and none is left to train "
            f"on where the newest of {len(windows)} are held out, a share of 1/{n_splits}. Give "
            "more windows, a larger cv or groups."
        ) from error
    train, test = (np.arange(len(windows))[part] for part in parts)
    return train, test


def _even_splits(
    n_splits: int, labels: np.ndarray, groups: np.ndarray | None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return splits that hold out as many of each class as they can."""
    units = np.arange(len(labels)) if groups is None else groups
    pairs = {*zip(labels.tolist(), units.tolist(), strict=True)}
    _, counts = np.unique([label for label, _ in pairs], return_counts=True)
    n_splits = min(n_splits, int(counts.max()))
    if n_splits < 2:
        return []
    splitter = (StratifiedKFold if groups is None else StratifiedGroupKFold)(n_splits)
    with caught_warnings():  # that some classes have fewer
        return list(splitter.split(np.zeros((len(labels), 1)), labels, groups))


def _warn_of_unseen(labels: np.ndarray, folds: list[Fold], why: str) -> None:
    held = [labels[fold.test] for fold in folds]
    unseen = np.setdiff1d(labels, np.concatenate(held) if held else []).tolist()
    if unseen:
        named = f"{unseen[:5]}{' and more' if len(unseen) > 5 else ''}"
        then = "do not count in the weights of whole sequences and slices"
        if not folds:
            then = "say nothing of whole sequences and slices, which have the same weight"
        warn_user(
            f"SequenceClassifier cannot validate the classes {named}: no fold holds some of each "
            f"out and trains on others. They {then}.{why}"
        )
