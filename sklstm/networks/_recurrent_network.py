"""A stacked recurrent network with a linear head, as a torch module."""

import torch
from torch import nn
from torch.nn import functional

from sklstm.cells import CELLS
from sklstm.recurrence import draw_masks, per_layer

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
        Share of the outputs of every recurrent layer, or of each, that is set to zero in training;
        the first also of the numbers of tokens, the same ones at every step.
    recurrent_dropout : float in [0, 1), default=0.0
        Share of the hidden units that is not fed back, the same ones at every step of a sequence.
    generator : torch.Generator, optional
        Where dropout draws from, on the device of the module.
    """

    def __init__(self, spec, weights, *, dropout=0.0, recurrent_dropout=0.0, generator=None):
        super().__init__()
        self.spec = spec
        self.dropout = per_layer(dropout, spec.num_layers)
        self.recurrent_dropout = recurrent_dropout
        self.generator = generator
        self._ends = {}  # states in which the samples of the last call ended
        for name, array in weights.items():
            self.register_parameter(name, nn.Parameter(torch.tensor(array)))

    def forward(self, values, lengths=None, continues=None):
        """Return the output for each sequence.

        Parameters
        ----------
        values : Tensor of shape (n_samples, n_timesteps, n_features)
            Sequences, each at its beginning; of tokens (n_samples, n_timesteps, 1).
        lengths : Tensor of shape (n_samples,), optional
            Number of steps of each; all of them by default.
        continues : Tensor of shape (n_samples,), bool, optional
            Which samples begin with the states in which those of the last call ended. All begin
            with zeros by default, and no states are kept then.

        Returns
        -------
        output : Tensor of shape (n_samples, n_outputs)
            What the head makes of the last states; of those of every step, (n_samples,
            n_timesteps, n_outputs), if it reads them.
        """
        backwards = self._backwards(values, lengths) if self.spec.bidirectional else None
        masks = self._draw_masks(*values.shape[:2])
        values = self._look_up(values, masks.inputs)
        for layer in range(self.spec.num_layers):
            states, ends = [], []
            for direction, mask in zip(self.spec.directions, masks.states[layer], strict=True):
                order = backwards if direction == "backward" else None
                read = _reorder(values, order)
                steps = self._run(layer, direction, read, lengths, continues, mask)
                ends.append([_pooled(kind, steps, lengths) for kind in self.spec.poolings])
                if self.spec.every_step or layer < self.spec.num_layers - 1:
                    states.append(_reorder(steps, order))
            if states:
                values = _drop(torch.cat(states, dim=2), masks.outputs[layer])
        if not self.spec.every_step:
            parts = [part for parts in zip(*ends, strict=True) for part in parts]
            values = _drop(torch.cat(parts, dim=1)[:, None], masks.outputs[layer])[:, 0]
        return functional.linear(values, self.head_weight, self.head_bias)

    def _draw_masks(self, *shape):
        """Return the masks of dropout, all None outside of training."""
        if not self.training:
            dropout, recurrent = (0.0,) * self.spec.num_layers, 0.0
        else:
            dropout, recurrent = self.dropout, self.recurrent_dropout

        def draw(shape, probability):
            like = self.head_bias.new_empty(shape)
            return dropout_mask(like, probability, self.generator) if probability else None

        return draw_masks(self.spec, draw, shape, dropout, recurrent)

    def _look_up(self, values, mask):
        """Return what tokens stand for; numbers as they are."""
        if not self.spec.n_tokens:
            return values
        tokens = values[:, :, 0].long()
        if self.spec.embeds:
            values = functional.embedding(tokens, self.embedding_weight)
            return _drop(values, None if mask is None else mask[:, None])  # alike at all steps
        return functional.one_hot(tokens, self.spec.n_tokens).to(self.head_bias.dtype)

    def _run(self, layer, direction, values, lengths, continues, mask):
        prefix, units = f"layer{layer}_{direction}", self.spec.units[layer]
        kinds = CELLS[self.spec.cell].parameter_shapes(
            values.shape[2], units, peephole=self.spec.peephole
        )
        parameters = {kind: getattr(self, f"{prefix}_{kind}") for kind in kinds}
        start = self._start(prefix, values, units, continues)
        overflows = self.spec.activation == "relu" and lengths is not None
        if can_fuse(self.spec, 0.0 if mask is None else self.recurrent_dropout) and not overflows:
            steps, end = fused_layer(self.spec, parameters, values, start)
        else:
            steps, end = stepwise_layer(self.spec, parameters, values, start, lengths, mask)
        if continues is not None:
            self._ends[prefix] = [state.detach() for state in end]
        return steps

    def _start(self, prefix, values, units, continues):
        """Return the states before the first step: zeros, or those carried over."""
        n_states = len(CELLS[self.spec.cell].states)
        zeros = values.new_zeros(len(values), units)
        if continues is None or prefix not in self._ends:
            return (zeros,) * n_states
        goes_on = torch.nonzero(continues)[:, 0]
        return tuple(zeros.index_copy(0, goes_on, end[goes_on]) for end in self._ends[prefix])

    def _backwards(self, values, lengths):
        """Return the steps of each sample from its last to its first, shape (n, n_timesteps)."""
        n_samples, n_timesteps = values.shape[:2]
        steps = torch.arange(n_timesteps, device=values.device)
        if lengths is None:
            return (n_timesteps - 1 - steps).expand(n_samples, -1)
        return (lengths[:, None] - 1 - steps).clamp(min=0)


def _drop(values, mask):
    return values if mask is None else values * mask


def _reorder(values, order):
    if order is None:
        return values
    return values.gather(1, order[:, :, None].expand(-1, -1, values.shape[2]))


def _pooled(pooling, states, lengths):
    if pooling == "last" and lengths is None:
        return states[:, -1]
    if pooling == "last":
        return states[torch.arange(len(states), device=states.device), lengths - 1]
    if lengths is None:
        return states.mean(dim=1) if pooling == "mean" else states.max(dim=1).values
    there = (torch.arange(states.shape[1], device=states.device) < lengths[:, None])[:, :, None]
    if pooling == "max":
        return states.masked_fill(~there, -torch.inf).max(dim=1).values
    return states.masked_fill(~there, 0.0).sum(dim=1) / lengths[:, None].to(states.dtype)
