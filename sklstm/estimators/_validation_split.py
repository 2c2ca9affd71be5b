"""Which samples early stopping holds out as a validation set: `validation_split`."""

from __future__ import annotations

import numpy as np

from sklstm._warn import warn_user
from sklstm.data import WindowSet, newest_block, of_one_series

from ._samples import Samples


def validation_split(
    samples: Samples, fraction: float, classes: np.ndarray | None, *, tokens: bool = False
) -> tuple[Samples, Samples]:
    """Split samples into a training set and a validation set.

    Windows of one series are split in time: the newest validate. Of unrelated sequences with
    classes, the newest of every class validate, so that training meets all classes in whatever
    order the samples stand. Where groups are known, whole groups validate. Nothing is drawn at
    random.

    Parameters
    ----------
    samples : Samples
        All samples.
    fraction : float in (0, 1)
        Share of the samples that validate.
    classes : ndarray of shape (n_classes,) or None
        Class labels, of which the targets are numbers; None for numeric targets.
    tokens : bool, default=False
        Whether the windows hold tokens: then they are no windows of one series.

    Returns
    -------
    training, validation : Samples
        The two sets.

    Raises
    ------
    ValueError
        If nothing would be left to train on, or nothing can be held out.

    Warns
    -----
    UserWarning
        If a class occurs in the held-out block alone, and is never learned.
    """
    targets, windows = samples.targets, samples.windows
    if samples.groups is not None:
        of_class = classes is not None and not isinstance(targets, WindowSet)
        numbers = np.asarray(targets) if of_class else np.zeros(len(samples), dtype=int)
        return _taken(samples, newest_groups(samples.groups, numbers, fraction))
    if classes is None:
        return _taken(samples, newest_block(windows, fraction))
    if isinstance(targets, WindowSet):
        block = newest_block(windows, fraction)
        _warn_of_unlearned(_labels_of(targets), _labels_of(targets.take(block[0])), classes)
        return _taken(samples, block)
    if tokens or not _may_be_one_series(windows):
        return _taken(samples, newest_of_each_class(targets, fraction))
    block = newest_block(windows, fraction)
    _warn_of_unlearned(targets, targets[block[0]], classes)
    return _taken(samples, block)


def _taken(samples: Samples, parts: tuple[slice | np.ndarray, slice | np.ndarray]):
    training, validation = parts
    return samples.take(training), samples.take(validation)


def newest_of_each_class(targets: np.ndarray, fraction: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the samples that train, and of those that validate.

    Parameters
    ----------
    targets : ndarray of int of shape (n_samples,)
        Class of each sample, as a number.
    fraction : float in (0, 1)
        Share of the samples that validate; of each class nearly the same. Each class keeps one
        sample at least for training.

    Returns
    -------
    training, validation : ndarray of int
        In the order of the samples.

    Raises
    ------
    ValueError
        If each class has a single sample.
    """
    numbers, counts = np.unique(targets, return_counts=True)
    n_validation = max(1, round(fraction * len(targets)))
    shares = np.minimum(fraction * counts, counts - 1)
    held = np.floor(shares).astype(int)
    # What rounding down has left goes to the largest remainders.
    by_remainder = np.argsort(held - shares, kind="stable")
    for place in by_remainder[: max(0, n_validation - held.sum())]:
        held[place] += held[place] < counts[place] - 1
    if not held.any():
        raise ValueError(
            f"early_stopping=True can hold out no sample: each of the {len(numbers)} classes has "
            "a single one, which training needs. Give more samples, X_val and y_val, or "
            "early_stopping=False."
        )
    validates = np.zeros(len(targets), dtype=bool)
    for number, n_held in zip(numbers, held, strict=True):
        of_class = np.flatnonzero(targets == number)
        validates[of_class[len(of_class) - n_held :]] = True
    return np.flatnonzero(~validates), np.flatnonzero(validates)


def newest_groups(
    groups: np.ndarray, targets: np.ndarray, fraction: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of the samples that train, and of those that validate: whole groups.

    Parameters
    ----------
    groups : ndarray of int of shape (n_samples,)
        Group of each sample, numbered in the order of their first samples.
    targets : ndarray of int of shape (n_samples,)
        Class of each sample, as a number; zeros if there are none.
    fraction : float in (0, 1)
        Share of the samples of each class that validate, as near as whole groups come. One group
        validates at least, and each class keeps a group for training.

    Returns
    -------
    training, validation : ndarray of int
        In the order of the samples.

    Raises
    ------
    ValueError
        If no group can be held out.
    """
    table = np.zeros((groups.max() + 1, targets.max() + 1))  # samples of each group and class
    np.add.at(table, (groups, targets), 1)
    wanted, left = fraction * table.sum(axis=0), table.sum(axis=0)
    held, taken = np.zeros(len(table), dtype=bool), np.zeros_like(wanted)
    for at_least_one in (False, True):
        for group in range(len(table) - 1, -1, -1):
            counts = table[group]
            there = counts > 0
            lacking = wanted - taken >= counts / 2
            useful = not taken.any() if at_least_one else (lacking & there).any()
            if useful and (left - counts > 0)[there].all():
                held[group] = True
                taken, left = taken + counts, left - counts
    if not held.any():
        raise ValueError(
            f"early_stopping=True can hold out no whole group: of {len(table)} groups each has a "
            "class to itself, or there is one alone. Give more groups, X_val and y_val, or "
            "early_stopping=False."
        )
    return np.flatnonzero(~held[groups]), np.flatnonzero(held[groups])


def _may_be_one_series(windows: WindowSet) -> bool:
    # Whether windows of one step follow each other in time cannot be seen.
    return bool(windows.lengths.max() == 1) or of_one_series(windows)


def _labels_of(targets: WindowSet) -> np.ndarray:
    numbers = np.unique(targets.rows[targets.row_weight() > 0])
    return numbers[numbers >= 0]


def _warn_of_unlearned(targets: np.ndarray, training: np.ndarray, classes: np.ndarray) -> None:
    unlearned = classes[np.setdiff1d(targets, training)].tolist()
    if unlearned:
        warn_user(
            f"early_stopping=True holds out the newest samples, and the classes {unlearned[:5]}"
            f"{' and more' if len(unlearned) > 5 else ''} occur in these, or in the gap before "
            "them, alone: they are never learned. Give X_val and y_val, or early_stopping=False; "
            "if samples are no rows of one series, shuffle them.",
        )
