"""Passes through a network: the memory they need, and how to make them."""

from functools import cache

import numpy as np

from ._cells import CELLS
from ._layout import aligned_zeros
from ._passes import compile_backward, compile_forward
from ._plan import TILES_AT_A_TIME
from ._registers import LANES


@cache
def _compiled_forward(cell, activation, dtype):
    return compile_forward(CELLS[cell](activation), dtype)


@cache
def _compiled_backward(cell, activation, dtype):
    return compile_backward(CELLS[cell](activation), dtype)


class Pass:
    """A forward pass for up to a number of samples, and the backward pass that follows it.

    Parameters
    ----------
    plan : Plan
        Where everything stands.
    weights : ndarray of shape (n_weights,)
        All weights, in the precision of the pass; they may change between passes.

    Attributes
    ----------
    n_samples, n_steps : int
        The largest numbers of samples and steps.
    gradient : ndarray of shape (n_weights,)
        What the last backward pass found.
    """

    def __init__(self, plan, weights):
        self._plan, spec = plan, plan.layout.spec
        self.n_samples, self.n_steps = plan.n_tiles * LANES, plan.n_steps
        self._n_outputs = spec.n_outputs
        kind = spec.cell, spec.activation, weights.dtype
        self._forward = _compiled_forward(*kind)
        self._backward = _compiled_backward(*kind) if plan.trains else None
        self._network = plan.network.copy()
        self._allocate(weights)
        self._write_ones()
        records = self._network, plan.layers, plan.layout.parts
        self._addresses = [array.ctypes.data for array in records]

    def set_inputs(self, rows):
        """Set the rows that windows are slices of, shape (n_rows, n_features); None for none."""
        self._inputs = None
        if rows is not None:
            self._inputs = np.ascontiguousarray(rows, dtype=self._weights.dtype)
            self._network["inputs"] = self._inputs.ctypes.data

    def run(self, starts, lengths):
        """Make a forward pass.

        Parameters
        ----------
        starts, lengths : ndarray of shape (n_samples,)
            First row and number of rows of each window.

        Returns
        -------
        output : ndarray of shape (n_samples, n_outputs)
            What the head makes of each.
        """
        n = len(starts)
        self._starts[:n], self._lengths[:n] = starts, lengths
        self._lengths[n:] = 0
        self._network["n_steps"] = lengths.max()
        self._forward(*self._addresses)
        output = np.empty((self._plan.n_tiles, LANES, self._n_outputs), dtype=self._rows.dtype)
        output[...] = self._rows[:, : self._n_outputs].swapaxes(1, 2)
        return output.reshape(-1, self._n_outputs)[:n]

    def run_back(self, slopes, *, add=False):
        """Make the backward pass to the last forward pass.

        Parameters
        ----------
        slopes : ndarray of shape (n_samples, n_outputs)
            Gradient of the loss with respect to the output.
        add : bool, default=False
            Whether to add to the gradient of the pass before.

        Returns
        -------
        gradient : ndarray of shape (n_weights,)
            That with respect to the weights; it is overwritten by the next pass.
        """
        lanes = np.zeros((self.n_samples, self._n_outputs), dtype=slopes.dtype)
        lanes[: len(slopes)] = slopes
        by_tile = lanes.reshape(-1, LANES, self._n_outputs).swapaxes(1, 2)
        self._rows[:, : self._n_outputs] = by_tile
        self._network["adds"] = add
        self._backward(*self._addresses)
        return self.gradient

    def set_masks(self, state_masks, output_masks, lengths):
        """Copy masks of dropout for the next forward pass.

        Parameters
        ----------
        state_masks : list of ndarray of shape (n_samples, hidden_size)
            For each layer and direction the mask of the state that is fed back; may be empty.
        output_masks : list of ndarray of shape (n_samples, n_steps, state_size)
            For each level the mask of its outputs, sequences at their beginning; that of the last
            level has one step. May be empty.
        lengths : ndarray of shape (n_samples,)
            Number of steps of each sample.
        """
        for places, mask in zip(self._plan.layers, state_masks, strict=False):
            self._write_mask(int(places["state_mask"]), mask[:, np.newaxis])
        first, n_steps = int(self._network["output_masks"][0]), int(lengths.max())
        for mask in output_masks:
            if mask.shape[1] > 1:
                # Here all sequences end together.
                step = np.arange(n_steps) - (n_steps - lengths[:, np.newaxis])
                mask = np.take_along_axis(mask, np.maximum(step, 0)[:, :, np.newaxis], axis=1)
            first = self._write_mask(first, mask)

    def _write_mask(self, first, mask):
        """Write a mask as (step, tile, row, lane); return where the next one begins."""
        n_samples, n_steps, n_rows = mask.shape
        lanes = np.zeros((self.n_samples, n_steps, n_rows), dtype=self._masks.dtype)
        lanes[:n_samples] = mask
        tiles = lanes.reshape(-1, LANES, n_steps, n_rows).transpose(2, 0, 3, 1)
        last = first + tiles.size
        self._masks[first:last] = tiles.reshape(-1)
        return last

    def _allocate(self, weights):
        plan, dtype = self._plan, weights.dtype
        self._weights, self._inputs = weights, None
        self._memory = aligned_zeros(plan.size, dtype)
        self._masks = aligned_zeros(plan.mask_size, dtype)
        self.gradient = aligned_zeros(len(weights) if plan.trains else 0, dtype)
        n_turned = max(TILES_AT_A_TIME, plan.n_tiles) + 1
        self._scratch = aligned_zeros(n_turned * LANES**2 if plan.trains else 0, dtype)
        self._starts = np.zeros(self.n_samples, dtype=np.int64)
        self._lengths = np.zeros(self.n_samples, dtype=np.int64)
        arrays = {
            "weights": weights, "gradient": self.gradient, "memory": self._memory,
            "masks": self._masks, "starts": self._starts, "lengths": self._lengths,
            "scratch": self._scratch,
        }  # fmt: skip
        for name, array in arrays.items():
            self._network[name] = array.ctypes.data
        rows = self._network[0]
        self._rows = self._view(rows, "head_rows", int(rows["head_rows_size"]) // LANES, 1)[0]

    def _write_ones(self):
        """Write the inputs that are always one."""
        plan, layout = self._plan, self._plan.layout
        for places, layer in zip(plan.layers, layout.layers, strict=True):
            n_rows = int(places["stack_size"]) // LANES
            stack = self._view(places, "stack", n_rows, plan.n_steps)
            stack[:, :, layer.n_inputs] = 1.0
            if layout.spec.cell == "gru":
                stack[:, :, layer.n_columns - 1] = 1.0
        head = self._network[0]
        n_rows = int(head["head_stack_size"]) // LANES
        self._view(head, "head_stack", n_rows, 1)[:, :, layout.head.n_columns - 1] = 1.0

    def _view(self, places, name, n_rows, n_steps):
        size = n_steps * self._plan.n_tiles * n_rows * LANES
        first = int(places[name])
        return self._memory[first : first + size].reshape(n_steps, -1, n_rows, LANES)
