"""The log loss of classifiers and language models: minus the log-likelihood of the class."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import softmax

from ._functions import NUMPY, Functions
from ._loss import Loss

_LABEL = "Log loss (nats)"


def log_loss(n_outputs: int) -> Loss:
    """Return the log loss of a network.

    Parameters
    ----------
    n_outputs : int
        Number of outputs: one, the log odds of the second of two classes, or one for each class.

    Returns
    -------
    loss : Loss
        `BinaryLogLoss` or `MultinomialLogLoss`.
    """
    return BinaryLogLoss() if n_outputs == 1 else MultinomialLogLoss(n_outputs)


@dataclass(frozen=True)
class BinaryLogLoss(Loss):
    """Log loss of two classes, whose numbers are 0 and 1; the output is the log odds of 1."""

    name = "log_loss"
    label = _LABEL

    @classmethod
    def value(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return ``log(1 + exp(-x))`` for class 1 and ``log(1 + exp(x))`` for class 0."""
        return -f.log_logistic((target + target - 1.0) * outputs[0])

    @classmethod
    def gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the probability of class 1 less the target."""
        return (f.logistic(outputs[0]) - target,)

    def optimal_constant(
        self, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the log odds of class 1."""
        share = np.average(targets, weights=sample_weight)
        return np.array([np.log(share) - np.log1p(-share)])

    def decision(self, outputs: np.ndarray) -> np.ndarray:
        """Return the likelier class, as a truth value."""
        return outputs[:, 0] > 0

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Return the probability of class 1."""
        return NUMPY.logistic(outputs[:, 0].astype(np.float64))


@dataclass(frozen=True)
class MultinomialLogLoss(Loss):
    """Log loss of several classes; the outputs are log-probabilities but for a constant.

    Parameters
    ----------
    n_classes : int
        Number of classes, each of which has an output.
    """

    name = "log_loss"
    label = _LABEL
    over_outputs = True
    n_classes: int

    @property
    def n_outputs_per_target(self) -> int:
        """One for each class."""
        return self.n_classes

    @classmethod
    def value(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return minus the log-softmax of the output of the class."""
        return f.cross_entropy(outputs, target)

    @classmethod
    def gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return the probabilities, less one for the class that it is."""
        return cls.value_and_gradient(f, outputs, target, constants)[1]

    @classmethod
    def value_and_gradient(cls, f: Functions, outputs: Any, target: Any, constants: Any) -> Any:
        """Return both from the same exponentials, which `keep` writes in place of the outputs."""
        largest = f.max(outputs)
        lead = largest - f.pick(outputs, target)
        hits = f.one_hot(outputs, target)
        shares = f.keep(f.exp(outputs - largest))
        total = f.sum(shares)
        return f.log(f.precise(total)) + f.precise(lead), shares / total - hits

    def optimal_constant(
        self, targets: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the logarithms of the shares of the classes, less their mean."""
        counts = np.bincount(targets, weights=sample_weight, minlength=self.n_classes)
        logs = np.log(counts / counts.sum())
        return logs - logs.mean()

    def decision(self, outputs: np.ndarray) -> np.ndarray:
        """Return the number of the likeliest class."""
        return outputs.argmax(axis=1)

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Return the softmax of the outputs."""
        return softmax(outputs.astype(np.float64), axis=1)
