"""Samples to stop training by, and the scores on them."""

import re

import numpy as np

_NAMES = re.compile(r"\b(X|y|sample_weight)\b")


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
