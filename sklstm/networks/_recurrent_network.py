"""A stacked recurrent network with a linear head, as a torch module."""

import torch
from torch import nn
from torch.nn import functional

from sklstm.recurrence import per_level

from ._dropout import dropout_mask
from ._layers import can_fuse, fused_layer, stepwise_layer


class RecurrentNetwork(nn.Module):
    """Recurrent layers, read by a linear head at the end of each sequence or at every step.

    Parameters
    ----------
    spec : NetworkSpec
        What the network consists of.
    weights : dict of str to ndarray
        Its parameters, copied; the module's own have the same names.
    dropout : float in [0, 1) or tuple of them, default=0.0
        Share of the outputs of every recurrent layer, or of each, that is set to zero in training.
    recurrent_dropout : float in [0, 1), default=0.0
        Share of the hidden units that is not fed back, the same ones at every step of a sequence.
    generator : torch.Generator, optional
        Where dropout draws from, on the device of the module.
    """

    def __init__(self, spec, weights, *, dropout=0.0, recurrent_dropout=0.0, generator=None):
        super().__init__()
        self.spec = spec
        self.dropout = per_level(dropout, spec.num_layers)
        self.recurrent_dropout = recurrent_dropout
        self.generator = generator
        for name, array in weights.items():
            self.register_parameter(name, nn.Parameter(torch.tensor(array)))

    def forward(self, values, lengths=None):
        """Return the output for each sequence.

        Parameters
        ----------
        values : Tensor of shape (n_samples, n_timesteps, n_features)
            Sequences, each at its beginning.
        lengths : Tensor of shape (n_samples,), optional
            Number of steps of each; all of them by default.

        Returns
        -------
        output : Tensor of shape (n_samples, n_outputs)
            What the head makes of the last states; of those of every step, (n_samples,
            n_timesteps, n_outputs), if it reads them.
        """
        backwards = self._backwards(values, lengths) if self.spec.bidirectional else None
        for layer in range(self.spec.num_layers):
            states, last = [], []
            for direction in self.spec.directions:
                order = backwards if direction == "backward" else None
                steps = self._run(f"layer{layer}_{direction}", _reorder(values, order), lengths)
                last.append(_last_step(steps, lengths))
                if self.spec.every_step or layer < self.spec.num_layers - 1:
                    states.append(_reorder(steps, order))
            if states:
                values = self._drop(torch.cat(states, dim=2), layer)
        if not self.spec.every_step:
            values = self._drop(torch.cat(last, dim=1), layer)
        return functional.linear(values, self.head_weight, self.head_bias)

    def _run(self, prefix, values, lengths):
        kinds = ("input", "recurrent", "bias", "candidate_bias", "peephole")
        parameters = {
            kind: getattr(self, f"{prefix}_{kind}")
            for kind in kinds
            if hasattr(self, f"{prefix}_{kind}")
        }
        p = self.recurrent_dropout if self.training else 0.0
        overflows = self.spec.activation == "relu" and lengths is not None
        if can_fuse(self.spec, p) and not overflows:
            return fused_layer(self.spec, parameters, values)
        mask = None
        if p:
            like = values.new_empty(len(values), parameters["recurrent"].shape[1])
            mask = dropout_mask(like, p, self.generator)
        return stepwise_layer(self.spec, parameters, values, lengths, mask)

    def _drop(self, values, layer):
        if not (self.training and self.dropout[layer]):
            return values
        return values * dropout_mask(values, self.dropout[layer], self.generator)

    def _backwards(self, values, lengths):
        """Return the steps of each sample from its last to its first, shape (n, n_timesteps)."""
        n_samples, n_timesteps = values.shape[:2]
        steps = torch.arange(n_timesteps, device=values.device)
        if lengths is None:
            return (n_timesteps - 1 - steps).expand(n_samples, -1)
        return (lengths[:, None] - 1 - steps).clamp(min=0)


def _reorder(values, order):
    if order is None:
        return values
    return values.gather(1, order[:, :, None].expand(-1, -1, values.shape[2]))


def _last_step(states, lengths):
    if lengths is None:
        return states[:, -1]
    return states[torch.arange(len(states), device=states.device), lengths - 1]
