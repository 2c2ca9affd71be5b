"""The forward pass of a fitted network, in NumPy."""

import numpy as np

from ._cells import LANES, packed_cell
from ._one_thread import one_blas_thread
from ._token_rows import token_rows

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
    cells = [
        [packed_cell(spec, weights, f"layer{layer}_{name}") for name in spec.directions]
        for layer in range(spec.num_layers)
    ]
    n_samples = len(lengths)
    keeps = spec.every_step or spec.num_layers > 1
    widest = max(spec.n_features, len(spec.directions) * max(spec.units) if keeps else 0)
    block = _block_size(cells, lengths.max() * widest)
    outputs = []
    with one_blas_thread():
        for first in range(0, n_samples, block):
            samples = slice(first, min(first + block, n_samples))
            values, n_steps = gather(samples)
            if spec.n_tokens:
                values = token_rows(spec, weights, values[:, :, 0])
            states = _states(cells, *tiles_of(values, n_steps), every_step=spec.every_step)
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


def _block_size(cells, values_per_sample):
    widest = max(len(cell.matrix) for layer in cells for cell in layer)
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


def _states(cells, sequence, lengths, *, every_step):
    """Run all layers; return the states after the last step of each window, or after every one."""
    last_layer = len(cells) - 1
    back = _backwards(lengths, len(sequence)) if len(cells[0]) == 2 else None
    for layer, (forward, *backward) in enumerate(cells):
        keep = every_step or layer < last_layer
        states, last = [], []
        for cell, order in zip([forward, *backward], [None, back], strict=False):
            read = sequence if order is None else np.take_along_axis(sequence, order, axis=0)
            shape = read.shape[1], cell.units, LANES
            start = tuple(np.zeros(shape, dtype=read.dtype) for _ in range(cell.n_states))
            steps, final = run_layer(cell, read, lengths, start, keep_steps=keep)
            last.append(final[0])
            if keep:
                states.append(steps if order is None else np.take_along_axis(steps, order, axis=0))
        if keep:
            sequence = states[0] if len(states) == 1 else np.concatenate(states, axis=2)
    if every_step:
        return sequence
    return (last[0] if len(last) == 1 else np.concatenate(last, axis=1))[np.newaxis]


def run_layer(cell, sequence, lengths, states, *, keep_steps):
    """Run one layer in one direction, each sample up to its length; return steps and last states.

    Parameters
    ----------
    cell : LSTMStep, GRUStep or RNNStep
        One step of the layer.
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
    shape = (n_tiles, cell.units, LANES)
    stacked = np.ones((n_tiles, n_inputs + cell.units + 1, LANES), dtype=sequence.dtype)
    product = np.empty((n_tiles, len(cell.matrix), LANES), dtype=sequence.dtype)
    steps = np.empty((n_timesteps, *shape), dtype=sequence.dtype) if keep_steps else None
    shortest = lengths.min()
    for t in range(n_timesteps):
        stacked[:, :n_inputs] = sequence[t]
        stacked[:, n_inputs:-1] = states[0]
        np.matmul(cell.matrix, stacked, out=product)
        new_states = cell(product, *states)
        if t >= shortest:
            going_on = (t < lengths)[:, np.newaxis, :]
            new_states = tuple(
                np.where(going_on, new, old) for new, old in zip(new_states, states, strict=True)
            )
        states = new_states
        if keep_steps:
            steps[t] = states[0]
    return steps, states


def _backwards(lengths, n_timesteps):
    """Return the steps of each sample from its last to its first, then the first over and over."""
    steps = lengths - 1 - np.arange(n_timesteps)[:, np.newaxis, np.newaxis]
    return np.maximum(steps, 0)[:, :, np.newaxis, :]
