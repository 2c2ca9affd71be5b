"""Passes forward and back, and whole epochs of them."""

from functools import cache

import numpy as np

from ._epochs import make_epoch
from ._functions import compile_functions
from ._layout import aligned_zeros
from ._losses import compile_loss
from ._pass import Pass, check_slices
from ._places import EPOCH, records
from ._products import SCRATCH
from ._registers import LANES


@cache
def _compiled(code, dtype, tiles_together):
    functions = [make_epoch(code)]
    return compile_functions(functions, dtype, tiles_together=tiles_together)[0]


class TrainingPass(Pass):
    """Passes forward and back for up to a number of samples.

    Parameters
    ----------
    plan : Plan
        Where everything stands; one that trains.
    weights : ndarray of shape (n_weights,)
        All weights, in the precision of the passes.
    loss : Loss
        What is to become small, as in `sklstm.losses`.

    Attributes
    ----------
    n_samples, n_steps : int
        The largest numbers of samples and steps.
    gradient : ndarray of shape (n_weights,)
        Gradient of the loss of the last batch.
    """

    def __init__(self, plan, weights, loss):
        super().__init__(plan, weights)
        dtype = weights.dtype
        self.gradient = aligned_zeros(len(weights), dtype)
        self._scratch = aligned_zeros(SCRATCH, dtype)
        self._masks = aligned_zeros(plan.mask_size, dtype)
        n_targets = self._n_outputs // loss.n_outputs_per_target
        n_rows, constants = self.n_samples * plan.n_head_steps, loss.constants_of(n_targets)
        self._targets = aligned_zeros(n_rows * n_targets, dtype)
        self._sample_weight = aligned_zeros(n_rows, dtype)
        self._losses = aligned_zeros(n_rows, np.float64)
        self._constants = np.array([n_targets * loss.n_terms, *constants.T.ravel()], np.float64)
        self._network["n_targets"], self._network["n_constants"] = n_targets, len(constants)
        self._set_addresses(
            self._network, gradient=self.gradient, scratch=self._scratch, masks=self._masks,
            targets=self._targets, sample_weight=self._sample_weight, losses=self._losses,
            constants=self._constants,
        )  # fmt: skip
        self._epoch = records(EPOCH, 1)
        self._compiled_epoch = _compiled(*plan.kind_of_code(dtype))
        self._epoch["run_forward"] = self._forward.address
        # The code must live as long as its address is used, whatever becomes of the cache.
        self._write_losses = compile_loss(type(loss), dtype)
        self._epoch["write_losses"] = self._write_losses.address

    def set_data(
        self,
        rows,
        starts,
        lengths,
        targets,
        target_starts=None,
        differenced=None,
        target_weight=None,
    ):
        """Set what to learn from.

        Parameters
        ----------
        rows : ndarray of shape (n_rows, n_features)
            Rows that windows are slices of.
        starts, lengths : ndarray of shape (n,), int64
            The window of each sample.
        targets : ndarray of shape (n, n_targets), or (n,) of class numbers
            Their targets. Where the head reads every step, rows that the targets of windows are
            slices of, as long as the windows. Of a step without target they are NaN, its class
            number negative.
        target_starts : ndarray of shape (n,), int64, optional
            The first of these rows for each sample; by default every sample has one row.
        differenced : ndarray of shape (n_features,), bool, optional
            As for `set_inputs`.
        target_weight : ndarray of shape (len(targets),), optional
            Weights of the rows of targets, which multiply those of their samples.
        """
        self.set_inputs(rows, differenced)
        check_slices(starts, lengths, len(self._inputs), "rows")
        n_targets = int(self._network["n_targets"][0])
        if targets.size != len(targets) * n_targets:
            raise ValueError(f"the loss takes {n_targets} targets a row, got {targets.shape}")
        if target_starts is None:
            target_starts = np.arange(len(targets), dtype=np.int64)
        n_read = lengths if self._plan.layout.spec.every_step else np.ones_like(lengths)
        if len(target_starts) != len(starts):
            raise ValueError(f"there are {len(starts)} windows and {len(target_starts)} targets")
        check_slices(target_starts, n_read, len(targets), "rows of targets")
        if targets.dtype.kind == "i":
            targets = np.where(targets < 0, np.nan, targets)
        if target_weight is None:
            target_weight = np.ones(len(targets))
        if len(target_weight) != len(targets):
            raise ValueError(f"{len(targets)} rows of targets, {len(target_weight)} weights")
        arrays = {
            "starts": np.ascontiguousarray(starts, dtype=np.int64),
            "lengths": np.ascontiguousarray(lengths, dtype=np.int64),
            "targets": np.ascontiguousarray(targets, dtype=self._weights.dtype),
            "target_starts": np.ascontiguousarray(target_starts, dtype=np.int64),
            "target_weight": np.ascontiguousarray(target_weight, dtype=self._weights.dtype),
        }
        self._set_addresses(self._epoch, **arrays)
        self._data, self._longest = arrays, int(lengths.max())

    def compute_gradient(self, samples, sample_weight, *, add=False):
        """Compute the gradient of the loss of some samples.

        Parameters
        ----------
        samples : ndarray of shape (n_samples,), int64
            Which samples.
        sample_weight : ndarray of shape (n_samples,)
            Their weights, with a sum of one over the batch that they belong to; over all of its
            targets, where samples have several, times the weights of these.
        add : bool, default=False
            Whether to add to the gradient that is there.

        Returns
        -------
        losses : ndarray of shape (n_samples,), float64
            The loss of each sample, the weighted sum over its targets; the gradient is in
            `gradient`.
        """
        self._epoch["updates"] = False
        self._network["adds"] = add
        return self._run_epoch(samples, sample_weight, len(samples))

    def train(self, order, sample_weight, batch_size, optimizer):
        """Train on batches, one after the other.

        Parameters
        ----------
        order : ndarray of shape (n,), int64
            The samples in the order of the batches.
        sample_weight : ndarray of shape (n,)
            Their weights in this order, as for `compute_gradient`.
        batch_size : int
            Samples per batch; the last one may be smaller.
        optimizer : Optimizer
            Changes the weights after each batch.

        Returns
        -------
        losses : ndarray of shape (n,), float64
            The losses of the samples in this order, as from `compute_gradient`, each before its
            batch changed the weights.
        """
        numbers = optimizer.next_numbers(-(-len(order) // batch_size))
        self._set_addresses(
            self._epoch, mean=optimizer.mean, square=optimizer.square, numbers=numbers
        )
        self._epoch["updates"], self._epoch["adaptive"] = True, optimizer.is_adaptive
        self._network["adds"] = False
        return self._run_epoch(order, sample_weight, batch_size)

    def _run_epoch(self, order, sample_weight, batch_size):
        self._check_room(min(batch_size, len(order)), self._longest)
        sample_weight = np.ascontiguousarray(sample_weight, dtype=self._weights.dtype)
        order = np.ascontiguousarray(order, dtype=np.int64)
        if order.min() < 0 or order.max() >= len(self._data["starts"]):
            raise ValueError(f"there are {len(self._data['starts'])} samples, got others")
        if len(sample_weight) != len(order):
            raise ValueError(f"{len(order)} samples have {len(sample_weight)} weights")
        losses = np.empty(len(order))
        self._set_addresses(self._epoch, order=order, sample_weight=sample_weight, losses=losses)
        self._epoch["n_samples"], self._epoch["batch_size"] = len(order), batch_size
        self._compiled_epoch(*self._addresses, self._epoch.ctypes.data)
        return losses

    def set_masks(self, state_masks, output_masks, lengths, input_masks=()):
        """Copy masks of dropout for the next forward pass.

        Parameters
        ----------
        state_masks : list of ndarray of shape (n_samples, units)
            For each layer and direction the mask of the state that is fed back; may be empty.
        output_masks : list of ndarray of shape (n_samples, n_steps, state_size)
            For each layer the mask of its outputs, sequences at their beginning; that of the last
            layer has one step, unless the head reads every one. May be empty.
        lengths : ndarray of shape (n_samples,)
            Number of steps of each sample.
        input_masks : sequence of ndarray of shape (n_samples, n_features)
            The mask of the rows of tokens, for all steps; none, or one.
        """
        for mask in input_masks:
            first = int(self._network["input_mask"][0])
            self._write_mask(first, mask[:, np.newaxis], mask.shape[1])
        for places, mask in zip(self._plan.layers, state_masks, strict=False):
            self._write_mask(int(places["state_mask"]), mask[:, np.newaxis], mask.shape[1])
        first, n_steps = int(self._network["output_masks"][0]), int(lengths.max())
        for mask in output_masks:
            if mask.shape[1] > 1 and self._network["carried_from"][0] < 0:
                # Here all sequences end together.
                step = np.arange(n_steps) - (n_steps - lengths[:, np.newaxis])
                mask = np.take_along_axis(mask, np.maximum(step, 0)[:, :, np.newaxis], axis=1)
            first = self._write_mask(first, mask, self._plan.n_output_rows)

    def _write_mask(self, first, mask, n_rows):
        """Write a mask as (step, tile, row, lane); return where the next one begins."""
        n_samples, n_steps, n_values = mask.shape
        lanes = np.zeros((self.n_samples, n_steps, n_rows), dtype=self._masks.dtype)
        lanes[:n_samples, :, :n_values] = mask
        tiles = lanes.reshape(-1, LANES, n_steps, n_rows).transpose(2, 0, 3, 1)
        last = first + tiles.size
        self._masks[first:last] = tiles.reshape(-1)
        return last
