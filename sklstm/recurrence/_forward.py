"""The forward pass of a fitted network, in NumPy.

A *tile* holds `LANES` samples side by side in the last axis, arrays are (n_tiles, units, LANES).
Each sample is then one lane of the processor's vector registers: whatever a matrix product does,
it does to all lanes alike. So a sample's result cannot depend, not by one bit, on the lane it
stands in, on its neighbours or on how many tiles there are. (Ordinary products, with samples as
rows, round the rows of a block differently.)
"""

import numpy as np

from sklstm.cells import CELLS

from ._numpy_functions import numpy_functions
from ._one_thread import one_blas_thread
from ._token_rows import token_rows

LANES = 16
_STEP_VALUES = 1 << 16  # weighted inputs per step: about what stays in a core's cache
_BLOCK_VALUES = 1 << 20  # values of whole sequences at a time: bounds memory for long windows


def network_output(spec, weights, gather, lengths):
    """Return the output of a network for any number of windows.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    weights : dict of str to ndarray
        Its parameters.
    gather : callable
        Called with a slice of the samples, returns their values of shape (n, longest, n_features),
        each window at its beginning, and their lengths of shape (n,). Tokens are of shape (n,
        longest, 1).
    lengths : ndarray of shape (n_samples,)
        Number of steps of each window.

    Returns
    -------
    output : ndarray of shape (n_samples, n_outputs)
        To the last bit the same for a window alone and among others. Where the head reads every
        step, shape (lengths.sum(), n_outputs), the steps of one window after those of the other.
    """
    layers = [
        [Layer(spec, weights, f"layer{number}_{name}") for name in spec.directions]
        for number in range(spec.num_layers)
    ]
    n_samples = len(lengths)
    keeps = spec.every_step or spec.pooling != "last" or spec.num_layers > 1
    widest = max(spec.n_features, len(spec.directions) * max(spec.units) if keeps else 0)
    block = _block_size(layers, lengths.max() * widest)
    outputs = []
    with one_blas_thread():
        for first in range(0, n_samples, block):
            samples = slice(first, min(first + block, n_samples))
            values, n_steps = gather(samples)
            if spec.n_tokens:
                values = token_rows(spec, weights, values[:, :, 0])
            states = _states(spec, layers, *tiles_of(values, n_steps))
            output = read_states(weights, states)[: len(n_steps)]
            if spec.every_step:
                output = output[np.arange(output.shape[1]) < n_steps[:, np.newaxis]]
            outputs.append(output if spec.every_step else output[:, 0])
    return np.concatenate(outputs)


def read_states(weights, states):
    """Return what the head makes of states (n_steps, n_tiles, state_size, LANES), samples first."""
    tiles = np.matmul(weights["head_weight"], states) + weights["head_bias"][:, np.newaxis]
    n_steps, _, n_outputs, _ = tiles.shape
    return tiles.transpose(1, 3, 0, 2).reshape(-1, n_steps, n_outputs)


def _block_size(layers, values_per_sample):
    widest = max(len(layer.matrix) for directions in layers for layer in directions)
    values = min(_STEP_VALUES // widest, _BLOCK_VALUES // values_per_sample)
    return LANES * max(1, values // LANES)


def tiles_of(values, lengths):
    """Put samples side by side: (n_timesteps, n_tiles, n_features, LANES), the last tile filled."""
    n_samples, n_timesteps, n_features = values.shape
    n_tiles = -(-n_samples // LANES)
    tiles = np.zeros((n_timesteps, n_tiles, n_features, LANES), dtype=values.dtype)
    filled = np.full((n_tiles, LANES), n_timesteps, dtype=np.int64)
    filled.reshape(-1)[:n_samples] = lengths
    by_lane = np.zeros((n_tiles * LANES, n_timesteps, n_features), dtype=values.dtype)
    by_lane[:n_samples] = values
    tiles[...] = by_lane.reshape(n_tiles, LANES, n_timesteps, n_features).transpose(2, 0, 3, 1)
    return tiles, filled


def _states(spec, layers, sequence, lengths):
    """Run all layers; return what the head reads: pooled states of each window, or every state."""
    last_layer, every_step = len(layers) - 1, spec.every_step
    back = _backwards(lengths, len(sequence)) if len(layers[0]) == 2 else None
    for number, (forward, *backward) in enumerate(layers):
        keep = every_step or number < last_layer
        kinds = () if keep else spec.poolings
        pools = any(kind != "last" for kind in kinds)
        states, read_by_head = [], []
        for layer, order in zip([forward, *backward], [None, back], strict=False):
            read = sequence if order is None else np.take_along_axis(sequence, order, axis=0)
            start = layer.first_states(read.shape[1], read.dtype)
            steps, final = layer.run(read, lengths, start, keep_steps=keep or pools)
            read_by_head.append(
                [final[0] if kind == "last" else _pooled(kind, steps, lengths) for kind in kinds]
            )
            if keep:
                states.append(steps if order is None else np.take_along_axis(steps, order, axis=0))
        if keep:
            sequence = states[0] if len(states) == 1 else np.concatenate(states, axis=2)
    if every_step:
        return sequence
    parts = [part for parts in zip(*read_by_head, strict=True) for part in parts]
    return (parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1))[np.newaxis]


def _pooled(pooling, steps, lengths):
    """Return the mean or the largest of the states of all steps, (n_tiles, units, LANES)."""
    there = (np.arange(len(steps))[:, None, None] < lengths)[:, :, np.newaxis]
    if pooling == "max":
        return np.where(there, steps, -np.inf).max(axis=0)
    total = np.zeros_like(steps[0])
    for state, present in zip(steps, there, strict=True):  # in order, whatever stands behind
        total += np.where(present, state, 0)
    return total / lengths[:, np.newaxis].astype(steps.dtype)


class Layer:
    """One layer in one direction.

    All inputs of a step, ``[x_t, h_{t-1}, 1]``, are stacked, so that a step is one matrix product.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    weights : dict of str to ndarray
        Its parameters.
    prefix : str
        Layer and direction, ``"layer0_forward"``.
    """

    def __init__(self, spec, weights, prefix):
        self.cell, self.functions = CELLS[spec.cell], numpy_functions(spec.activation)
        parts = {kind: weights.get(f"{prefix}_{kind}") for kind in ("input", "recurrent", "bias")}
        self.units = len(parts["bias"]) // len(self.cell.gates)
        self.matrix = self._packed(**parts, weights=weights, prefix=prefix)
        # One row of weights for each peephole, for all lanes.
        self.peepholes = [weights[f"{prefix}_peephole"][:, :, None]] if spec.peephole else []

    def _packed(self, input, recurrent, bias, weights, prefix):
        """Return the weights of the stacked inputs, in the order of the rows of the cell."""
        cell, n = self.cell, self.units
        n_state = n if cell.reads_state else 0
        matrix = np.zeros((len(cell.rows), n, input.shape[1] + n_state + 1), input.dtype)
        for block, row in zip(matrix, cell.rows, strict=True):
            if row.inputs:
                place = list(cell.gates).index(row.gate) * n
                block[:, : input.shape[1]] = input[place : place + n]
                block[:, -1] = bias[place : place + n]
            else:
                block[:, -1] = weights[f"{prefix}_{row.gate}_bias"]
            if row.state:
                place = cell.recurrent_gates.index(row.gate) * n
                block[:, input.shape[1] : -1] = recurrent[place : place + n]
        return matrix.reshape(-1, matrix.shape[2])

    def first_states(self, n_tiles, dtype):
        """Return the states before the first step, zeros."""
        shape = n_tiles, self.units, LANES
        return tuple(np.zeros(shape, dtype) for _ in self.cell.states)

    def run(self, sequence, lengths, states, *, keep_steps):
        """Run the layer, each sample up to its length; return steps and last states.

        Parameters
        ----------
        sequence : ndarray of shape (n_timesteps, n_tiles, n_inputs, LANES)
            What it reads.
        lengths : ndarray of shape (n_tiles, LANES)
            Number of steps of each sample.
        states : tuple of ndarray of shape (n_tiles, units, LANES)
            What it begins with.
        keep_steps : bool
            Whether the hidden state of every step is wanted.

        Returns
        -------
        steps : ndarray of shape (n_timesteps, n_tiles, units, LANES) or None
            Hidden states.
        states : tuple of ndarray of shape (n_tiles, units, LANES)
            The states in the end.
        """
        n_timesteps, n_tiles, n_inputs, _ = sequence.shape
        stacked = np.ones((n_tiles, self.matrix.shape[1], LANES), dtype=sequence.dtype)
        shape = n_timesteps, n_tiles, self.units, LANES
        steps = np.empty(shape, dtype=sequence.dtype) if keep_steps else None
        shortest = lengths.min()
        for t in range(n_timesteps):
            stacked[:, :n_inputs] = sequence[t]
            if self.cell.reads_state:
                stacked[:, n_inputs:-1] = states[0]
            weighted = np.matmul(self.matrix, stacked).reshape(n_tiles, -1, *shape[2:])
            weighted = weighted.swapaxes(0, 1)
            new, _ = self.cell.equations(self.functions, weighted, states, *self.peepholes)
            if t >= shortest:
                going_on = (t < lengths)[:, np.newaxis, :]
                new = [np.where(going_on, *pair) for pair in zip(new, states, strict=True)]
            states = tuple(new)
            if keep_steps:
                steps[t] = states[0]
        return steps, states


def _backwards(lengths, n_timesteps):
    """Return the steps of each sample from its last to its first, then the first over and over."""
    steps = lengths - 1 - np.arange(n_timesteps)[:, np.newaxis, np.newaxis]
    return np.maximum(steps, 0)[:, :, np.newaxis, :]
