"""Training by compiled code: no framework, no copies of windows, one flat vector of weights."""

from contextlib import ExitStack
from dataclasses import replace
from functools import partial

import numpy as np

from sklstm.kernels import FEW, LANES, Layout, Optimizer, Plan, TrainingPass
from sklstm.recurrence import draw_masks, dropout_mask, per_layer

from ._batch_order import BatchOrder
from ._compiled_network import CompiledNetwork
from ._cores import CORES
from ._records import GatheredData, is_target

_LONG = 3e9  # multiplications that take a tenth of a second
_LARGE = 3e7  # multiplications of a batch from which on it is shared out among threads
_MAX_SHARES = 4  # of a batch; they are the same however many threads there are
_MANY_WEIGHTS = 1 << 17  # more than stay in a cache: read them for four tiles, or half of all
_PASS_VALUES = 1 << 18  # that a pass keeps in memory, if that is many times the weights
_GATHERED_STEPS = 1 << 17  # of windows that are made at a time
_OUTPUT_VALUES = 1 << 20  # outputs of all steps of validation data that are kept at a time

# Arrays of torch's optimisers, and those of the compiled ones.
_ARRAYS = {
    "adam": {"exp_avg": "mean", "exp_avg_sq": "square"},
    "adamw": {"exp_avg": "mean", "exp_avg_sq": "square"},
    "nadam": {"exp_avg": "mean", "exp_avg_sq": "square"},
    "rmsprop": {"square_avg": "square"},
    "sgd": {"momentum_buffer": "mean"},
}


class CompiledEngine:
    """Train a network by compiled code.

    Parameters
    ----------
    spec : NetworkSpec
        What the network consists of.
    weights : dict of str to ndarray
        Weights to begin with.
    data, validation : TrainingData
        What to learn from, which may be `GatheredData`, and what to stop by, which may be None.
    settings : TrainingSettings
        As for `train`.
    optimizer_state : list or None
        State of the optimiser to resume from.
    """

    def __init__(self, spec, weights, data, validation, settings, optimizer_state):
        self.spec, self.settings = spec, settings
        self.dropout = per_layer(settings.dropout, spec.num_layers)
        self.validation = validation
        self.layout = Layout(spec)
        self.dtype = weights["head_bias"].dtype
        self.weights = self.layout.pack(weights, self.dtype)
        self.optimizer = Optimizer(
            settings.optimizer, self.weights, settings.learning_rate,
            max_grad_norm=settings.max_grad_norm,
        )  # fmt: skip
        import_state(self.optimizer, self.layout, optimizer_state)
        self.n_steps, self.passes = data.n_steps, {}
        self.gathered = data if isinstance(data, GatheredData) else None
        if self.gathered is None:
            self._hold(data)
        self.plan = partial(
            Plan, self.layout, n_steps=self.n_steps, trains=True,
            drops=any(self.dropout), drops_state=settings.recurrent_dropout > 0,
        )  # fmt: skip
        room = max(_PASS_VALUES, 8 * self.layout.n_weights)
        self._most_tiles = max(1, room // self.plan(n_tiles=1).size)
        self._network = CompiledNetwork(self.layout, self.weights)  # it sees the weights change
        self._stack = ExitStack()

    asked_to_stop = False  # there is nobody to ask

    def finish(self):
        """Do nothing: training ends."""

    def __enter__(self):
        self._stack.enter_context(CORES.fit())
        return self

    def __exit__(self, *exception):
        self._stack.close()

    def set_weight_decay(self, value):
        """Set how strongly weights are pulled to zero from now on."""
        self.optimizer.decay = value

    def set_learning_rates(self, rates):
        """Set the learning rate of each batch of the next epoch."""
        self.optimizer.rates = rates

    def _hold(self, data):
        """Take the samples that the next batches are made of."""
        self.data, self.in_memory = data, isinstance(data.windows.rows, np.ndarray)
        if self.spec.n_tokens and self.in_memory:  # once, not once a pass
            rows = np.ascontiguousarray(data.windows.rows, dtype=np.int64)
            self.data = replace(data, windows=data.windows.with_rows(rows))
        for pass_ in self.passes.values():
            self._hand_over(pass_, self.data)

    def run_epoch(self, batches, generator):
        """Train on all samples in batches; return the loss of each batch."""
        if self.gathered is None:
            return self._run_batches(batches, generator)
        losses = []
        for part in batches.parts(_GATHERED_STEPS // self.n_steps):
            self._hold(self.gathered.gather(part.samples))
            own = replace(part, samples=np.arange(len(part.samples)))
            losses.append(self._run_batches(own, generator))
        return np.concatenate(losses)

    def _run_batches(self, batches, generator):
        order, weight = batches.samples, self._weights_in_batches(batches)
        losses = []
        with np.errstate(over="ignore", invalid="ignore"):  # the loss will tell
            for piece in self._pieces(batches):
                carried = None if batches.continues is None else batches.continues[piece]
                losses.append(self._train_piece(order[piece], weight[piece], generator, carried))
            return batches.sums(np.concatenate(losses) * weight)

    def _pieces(self, batches):
        """Return which samples are trained on in one call: those of one batch, or of several."""
        if not self._is_simple():
            return batches.slices()
        # Compiled code cannot be interrupted, so it is called for a tenth of a second or so.
        size = self.settings.batch_size
        step, n_samples = size * max(1, int(_LONG / self._work(size))), len(batches.samples)
        return [slice(first, first + step) for first in range(0, n_samples, step)]

    def _train_piece(self, samples, weight, generator, carried):
        if self._is_simple():
            return self._train_batches(samples, weight)
        return self._train_batch(samples, weight, generator, carried)

    def validation_losses(self):
        """Return the losses of batches of validation data, and their `BatchOrder`."""
        data, n_samples = self.validation, len(self.validation.windows)
        batches, output = data.batches, self._network.output
        if batches is None:
            batches = BatchOrder.in_turn(np.arange(n_samples), self._most_samples(n_samples))
        else:
            output = self._network.carried_output(data.windows, batches)
        losses = []
        for samples in batches.slices():
            block = batches.samples[samples]
            outputs = output(data.windows.take(block))
            with np.errstate(over="ignore", invalid="ignore"):
                losses.append(self._losses(data, block, outputs))
        each, of_targets = np.concatenate(losses), data.target_weights[batches.samples]
        weight = data.weights(batches.samples)
        mean = np.average(each / of_targets, weights=weight)
        return [mean], BatchOrder.in_turn(batches.samples, n_samples)

    def state(self):
        """Return copies of the weights and of the state of the optimiser."""
        return self.layout.unpack(self.weights), export_state(self.optimizer, self.layout)

    def _losses(self, data, samples, outputs):
        """Return the loss of each sample from outputs, the weighted sum over its targets."""
        loss, targets = self.settings.loss, data.flat_targets(samples)
        outputs = outputs.astype(np.float64)
        if not data.every_step:
            return loss.of_rows(outputs, targets)
        each, known = np.zeros(len(outputs)), is_target(targets)
        each[known] = loss.of_rows(outputs[known], targets[known])
        each *= data.flat_step_weight(samples)
        lengths = data.windows.lengths[samples]
        return np.add.reduceat(each, np.cumsum(lengths) - lengths)

    def _most_samples(self, n_samples):
        """Return for how many validation samples outputs are kept at a time."""
        if not self.spec.every_step:
            return n_samples
        return min(n_samples, max(1, _OUTPUT_VALUES // (self.n_steps * self.spec.n_outputs)))

    def _weights_in_batches(self, batches):
        """Return the weight of each sample in its batch, where they have a sum of one."""
        sums, weight = self.data.weight_sums(batches), self.data.sample_weight
        return (1.0 if weight is None else weight[batches.samples]) / np.repeat(sums, batches.sizes)

    def _is_simple(self):
        """Return whether epochs need no Python: no masks, no files, batches of one pass."""
        if any(self.dropout) or self.settings.recurrent_dropout or not self.in_memory:
            return False
        if self.data.batches is not None:
            return False
        size = min(self.settings.batch_size, len(self.data.windows))
        return self._share_size(size) >= size and -(-size // LANES) <= self._most_tiles

    def _train_batches(self, order, weight):
        """Train on batches in one call of compiled code; return their losses."""
        size = self.settings.batch_size
        pass_ = self._pass(min(size, len(self.data.windows)), 0)
        return pass_.train(order, weight, size, self.optimizer)

    def _train_batch(self, batch, weight, generator, carried=None):
        """Train on one batch, which threads may share; return the losses."""
        masks = self._draw_masks(batch, generator)
        room = len(batch)
        if carried is not None:  # later batches may be smaller, the passes remain
            room = int(self.data.batches.sizes.max())
        shares = self._shares(len(batch), room, keeps_states=carried is not None)
        passes = [
            self._pass(min(share.stop - share.start, room), number)
            for number, share in enumerate(shares)
        ]
        if carried is not None:
            for pass_, share in zip(passes, shares, strict=True):
                pass_.carry_states(carried[share])
        tasks = [
            partial(self._run_share, pass_, batch, weight, share, masks)
            for pass_, share in zip(passes, shares, strict=True)
        ]
        losses = CORES.run(tasks) if len(tasks) > 1 else [tasks[0]()]
        gradient = passes[0].gradient
        for pass_ in passes[1:]:
            gradient += pass_.gradient
        self.optimizer.step(gradient)
        return np.concatenate(losses)

    def _run_share(self, pass_, batch, weight, share, masks):
        """Compute the gradient of a share of a batch, in as many passes as memory asks for."""
        end, losses = min(share.stop, len(batch)), []
        for first in range(share.start, end, pass_.n_samples):
            part = slice(first, min(first + pass_.n_samples, end))
            if masks is not None:
                inputs, *others = [[mask[part] for mask in kind] for kind in masks]
                pass_.set_masks(*others, self.data.windows.lengths[batch[part]], inputs)
            samples, add = batch[part], first > share.start
            if not self.in_memory:
                samples = self._read(pass_, samples)
            losses.append(pass_.compute_gradient(samples, weight[part], add=add))
        return np.concatenate(losses)

    def _read(self, pass_, samples):
        """Hand over the steps of some windows; return which samples they are there."""
        self._hand_over(pass_, self.data.compact(samples))
        return np.arange(len(samples))

    @staticmethod
    def _hand_over(pass_, data):
        windows, targets, starts = data.windows, data.targets, None
        if data.every_step:
            targets, starts = targets.rows, targets.starts
        pass_.set_data(
            windows.rows, windows.starts, windows.lengths, targets, starts, windows.differenced,
            data.step_weight,
        )  # fmt: skip

    def _shares(self, n_samples, room, *, keeps_states):
        """Return the slices of a batch that threads take; a few samples are no share of their own.

        `room` is the size of the largest batch.
        """
        size = self._share_size(room)
        if keeps_states:  # every pass keeps those of its samples
            size = min(size, self._most_tiles * LANES)
        shares = [slice(first, first + size) for first in range(0, n_samples, size)]
        few = n_samples - shares[-1].start <= FEW and self._has_many_weights()
        if few and len(shares) > 2 and not keeps_states:
            shares[-2:] = [slice(shares[-2].start, n_samples)]
        return shares

    def _has_many_weights(self):
        return self.layout.n_multiplied > _MANY_WEIGHTS

    def _share_size(self, n_samples):
        """Return into how large shares a batch is divided; threads have no part in it."""
        if self._work(n_samples) < _LARGE:
            return n_samples
        fewest = 1
        if self._has_many_weights():
            fewest = max(1, min(4, -(-(n_samples - FEW) // LANES // 2)))
        return max(fewest, -(-n_samples // (LANES * _MAX_SHARES))) * LANES

    def _work(self, n_samples):
        """Return the number of multiplications of a batch, roughly."""
        return self.layout.n_multiplied * 3 * n_samples * self.n_steps

    def _pass(self, n_samples, number):
        """Return the memory for a number of samples, kept from one batch to the next."""
        n_tiles = min(-(-n_samples // LANES), self._most_tiles)
        key = n_tiles, number
        if key not in self.passes:
            pass_ = TrainingPass(self.plan(n_tiles=n_tiles), self.weights, self.settings.loss)
            if self.in_memory:
                self._hand_over(pass_, self.data)
            self.passes[key] = pass_
        return self.passes[key]

    def _draw_masks(self, samples, generator):
        """Return the masks of dropout of a batch by kind: of inputs, states and outputs."""
        drops, recurrent = any(self.dropout), self.settings.recurrent_dropout
        if not (drops or recurrent):
            return None

        def draw(shape, probability):
            if probability:
                return dropout_mask(generator, shape, probability, self.dtype)
            return np.ones(shape, self.dtype) if drops else None  # it multiplies by all or by none

        shape = len(samples), int(self.data.windows.lengths[samples].max())
        masks = draw_masks(self.spec, draw, shape, self.dropout, recurrent)
        inputs = [masks.inputs] if drops and self.spec.embeds else []
        states = [mask for of_layer in masks.states for mask in of_layer] if recurrent else []
        return inputs, states, masks.outputs if drops else []


def export_state(optimizer, layout):
    """Return the state as a list of dictionaries of arrays, one for each parameter.

    Parameters
    ----------
    optimizer : Optimizer
        A compiled optimiser.
    layout : Layout
        Where each parameter stands.

    Returns
    -------
    state : list of dict of str to ndarray
        Empty before the first step.
    """
    if not optimizer.n_steps:
        return []
    arrays = {
        name: layout.unpack(getattr(optimizer, own))
        for name, own in _ARRAYS[optimizer.name].items()
    }
    numbers = {} if optimizer.name == "sgd" else {"step": np.float32(optimizer.n_steps)}
    if optimizer.name == "nadam":
        numbers["mu_product"] = np.float32(optimizer.momenta)
    numbers = {name: np.asarray(number) for name, number in numbers.items()}
    return [
        numbers | {name: values[parameter] for name, values in arrays.items()}
        for parameter in layout.spec.parameter_shapes()
    ]


def import_state(optimizer, layout, state):
    """Load what `export_state` returned into a new optimiser; None or nothing leaves it new."""
    if not state:
        return
    for name, own in _ARRAYS[optimizer.name].items():
        values = [of_parameter[name] for of_parameter in state]
        parameters = dict(zip(layout.spec.parameter_shapes(), values, strict=True))
        getattr(optimizer, own)[:] = layout.pack(parameters, optimizer.weights.dtype)
    optimizer.n_steps = int(state[0].get("step", 1))
    optimizer.momenta = float(state[0].get("mu_product", 1.0))
