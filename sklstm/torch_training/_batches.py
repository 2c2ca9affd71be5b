"""Batches gathered when they are needed, in place of a data loader."""

import numpy as np
import torch


class Batches:
    """Iterate over a set of windows in batches of tensors.

    Parameters
    ----------
    data : TrainingData
        Windows, targets and weights.
    batch_size : int
        Samples per batch; the last one may be smaller.
    device : torch.device
        Where the tensors go.
    """

    def __init__(self, data, batch_size, device):
        self.data = data
        self.batch_size = batch_size
        self.device = device
        self.order = np.arange(len(data.windows))
        self._ragged = len(np.unique(data.windows.lengths)) > 1

    def __len__(self):
        return len(self.order)

    def __iter__(self):
        """Yield pairs: arguments of the network by name, and targets, with weights if any."""
        for first in range(0, len(self.order), self.batch_size):
            samples = self.order[first : first + self.batch_size]
            values, lengths = self.data.windows.gather(samples)
            inputs = {"values": self._tensor(values)}
            if self._ragged:
                inputs["lengths"] = self._tensor(lengths)
            yield inputs, self._targets(samples)

    def _targets(self, samples):
        target = self._tensor(self._target_values(samples))
        weight = self.data.sample_weight
        if weight is None:
            return target
        return target, self._tensor(weight[samples].astype(self.data.windows.rows.dtype))

    def _target_values(self, samples):
        """Return targets; those of every step, as many as the longest window has steps."""
        if not self.data.every_step:
            return self.data.targets[samples]
        values, lengths = self.data.targets.gather(samples)
        none = -1 if values.dtype.kind == "i" else np.nan
        values[np.arange(values.shape[1]) >= lengths[:, np.newaxis]] = none
        return values

    def _tensor(self, array):
        return torch.from_numpy(array).to(self.device)
