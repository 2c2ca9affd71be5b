"""Outputs of a network at every step, in blocks of samples."""

import numpy as np

_BLOCK_VALUES = 1 << 20


def outputs_of_steps(windows, window_set, n_outputs, run):
    """Return outputs at all steps.

    Parameters
    ----------
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        The windows, missing steps being NaN.
    window_set : WindowSet
        The same as slices of their observed steps.
    n_outputs : int
        Number of outputs of the network.
    run : callable
        Called with a `WindowSet`, returns the outputs at its steps, (lengths.sum(), n_outputs).

    Returns
    -------
    outputs : ndarray of shape (n_samples, n_timesteps, n_outputs), float64
        NaN at missing steps.
    """
    outputs = np.full((*windows.shape[:2], n_outputs), np.nan)
    for block in _blocks(window_set, n_outputs):
        observed = ~np.isnan(windows[block, :, 0])
        outputs[block][observed] = run(window_set.take(block))
    return outputs


def outputs_of_last_steps(window_set, n_outputs, run):
    """Return what `outputs_of_steps` has for the last observed step, (n_samples, n_outputs)."""
    outputs = np.empty((len(window_set), n_outputs))
    for block in _blocks(window_set, n_outputs):
        taken = window_set.take(block)
        outputs[block] = run(taken)[np.cumsum(taken.lengths) - 1]
    return outputs


def _blocks(window_set, n_outputs):
    size = max(1, _BLOCK_VALUES // (int(window_set.lengths.max()) * n_outputs))
    return [slice(first, first + size) for first in range(0, len(window_set), size)]
