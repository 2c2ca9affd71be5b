"""The newest samples, held back to stop training by."""

import numpy as np


def newest_block(windows, validation_fraction):
    """Split samples in time into training and validation.

    The newest samples validate. Where windows share rows with their neighbours, the training
    samples whose windows reach into the validation windows are left out of both.

    Parameters
    ----------
    windows : WindowSet
        All samples, oldest first.
    validation_fraction : float in (0, 1)
        Share of the samples that validate.

    Returns
    -------
    training, validation : slice
        Samples of each.

    Raises
    ------
    ValueError
        If nothing would be left to train on.
    """
    n_samples = len(windows)
    n_validation = max(1, round(validation_fraction * n_samples))
    first = n_samples - n_validation
    gap = _overlap(windows, first) if 0 < first < n_samples else 0
    if first - gap < 1:
        raise ValueError(
            f"early_stopping=True leaves no training sample: of n_samples={n_samples}, "
            f"validation_fraction={validation_fraction} holds back {n_validation}, and {gap} more "
            "share steps with them. Give more samples, a smaller validation_fraction or "
            "early_stopping=False."
        )
    return slice(0, first - gap), slice(first, n_samples)


def _overlap(windows, first):
    """Return how many samples before `first` share rows with its window."""
    reach = windows.starts[:first] + windows.lengths[:first] > windows.starts[first]
    if reach[-1]:
        return first - int(np.argmax(reach))
    return _overlap_by_value(windows, first)


def _overlap_by_value(windows, first):
    """Return the same for windows that lie apart in memory, as copies of a view do.

    Told from window to window, backwards: each must hold what the next one begins with. Windows
    that are equal are no sign of a common series by themselves; they count once there is one.
    """
    after, offset, overlap = _values(windows, first), 0, 0
    for sample in range(first - 1, -1, -1):
        before = _values(windows, sample)
        shift = _shift(before, after)
        if shift is None or offset + shift >= len(before):
            break
        offset += shift
        if overlap or shift or len(before) != len(after):
            overlap = first - sample
        after = before
    return overlap


def _shift(before, after):
    """Return after how many steps of one window the other one begins, None if it never does."""
    for shift in range(len(before)):
        shared = min(len(before) - shift, len(after))
        if np.array_equal(before[shift : shift + shared], after[:shared]):
            return shift
    return None


def _values(windows, sample):
    return windows.gather(np.array([sample]))[0][0]
