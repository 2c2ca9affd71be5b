"""Whether training has learned anything at all: `warn_if_nothing_learned`."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning

from sklstm._warn import warn_user
from sklstm.data import LEARNS_REST
from sklstm.losses import Likelihood, Loss
from sklstm.training import TrainedNetwork, TrainingData, is_target

_ROUNDING = 1e-9  # of standardised targets: the loss of a constant where all are equal
_SHARE = 0.99  # of the loss of a constant: above it nothing worth the name was learned
_DIVERGED = 2.0  # times the loss of a constant, or of an untrained network if that is larger


def warn_if_nothing_learned(
    estimator: Any, network: TrainedNetwork, data: TrainingData, loss: Loss
) -> None:
    """Issue a `ConvergenceWarning` if a fit ends no better than a constant prediction.

    It is silent where the user has set the number of epochs, and training has kept to it; of
    regressors, of which many learn from noise, wherever training has taken all epochs, and of those
    that learn what another model leaves. It is never silent where an error is twice that of a
    constant, and of a network before training: then training diverges.

    Parameters
    ----------
    estimator : estimator
        What was fitted.
    network : TrainedNetwork
        After training.
    data : TrainingData
        What it was trained on.
    loss : Loss
        What training minimised.
    """
    stopped_by_itself = network.stop_reason in ("training_loss", "validation_score")
    chosen = estimator.max_epochs == "auto" and is_classifier(estimator)
    reached = _loss_reached(network)
    diverges = reached >= _DIVERGED * _untrained(estimator) and not isinstance(loss, Likelihood)
    if not (chosen or stopped_by_itself or diverges):
        return
    try:
        of_constant = loss_of_constant(data, loss)
    except NotImplementedError:  # a loss that does not say what its best constant is
        return
    may_be_noise = LEARNS_REST.get() or not (chosen or stopped_by_itself)
    enough = _DIVERGED if may_be_noise else _SHARE
    if reached < enough * of_constant or of_constant < _ROUNDING:
        return
    constant = "the class shares" if is_classifier(estimator) else "a constant prediction"
    warn_user(
        f"{type(estimator).__name__} has learned nothing from X: after {network.n_iter} epochs the "
        f"training loss is {reached:.4g}, and that of {constant} alone {of_constant:.4g}. "
        + _what_to_try(estimator, diverges),
        ConvergenceWarning,
    )


def _what_to_try(estimator, diverges):
    rate = f"learning_rate (it is {estimator.learning_rate})"
    if diverges:
        return f"Training diverges: try a smaller {rate}, or a scaler if X has outliers."
    return (
        f"Try more epochs (max_epochs=1000, n_iter_no_change=None), another {rate}, a scaler "
        "if X has outliers, or patch_size=10 for windows of more than a hundred steps. If X says "
        "nothing of y, as past prices say nothing of later ones, this is to be expected."
    )


def _loss_reached(network):
    """Return the training loss of the last epoch, or of one whose weights are kept if smaller."""
    curve, best = network.loss_curve, network.best_validation_score
    scores = network.validation_scores or []
    kept = [loss for loss, score in zip(curve, scores, strict=False) if score == best]
    return min([curve[-1], *kept[-1:]])


def _untrained(estimator):
    """Return about the loss of a network that has just begun: of equal shares, or of zero."""
    return np.log(len(estimator.classes_)) if is_classifier(estimator) else 1.0


def loss_of_constant(data: TrainingData, loss: Loss) -> float:
    """Return the smallest mean loss of a prediction that is the same for all samples.

    Parameters
    ----------
    data : TrainingData
        Targets with their weights.
    loss : Loss
        Which loss.

    Returns
    -------
    loss : float
        The entropy of the class shares, the variance, and so on.
    """
    if data.every_step:
        known = is_target(data.targets.rows)
        weight = data.targets.row_weight(data.sample_weight)[known]
        if data.step_weight is not None:
            weight *= data.step_weight[known]
        targets = data.targets.rows[known]
    else:
        targets, weight = data.targets, data.sample_weight
    if targets.dtype.kind == "i":
        counts = np.bincount(targets, weight)
        shares = counts[counts > 0] / counts.sum()
        return float(-shares @ np.log(shares))
    targets = targets.astype(np.float64)
    constant = loss.optimal_constant(targets, weight)
    losses = loss.of_rows(np.tile(constant, (len(targets), 1)), targets)
    return float(np.average(losses, weights=weight))
