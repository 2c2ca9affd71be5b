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
    """Return how many samples before `first` share rows with its window.

    Told by the values, not by memory, so that a view of a series and a copy of it are split alike.
    """
    step = _steps_between(windows, first - 1, first)
    if step is None:
        return 0
    return min(int(np.ceil(windows.lengths[first] / step)) - 1, first)


def _steps_between(windows, earlier, later):
    """Return by how many steps two windows of one series are apart, None if they share none."""
    before, after = _values(windows, earlier), _values(windows, later)
    if len(before) < len(after) and np.array_equal(before, after[: len(before)]):
        return len(after) - len(before)  # both begin with the series, at its start
    for step in range(1, len(before)):
        shared = min(len(before) - step, len(after))
        if np.array_equal(before[step : step + shared], after[:shared]):
            return step
    return None


def _values(windows, sample):
    return windows.gather(np.array([sample]))[0][0]
