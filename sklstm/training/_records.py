"""What goes into training, and what comes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from sklstm.losses import Loss

    from ._batch_order import BatchOrder

Weights = dict[str, np.ndarray]
OptimizerState = list[dict[str, np.ndarray]]


@dataclass(frozen=True)
class TrainingSettings:
    """How a network is trained: the hyperparameters of the loop, whatever the network.

    Parameters
    ----------
    loss : Loss
        What training minimises.
    optimizer, learning_rate, weight_decay, max_grad_norm, batch_size, shuffle : object
        As for the estimators.
    max_epochs : int
        Number of epochs, unless training stops before.
    dropout : float or tuple of float
        For all layers or for each of them.
    recurrent_dropout, n_iter_no_change, tol, device, engine, callbacks : object
        As for the estimators.
    seed, first_epoch : int
        The random numbers of an epoch depend on the seed and the number of the epoch, and on
        nothing else; the first epoch of this run has the number `first_epoch`.
    learning_rate_schedule : {"constant", "cosine"}, default="constant"
        As for the estimators, over all epochs of this run.
    last_loss : float, default=1.0
        Training loss of the epoch before the first one, if there was one.
    samples_per_epoch : int or None, default=None
        As for the estimators.
    """

    loss: Loss
    optimizer: str
    learning_rate: float
    weight_decay: float | Literal["auto"]
    max_grad_norm: float | None
    batch_size: int
    max_epochs: int
    shuffle: bool
    dropout: float | tuple[float, ...]
    recurrent_dropout: float
    n_iter_no_change: int | None
    tol: float
    device: str
    seed: int
    engine: str = "auto"
    learning_rate_schedule: str = "constant"
    callbacks: list[Any] | tuple[Any, ...] | None = None
    first_epoch: int = 0
    last_loss: float = 1.0
    samples_per_epoch: int | None = None


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
    step_weight : ndarray of shape (n_rows,) or None
        Weights of the rows of targets of every step, which multiply those of their samples.
    """

    windows: Any
    targets: Any
    sample_weight: np.ndarray | None = None
    batches: BatchOrder | None = None
    step_weight: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.windows)

    @property
    def n_steps(self) -> int:
        """Number of steps of the longest window."""
        return int(self.windows.lengths.max())

    @property
    def lengths(self) -> np.ndarray:
        """Number of steps of each window."""
        return self.windows.lengths

    @property
    def every_step(self) -> bool:
        """Whether there are targets for every step."""
        return not isinstance(self.targets, np.ndarray)

    @property
    def n_targets(self) -> np.ndarray:
        """Number of targets of each sample, shape (n_samples,)."""
        if not self.every_step:
            return np.ones(len(self.targets))
        return _sums(self.targets, is_target(self.targets.rows))

    @property
    def target_weights(self) -> np.ndarray:
        """Sum of the weights of the targets of each sample, without its own: (n_samples,)."""
        if self.step_weight is None:
            return self.n_targets
        return _sums(self.targets, np.where(is_target(self.targets.rows), self.step_weight, 0.0))

    def flat_targets(self, samples: Any) -> np.ndarray:
        """Return the targets of some samples, those of all steps one after the other."""
        if not self.every_step:
            return self.targets[samples]
        return self.targets.rows[self.targets.row_numbers(samples)]

    def compact(self, samples: Any) -> TrainingData:
        """Return some samples with rows of their own, without weights but those of steps."""
        windows, weight = self.windows.compact(samples), self.step_weight
        if not self.every_step:
            return TrainingData(windows, self.targets[samples])
        if weight is not None:
            weight = self.targets.with_rows(weight).compact(samples).rows
        return TrainingData(windows, self.targets.compact(samples), step_weight=weight)

    def flat_step_weight(self, samples: Any) -> np.ndarray | float:
        """Return the weights of `flat_targets`; one if they are all equal."""
        if self.step_weight is None:
            return 1.0
        return self.step_weight[self.targets.row_numbers(samples)]

    def weights(self, samples: Any) -> np.ndarray:
        """Return the weights of some samples, summed over their targets."""
        weight = self.target_weights[samples]
        return weight if self.sample_weight is None else self.sample_weight[samples] * weight

    def weight_sums(self, batches: BatchOrder) -> np.ndarray:
        """Return the sum of these weights over each batch of a `BatchOrder`.

        They are the numbers of targets, if samples have no weights.
        """
        return batches.sums(self.weights(batches.samples))


@dataclass(frozen=True)
class GatheredData:
    """Samples that are made when they are trained on, so that memory holds some at a time.

    Parameters
    ----------
    n_samples, n_steps : int
        Number of samples, and of steps of the longest window.
    gather : callable
        Takes an array of numbers of samples, and returns their `TrainingData`, in this order and
        without weights.
    batches : BatchOrder or None
        The batches of every epoch, where they are not drawn.
    """

    n_samples: int
    n_steps: int
    gather: Callable[[np.ndarray], TrainingData]
    batches: BatchOrder | None = None

    def __len__(self) -> int:
        return self.n_samples

    def weight_sums(self, batches: BatchOrder) -> np.ndarray:
        """Return the number of samples of each batch of a `BatchOrder`."""
        return batches.sizes.astype(np.float64)


def _sums(windows: Any, values: np.ndarray) -> np.ndarray:
    """Return the sum of the values of its rows for each window."""
    before = np.concatenate([[0.0], np.cumsum(values)])
    return before[windows.starts + windows.lengths] - before[windows.starts]


def is_target(rows: np.ndarray) -> np.ndarray:
    """Return the mask of rows with a target: numbers, or class numbers from zero on."""
    return rows >= 0 if rows.dtype.kind == "i" else ~np.isnan(rows[:, 0])


@dataclass
class TrainingResult:
    """The weights and the history of a training run.

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

    weights: Weights
    optimizer_state: OptimizerState
    loss_curve: list[float] = field(default_factory=list)
    validation_curve: list[float] = field(default_factory=list)
    best_validation_loss: float | None = None
    stop_reason: str = "max_epochs"


@dataclass
class RunState:
    """A training run after some of its epochs.

    A run that resumes from it ends with the same weights, to the last bit, as one without a
    break: the random numbers of an epoch depend on the seed and on its number alone.

    Parameters
    ----------
    seed : int
        That of the run.
    weights : dict of str to ndarray
        The present weights.
    optimizer_state : list of dict of str to ndarray
        State of the optimiser.
    best : tuple of (dict, list) or None
        Weights and state of the optimiser with the lowest validation loss.
    best_loss : float
        That loss; infinite without one.
    watched : tuple of (float, int)
        The lowest loss that early stopping has seen, and the epochs without an improvement.
    loss_curve, validation_curve : list of float
        Losses of the epochs.
    """

    seed: int
    weights: Weights
    optimizer_state: OptimizerState
    best: tuple[Weights, OptimizerState] | None
    best_loss: float
    watched: tuple[float, int]
    loss_curve: list[float] = field(default_factory=list)
    validation_curve: list[float] = field(default_factory=list)
