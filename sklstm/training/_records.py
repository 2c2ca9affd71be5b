"""What goes into training, and what comes out."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class TrainingData:
    """Windows with their targets.

    Parameters
    ----------
    windows : WindowSet
        Standardised rows in the precision of training.
    targets : ndarray of shape (n_samples, n_outputs), or (n_samples,) of class numbers
        What the network is to return.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples.
    """

    windows: object
    targets: np.ndarray
    sample_weight: np.ndarray | None = None

    def weight_sums(self, order, batch_size):
        """Return the sum of the weights of each batch.

        Parameters
        ----------
        order : ndarray of shape (n_samples,)
            Samples in the order of the batches.
        batch_size : int
            Samples per batch; the last one may be smaller.

        Returns
        -------
        sums : ndarray of shape (n_batches,)
            Numbers of samples if they have no weights.
        """
        if self.sample_weight is None:
            full, rest = divmod(len(order), batch_size)
            return np.array([batch_size] * full + [rest] * (rest > 0), dtype=np.float64)
        weight = self.sample_weight[order]
        return np.add.reduceat(weight, np.arange(0, len(weight), batch_size))


@dataclass
class TrainingResult:
    """What training gives.

    Parameters
    ----------
    weights : dict of str to ndarray
        The last weights, or with validation data the best ones.
    optimizer_state : list of dict of str to ndarray
        State of the optimiser when it had these weights.
    loss_curve : list of float
        Mean training loss of each epoch.
    validation_curve : list of float
        Validation loss after each epoch, if there is validation data.
    best_validation_loss : float or None
        That of `weights`.
    stop_reason : {"max_epochs", "training_loss", "validation_score", "callback"}
        Why training ended.
    """

    weights: dict
    optimizer_state: list
    loss_curve: list = field(default_factory=list)
    validation_curve: list = field(default_factory=list)
    best_validation_loss: float | None = None
    stop_reason: str = "max_epochs"
