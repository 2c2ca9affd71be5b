"""The newest samples, held back to stop training by."""

import re

import numpy as np

_NAMES = re.compile(r"\b(X|y|sample_weight)\b")


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


def scores_of_epochs(attributes, result):
    """Return one score for each epoch ever trained, NaN where nothing was held back.

    Parameters
    ----------
    attributes : dict
        Fitted attributes before the last epochs.
    result : TrainingResult
        What came of these.

    Returns
    -------
    scores : list of float or None
        None if there never was a held-back block.
    """
    earlier = attributes["validation_scores_"]
    if earlier is None and not result.validation_curve:
        return None
    earlier = earlier or [float("nan")] * len(attributes["loss_curve_"])
    latest = [-loss for loss in result.validation_curve]
    return earlier + (latest or [float("nan")] * len(result.loss_curve))


def held_out_samples(estimator, held_out, training, attributes):
    """Return the samples that a user holds back, checked like those of training.

    Parameters
    ----------
    estimator : RecurrentBase
        Whose `fit` was given them, and has looked at the training samples.
    held_out : tuple of (array-like, array-like, array-like or None)
        ``X_val``, ``y_val`` and ``sample_weight_val``.
    training : Samples
        What is trained on.
    attributes : dict
        What came of the targets of training.

    Returns
    -------
    validation : Samples
        Of the same features, outputs and classes.

    Raises
    ------
    ValueError
        If something is missing or not as in training; it is called by its name.
    """
    X, y, sample_weight = held_out
    if X is None or y is None:
        given, lacking = ("y_val", "X_val") if X is None else ("X_val", "y_val")
        given = "sample_weight_val" if X is None and y is None else given
        raise ValueError(f"{given} was given without {lacking}: validation takes both.")
    if not estimator.early_stopping:
        raise ValueError(
            "X_val and y_val were given, and early_stopping=False makes no use of them; set "
            "early_stopping=True (with n_iter_no_change=None training runs to its end)."
        )
    try:
        samples, _ = estimator._check_samples(
            X, y, sample_weight, False, attributes.get("classes_"), remember=False
        )
    except (TypeError, ValueError) as error:
        raise type(error)(_NAMES.sub(r"\1_val", str(error))) from error
    n_outputs, n_here = _n_outputs(training.targets), _n_outputs(samples.targets)
    if n_here != n_outputs:
        raise ValueError(f"y_val must have {n_outputs} outputs as y has, got {n_here}.")
    return samples


def _n_outputs(targets):
    targets = targets if isinstance(targets, np.ndarray) else targets.rows
    return 1 if targets.ndim == 1 else targets.shape[1]


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
