"""Batches gathered when they are needed, in place of a data loader."""

import numpy as np
import torch


class Batches:
    """Iterate over a set of windows in batches of tensors.

    `batches` may be replaced.

    Parameters
    ----------
    data : TrainingData or GatheredData
        Windows, targets and weights, and which batches there are.
    device : torch.device
        Where the tensors go.
    dtype : numpy dtype
        Precision of the weights.
    """

    def __init__(self, data, device, dtype):
        self.data = data
        self.device, self.dtype = device, dtype
        self.batches = data.batches
        self.gathers = hasattr(data, "gather")
        self._ragged = not self.gathers and len(np.unique(data.lengths)) > 1

    def __len__(self):
        return len(self.batches.samples)

    def __iter__(self):
        """Yield pairs: arguments of the network by name, and targets, with weights if any."""
        for batch in self.batches.slices():
            samples, data, ragged = self.batches.samples[batch], self.data, self._ragged
            if self.gathers:
                samples, data = np.arange(len(samples)), data.gather(samples)
                ragged = bool((data.lengths != self.data.n_steps).any())
            values, lengths = data.windows.padded(samples)
            inputs = {"values": self._tensor(values)}
            if ragged:
                inputs["lengths"] = self._tensor(lengths)
            if self.batches.continues is not None:
                inputs["continues"] = self._tensor(self.batches.continues[batch])
            yield inputs, self._targets(data, samples)

    def _targets(self, data, samples):
        target = self._tensor(_target_values(data, samples))
        weight = _weights(data, samples)
        return target if weight is None else (target, self._tensor(weight.astype(self.dtype)))

    def _tensor(self, array):
        return torch.from_numpy(array).to(self.device)


def _target_values(data, samples):
    """Return targets; those of every step, as many as the longest window has steps."""
    if not data.every_step:
        return _as_torch_takes(data.targets[samples])
    values, lengths = data.targets.padded(samples)
    none = -1 if values.dtype.kind == "i" else np.nan
    values[np.arange(values.shape[1]) >= lengths[:, np.newaxis]] = none
    return _as_torch_takes(values)


def _weights(data, samples):
    """Return the weights of samples, or of all of their steps where these have weights."""
    weight = None if data.sample_weight is None else data.sample_weight[samples]
    if data.step_weight is None:
        return weight
    of_steps, _ = data.targets.with_rows(data.step_weight).padded(samples)
    return of_steps if weight is None else of_steps * weight[:, np.newaxis]


def _as_torch_takes(targets):
    """Return numbers of classes in the precision that losses of torch want."""
    return targets.astype(np.int64) if targets.dtype.kind == "i" else targets
