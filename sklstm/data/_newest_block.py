"""Which windows share rows, and which of them validate: `newest_block` and `of_one_series`."""

import numpy as np

from sklstm._warn import warn_user

from ._window_set import WindowSet

_LOOKED_AT = 32  # pairs of neighbours, which say whether windows overlap


def newest_block(
    windows: WindowSet, validation_fraction: float
) -> tuple[slice | np.ndarray, slice]:
    """Split samples in time into training and validation.

    The newest samples validate. Training samples whose windows share rows with those of validation
    are left out of both: those right before them, or of series that stand among each other those
    before them of each series.

    Parameters
    ----------
    windows : WindowSet
        All samples, oldest first.
    validation_fraction : float in (0, 1)
        Share of the samples that validate.

    Returns
    -------
    training : slice or ndarray of int
        Samples to train on.
    validation : slice
        Samples that validate.

    Raises
    ------
    ValueError
        If nothing would be left to train on.

    Warns
    -----
    UserWarning
        If windows that share rows are shuffled, so that many are left out.
    """
    n_samples = len(windows)
    n_validation = max(1, round(validation_fraction * n_samples))
    first = n_samples - n_validation
    shares = _overlap(windows, first)
    if shares.all():
        raise ValueError(
            f"early_stopping=True leaves no training sample: of n_samples={n_samples}, "
            f"validation_fraction={validation_fraction} holds back {n_validation}, and {first} "
            "more share steps with them. Give more samples, a smaller validation_fraction or "
            "early_stopping=False."
        )
    n_training = first - int(shares.sum())
    if shares[n_training:].all():
        return slice(0, n_training), slice(first, n_samples)
    overlapping, later = _neighbours(windows)
    if not later[overlapping].all():
        warn_user(
            "early_stopping=True holds out the newest samples, but windows of a series are not in "
            f"the order of time: {first - n_training} of the other {first} share rows with those "
            "held out, and are not trained on. Do not shuffle them, or give X_val and y_val."
        )
    return np.flatnonzero(~shares), slice(first, n_samples)


def of_one_series(windows: WindowSet) -> bool:
    """Return whether windows show that they are successive windows of one series, or of several.

    They do if they share rows in memory and stand in the order of time, if they grow from one step
    on as those of a `SequenceWindower` do at the beginning of a series, or if neighbours hold the
    same values over half of their steps. Scaled windows that do not begin with a series show
    nothing.

    Parameters
    ----------
    windows : WindowSet
        The windows.

    Returns
    -------
    of_one_series : bool
        Whether they show it.
    """
    n_samples, lengths = len(windows), windows.lengths
    if n_samples < 2:
        return False
    longest = min(int(lengths.max()), n_samples)
    if longest > 1 and np.array_equal(lengths[:longest], np.arange(1, longest + 1)):
        return True
    shares, later = _neighbours(windows)
    if shares.mean() > 0.5 and later[shares].all():
        return True
    pairs = np.unique(np.linspace(0, n_samples - 2, _LOOKED_AT).astype(int))
    return np.mean([_half_overlaps(windows, sample) for sample in pairs]) > 0.5


def _neighbours(windows):
    """Return of windows in the order of their rows which share some with the next, and are earlier.

    Windows of other series may stand between two of one. Equal windows are no sign of a series.
    """
    order = np.lexsort((windows.lengths, windows.starts))
    starts, ends = windows.starts[order], (windows.starts + windows.lengths)[order]
    shares = (ends[:-1] > starts[1:]) & ((np.diff(starts) > 0) | (np.diff(ends) > 0))
    return shares, np.diff(order) > 0


def _half_overlaps(windows, sample):
    """Return whether a window and the next one have half of their values in common."""
    before, after = _values(windows, sample), _values(windows, sample + 1)
    shift = _shift(before, after)
    if not shift:  # equal windows are no sign of a series
        return shift == 0 and len(before) < len(after)
    return len(before) - shift >= len(after) / 2


def _overlap(windows, first):
    """Return which samples before `first` share rows with samples from there on."""
    starts, ends = windows.starts, windows.starts + windows.lengths
    n_places = len(windows.rows) + 1
    opened = np.bincount(starts[first:], minlength=n_places)
    closed = np.bincount(ends[first:], minlength=n_places)
    before = np.append(0, np.cumsum(np.cumsum(opened - closed)[:-1] > 0))  # rows that validate
    shares = before[ends[:first]] > before[starts[:first]]
    if first and not shares.any():
        shares[first - _overlap_by_value(windows, first) :] = True
    return shares


def _overlap_by_value(windows, first):
    """Return the same for windows without shared memory, such as copies of a view.

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
    return windows.padded(np.array([sample]))[0][0]
