"""Windows with their targets and weights, on the way from the user to training."""

from dataclasses import dataclass, replace

import numpy as np
from sklearn.utils.validation import _check_sample_weight

from sklstm.data import WindowSet
from sklstm.training import TrainingData


@dataclass(frozen=True)
class Samples:
    """Samples to learn from.

    Parameters
    ----------
    windows : WindowSet
        Their windows.
    targets : ndarray of shape (n_samples, n_outputs), or (n_samples,) of class numbers
        What is to be learned; a `WindowSet` of targets of every step.
    sample_weight : ndarray of shape (n_samples,) or None
        Their weights; None: all equal.
    """

    windows: WindowSet
    targets: np.ndarray | WindowSet
    sample_weight: np.ndarray | None

    def __len__(self):
        return len(self.windows)

    def take(self, index):
        """Return the samples at `index` (a slice or an array of integers)."""
        weight, targets = self.sample_weight, self.targets
        weight = None if weight is None else weight[index]
        targets = targets[index] if isinstance(targets, np.ndarray) else targets.take(index)
        return Samples(self.windows.take(index), targets, weight)

    def with_targets(self):
        """Return the samples that have a target at any step.

        Raises
        ------
        ValueError
            If there is none, or none with a weight.
        """
        counts = TrainingData(self.windows, self.targets).n_targets
        weight = counts if self.sample_weight is None else counts * self.sample_weight
        if not weight.any():
            raise ValueError(
                "y has no target to learn from: at every step of every sample it is NaN, or the "
                "step is missing in X, or the sample has no weight."
            )
        return self if counts.all() else self.take(np.flatnonzero(counts))

    def without_weightless(self):
        """Return the samples whose weight is not zero, the largest weight being one.

        Only ratios of weights matter; so scaled, single precision holds them.
        """
        if self.sample_weight is None:
            return self
        weight = self.sample_weight / self.sample_weight.max()
        weight[weight < np.finfo(np.float32).tiny] = 0.0
        return replace(self, sample_weight=weight).take(np.flatnonzero(weight))


def check_sample_weight(sample_weight, n_samples):
    """Return weights as doubles of shape (n_samples,); None stays None.

    Raises
    ------
    ValueError
        If weights are negative, infinite, all zero or of another shape.
    """
    if sample_weight is None:
        return None
    return _check_sample_weight(
        sample_weight, np.empty((n_samples, 0)), dtype=np.float64, ensure_non_negative=True
    )
