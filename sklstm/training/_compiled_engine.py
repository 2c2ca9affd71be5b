"""Training by compiled code: no framework, no copies of windows, one flat vector of weights."""

from contextlib import ExitStack
from functools import partial

import numpy as np

from sklstm.kernels import LANES, Layout, Optimizer, Pass, Plan
from sklstm.recurrence import dropout_mask

from ._cores import CORES
from ._losses import loss_function
from ._optimizer_state import export_state, import_state

_LARGE = 3e7  # multiplications of a batch from which on it is shared out among threads
_MAX_SHARES = 4  # of a batch; they are the same however many threads there are
_MANY_WEIGHTS = 1 << 17  # more than stay in a core's cache: read them for four tiles at least
_PASS_VALUES = 1 << 18  # that a pass keeps in memory, if that is many times the weights
_VALIDATION_BATCH = 256


class CompiledEngine:
    """Train a network by compiled code.

    Parameters
    ----------
    spec : NetworkSpec
        What the network consists of; without peepholes.
    weights : dict of str to ndarray
        Weights to begin with.
    data, validation : TrainingData
        What to learn from and what to stop by; this may be None.
    settings : dict
        As for `train`.
    optimizer_state : list or None
        State of the optimiser to go on from.
    """

    def __init__(self, spec, weights, data, validation, settings, optimizer_state):
        self.spec, self.settings = spec, settings
        self.data, self.validation = data, validation
        self.layout = Layout(spec)
        self.dtype = data.windows.rows.dtype
        self.weights = self.layout.pack(weights, self.dtype)
        self.optimizer = Optimizer(
            settings["optimizer"], self.weights, settings["learning_rate"],
            settings["weight_decay"], settings["max_grad_norm"],
        )  # fmt: skip
        if optimizer_state is not None:
            import_state(self.optimizer, self.layout, optimizer_state)
        self.loss = loss_function(settings["loss"], settings["quantile"])
        self.passes, self._gradients = {}, {}
        self._stack = ExitStack()

    def __enter__(self):
        self._stack.enter_context(CORES.fit())
        return self

    def __exit__(self, *exception):
        self._stack.close()

    def run_epoch(self, order, generator):
        """Train on all samples in an order; return the loss of each batch."""
        size = self.settings["batch_size"]
        return [
            self._train_batch(order[first : first + size], generator)
            for first in range(0, len(order), size)
        ]

    def validation_losses(self):
        """Return the losses of batches of validation data, and their size."""
        size, n_samples = _VALIDATION_BATCH, len(self.validation.windows)
        starts = range(0, n_samples, size)
        batches = [np.arange(first, min(first + size, n_samples)) for first in starts]
        return [
            self._share(self.validation, batch, slice(None), None, 0, trains=False)
            for batch in batches
        ], size

    def state(self):
        """Return copies of the weights and of the state of the optimiser."""
        return self.layout.unpack(self.weights), export_state(self.optimizer, self.layout)

    def _train_batch(self, batch, generator):
        masks = self._draw_masks(batch, generator)
        size = self._share_size(batch)
        shares = [slice(first, first + size) for first in range(0, len(batch), size)]
        tasks = [
            partial(self._share, self.data, batch, share, masks, number, trains=True)
            for number, share in enumerate(shares)
        ]
        losses = CORES.run(tasks) if len(tasks) > 1 else [tasks[0]()]
        gradient = self._gradients[0]
        for number in range(1, len(tasks)):
            gradient += self._gradients[number]
        self.optimizer.step(gradient)
        return sum(losses)

    def _share(self, data, batch, share, masks, number, *, trains):
        """Run a share of a batch, in as many passes as memory asks for; return its loss."""
        samples = batch[share]
        starts, lengths = data.windows.starts[samples], data.windows.lengths[samples]
        weight = self._weights_of(data, batch, samples)
        pass_ = self._pass(data, len(samples), number, trains=trains)
        loss, size = 0.0, pass_.n_samples
        with np.errstate(over="ignore", invalid="ignore"):  # the loss will tell
            for first in range(0, len(samples), size):
                part = slice(first, first + size)
                if masks is not None:
                    rows = slice(share.start + first, share.start + first + size)
                    cut = [[mask[rows] for mask in kind] for kind in masks]
                    pass_.set_masks(*cut, lengths[part])
                output = pass_.run(starts[part], lengths[part])
                weight_here = weight if np.isscalar(weight) else weight[part]
                value, slopes = self.loss(output, data.targets[samples[part]], weight_here)
                loss += value
                if trains:
                    self._gradients[number] = pass_.run_back(slopes, add=first > 0)
        return loss

    def _weights_of(self, data, batch, samples):
        """Return the weights of samples, with a sum of one over their batch."""
        if data.sample_weight is None:
            return self.dtype.type(1.0 / len(batch))
        total = data.sample_weight[batch].sum()
        return (data.sample_weight[samples, np.newaxis] / total).astype(self.dtype)

    def _share_size(self, batch):
        """Return into how large shares a batch is divided; it depends on its shape alone."""
        n_tiles = -(-len(batch) // LANES)
        n_steps = int(self.data.windows.lengths[batch].max())
        if self.layout.n_weights * 3 * len(batch) * n_steps < _LARGE:
            return len(batch)
        fewest = 4 if self.layout.n_weights > _MANY_WEIGHTS else 1
        return max(fewest, -(-n_tiles // _MAX_SHARES)) * LANES

    def _pass(self, data, n_samples, number, *, trains):
        """Return the memory for a number of samples, kept from one batch to the next."""
        n_tiles = -(-n_samples // LANES)
        key = trains, n_tiles, number
        if key not in self.passes:
            self.passes[key] = self._make_pass(data, n_tiles, trains=trains)
        return self.passes[key]

    def _make_pass(self, data, n_tiles, *, trains):
        n_steps = int(data.windows.lengths.max())
        plan = partial(
            Plan, self.layout, n_steps=n_steps, trains=trains,
            drops=trains and self.settings["dropout"] > 0,
            drops_state=trains and self.settings["recurrent_dropout"] > 0,
        )  # fmt: skip
        room = max(_PASS_VALUES, 8 * self.layout.n_weights)
        n_tiles = max(1, min(n_tiles, room // plan(n_tiles=1).size))
        pass_ = Pass(plan(n_tiles=n_tiles), self.weights)
        pass_.set_inputs(data.windows.rows)
        return pass_

    def _draw_masks(self, samples, generator):
        """Draw masks of dropout for a batch, in the order in which the plain network does."""
        dropout, recurrent = self.settings["dropout"], self.settings["recurrent_dropout"]
        if not (dropout or recurrent):
            return None
        spec, n_samples = self.spec, len(samples)
        n_steps = int(self.data.windows.lengths[samples].max())
        state_masks, output_masks = [], []
        for level in range(spec.num_layers):
            if recurrent:
                shape = n_samples, spec.hidden_size
                state_masks += [
                    dropout_mask(generator, shape, recurrent, self.dtype) for _ in spec.directions
                ]
            if dropout:
                inner = level < spec.num_layers - 1
                shape = n_samples, n_steps if inner else 1, spec.state_size
                output_masks.append(dropout_mask(generator, shape, dropout, self.dtype))
        return state_masks, output_masks
