"""What goes into training, and what comes out."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class TrainingData:
    """Windows with their targets.

    Parameters
    ----------
    windows : WindowSet
        Standardised rows in the precision of training; or tokens, whole numbers of shape (n, 1).
    targets : ndarray of shape (n_samples, n_outputs), or (n_samples,) of class numbers
        What the network is to return. If it returns something at every step, a `WindowSet` over
        such rows, one for each step of the windows: of a step without target the row is NaN, the
        class number negative. Each sample has one target at least.
    sample_weight : ndarray of shape (n_samples,) or None
        Weights of the samples.
    batches : BatchOrder or None
        The batches of every epoch, where they are not drawn.
    """

    windows: object
    targets: object
    sample_weight: np.ndarray | None = None
    batches: object = None

    @property
    def every_step(self):
        """Whether there are targets for every step."""
        return not isinstance(self.targets, np.ndarray)

    @property
    def n_targets(self):
        """Number of targets of each sample, shape (n_samples,)."""
        if not self.every_step:
            return np.ones(len(self.targets))
        before = np.concatenate([[0.0], np.cumsum(is_target(self.targets.rows))])
        starts = self.targets.starts
        return before[starts + self.targets.lengths] - before[starts]

    def flat_targets(self, samples):
        """Return the targets of some samples, those of all steps one after the other."""
        if not self.every_step:
            return self.targets[samples]
        return self.targets.rows[self.targets.row_numbers(samples)]

    def gathered(self, samples):
        """Return some samples with rows of their own, without weights."""
        targets = self.targets
        targets = targets.gathered(samples) if self.every_step else targets[samples]
        return TrainingData(self.windows.gathered(samples), targets)

    def weights(self, samples):
        """Return the weights of some samples, each counted once for every target."""
        weight = self.n_targets[samples]
        return weight if self.sample_weight is None else self.sample_weight[samples] * weight

    def weight_sums(self, batches):
        """Return the sum of these weights over each batch of a `BatchOrder`.

        They are the numbers of targets, if samples have no weights.
        """
        return batches.sums(self.weights(batches.samples))


def is_target(rows):
    """Tell which rows hold a target: numbers, or class numbers from zero on."""
    return rows >= 0 if rows.dtype.kind == "i" else ~np.isnan(rows[:, 0])


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
