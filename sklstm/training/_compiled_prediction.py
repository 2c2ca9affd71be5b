"""Prediction by compiled code."""

import numpy as np

from sklstm.kernels import LANES, Layout, Pass, Plan

_PASS_VALUES = 1 << 19  # what one pass keeps in memory, unless a single tile needs more


def compiled_output(spec, weights, windows):
    """Return the output of a network, by the forward pass that also trains it.

    Parameters
    ----------
    spec : NetworkSpec
        The network, without peepholes.
    weights : dict of str to ndarray
        Its parameters.
    windows : WindowSet
        Standardised windows in the precision of the weights.

    Returns
    -------
    output : ndarray of shape (n_samples, n_outputs)
        To the last bit the same for a window alone and among others: each is one lane.
    """
    layout, dtype = Layout(spec), weights["head_bias"].dtype
    n_samples, n_steps = len(windows), int(windows.lengths.max())
    n_tiles = max(1, _PASS_VALUES // Plan(layout, 1, n_steps).size)
    plan = Plan(layout, min(n_tiles, -(-n_samples // LANES)), n_steps)
    pass_ = Pass(plan, layout.pack(weights, dtype), windows.rows)
    output = np.empty((n_samples, spec.n_outputs), dtype=dtype)
    for first in range(0, n_samples, pass_.n_samples):
        block = slice(first, min(first + pass_.n_samples, n_samples))
        output[block] = pass_.run(windows.starts[block], windows.lengths[block])
    return output
