"""Records of integers that tell compiled code where everything is.

Arrays in the memory of a pass are (step, tile, row, lane). Of an array called ``name``,
``name_step`` and ``name_size`` tell how much further on the next step and the next tile are. A
place of -1 means that there is no such array.
"""

import numpy as np

#: A block of a layer's matrix of weights: where it begins among them, the rows that it gives, the
#: columns of the stacked inputs that it reads, and how many columns it has with filling.
PART = (
    "weights", "row", "n_rows", "column", "n_columns", "depth",
)  # fmt: skip

#: A layer in one direction.
LAYER = (
    "backward", "units", "n_inputs", "state_column", "first_part", "last_part",  # what it is
    "stack", "stack_step", "stack_size",  # stacked inputs
    "rows", "rows_step", "rows_size",  # weighted inputs, then activations, then their gradients
    "kept", "kept_step", "kept_size",  # hidden state and what else is kept of a step
    "grad_hidden", "grad_hidden_size",  # gradient that comes through weights
    "grad_state", "grad_state_size",  # gradients that come from the step after without weights
    "above", "above_step", "above_size",  # gradient that comes from the next layer
    "below", "below_step", "below_size",  # gradient for the layer before
    "state_mask",  # of recurrent dropout
    "peepholes", "grad_peepholes", "grad_peepholes_size",  # among the weights; lane by lane
)  # fmt: skip

#: A network and a pass through it. Up to `scratch` they are addresses, then sizes, then places in
#: memory. `outputs` are those of each layer but the last in the order of the series, `grad_outputs`
#: their gradients; `step_mask` says which sample has which step. The head reads a single step, or
#: with `every_step` every one; so its arrays, targets and weights have as many steps. In the single
#: one the last states begin at `last_column`, and pooled ones at `mean_column` and `max_column`.
#: Inputs are rows of numbers, of which those times `differenced` of the first row of a window are
#: subtracted; or with `reads_tokens` whole numbers: of a row of weights, the first of which stands
#: at `embedding`, or of the place of a one. States begin with zeros, or if
#: `carried_from` is a step with those after it times what `continues` says of each sample. Masks of
#: dropout are `input_mask` of the rows of tokens, for all steps, and `output_masks` of each layer.
NETWORK = (
    "weights", "gradient", "memory", "masks", "inputs", "starts", "lengths", "scratch",
    "targets", "sample_weight", "losses", "constants", "continues", "differenced",
    "n_weights", "n_features", "n_steps", "n_tiles", "n_samples", "n_layers", "n_directions",
    "state_size", "last_column", "mean_column", "max_column", "steps_at_a_time", "n_parts",
    "n_outputs", "n_targets", "n_constants", "adds", "every_step", "reads_tokens", "embedding",
    "carried_from", "step_mask", "outputs", "grad_outputs", "outputs_step", "outputs_size",
    "output_masks", "input_mask",
    "head_stack", "head_stack_step", "head_stack_size",
    "head_rows", "head_rows_step", "head_rows_size",
    "grad_head", "grad_head_step", "grad_head_size",
)  # fmt: skip

#: Some batches: addresses of the windows and targets of all samples there are, of the order in
#: which to take them, of weights and losses in that order, of the compiled function of the loss,
#: and of the state and the numbers of the optimiser; sizes; whether the weights are updated, and
#: whether steps are adaptive. The targets of a sample begin at a row of `targets`, each of which
#: has a weight; its loss is the weighted sum over its targets, in double precision.
EPOCH = (
    "starts", "lengths", "targets", "target_starts", "target_weight",
    "order", "sample_weight", "losses",
    "run_forward", "write_losses",
    "mean", "square", "numbers",
    "n_samples", "batch_size", "updates", "adaptive",
)  # fmt: skip


def records(names, n_records):
    """Return a structured array with these names, all -1."""
    return np.full(n_records, -1, dtype=[(name, np.int64) for name in names])
