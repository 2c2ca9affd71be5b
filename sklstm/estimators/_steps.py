"""Targets and outputs of every step of windows."""

import numpy as np

from sklstm.data import WindowSet, window_rows

from ._samples import TRAINING_SET

_BLOCK_VALUES = 1 << 20


def align_step_targets(targets, windows, window_set, names=TRAINING_SET):
    """Return the targets of the observed steps of windows.

    Targets that are a strided view, as `SequenceWindower` makes them of a series, stay slices of
    the rows of that series if the windows are such a view too.

    Parameters
    ----------
    targets : ndarray of shape (n_samples, n_timesteps, n_outputs)
        Targets of all steps.
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        The windows, missing steps being NaN.
    window_set : WindowSet
        The same as slices of their observed steps.
    names : Names
        What targets and windows are called in error messages.

    Returns
    -------
    aligned : WindowSet
        As many rows for each window as it has observed steps, in double precision; all NaN where
        a step has no target.

    Raises
    ------
    ValueError
        If there are not as many steps as the windows have, or a target of an observed step is
        infinite or partly NaN.
    """
    if targets.shape[1] != windows.shape[1]:
        raise ValueError(
            f"{names.y} must have a target for each of the {windows.shape[1]} steps of {names.X} "
            f"with output='sequence', got {names.y} of shape {targets.shape} with "
            f"{targets.shape[1]} steps."
        )
    (rows, starts), (of_windows, their_starts) = window_rows(targets), window_rows(windows)
    if np.array_equal(starts, their_starts):
        observed = ~np.isnan(of_windows[:, 0])
        rows = rows if observed.all() else rows[observed]
        aligned = window_set.with_rows(rows.astype(np.float64))
    else:
        lengths = window_set.lengths
        rows = targets[~np.isnan(windows[:, :, 0])].astype(np.float64)
        aligned = WindowSet(rows, np.cumsum(lengths) - lengths, lengths)
    _check_values(aligned, windows, names.y)
    return aligned


def rows_beside(targets, windows):
    """Return which rows of windows belong to those of their targets.

    Parameters
    ----------
    targets : WindowSet
        As from `align_step_targets`, or some of them.
    windows : WindowSet
        The windows of the same samples.

    Returns
    -------
    numbers : ndarray of shape (n_rows,), int64
        One for each row of the targets; any one where no sample has it.
    """
    same_rows = len(targets.rows) == len(windows.rows)
    if same_rows and np.array_equal(targets.starts, windows.starts):
        return np.arange(len(windows.rows))
    numbers = np.zeros(len(targets.rows), dtype=np.int64)
    numbers[targets.row_numbers(slice(None))] = windows.row_numbers(slice(None))
    return numbers


def _check_values(targets, windows, name):
    """Raise a ValueError if a target is infinite or partly NaN."""
    infinite = np.isinf(targets.rows).any(axis=1)
    if infinite.any():
        raise ValueError(
            f"{name} contains infinity ({_place(targets, windows, infinite)}); it takes finite "
            "numbers, and NaN for a step without target."
        )
    missing = np.isnan(targets.rows)
    partly = missing.any(axis=1) & ~missing.all(axis=1)
    if partly.any():
        raise ValueError(
            f"{name} has a step that is only partly NaN ({_place(targets, windows, partly)}): a "
            "step without target is one whose outputs are all NaN."
        )


def _place(targets, windows, wrong):
    """Return in words the first step of a window whose row is wrong."""
    row = int(np.argmax(wrong))
    ends = targets.starts + targets.lengths
    sample = int(np.argmax((targets.starts <= row) & (row < ends)))
    observed = np.flatnonzero(~np.isnan(windows[sample, :, 0]))
    return f"sample {sample}, step {observed[row - targets.starts[sample]]}"


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
    size = max(1, _BLOCK_VALUES // (int(window_set.lengths.max(initial=1)) * n_outputs))
    return [slice(first, first + size) for first in range(0, len(window_set), size)]


def at_their_steps(values, lengths, windows, patch_size=1):
    """Move what was computed of padded windows to their observed steps; NaN at missing ones.

    What was computed of patches moves to the newest step of each.
    """
    observed = ~np.isnan(windows[:, :, 0])  # a window without any has no row in `values`
    if patch_size > 1:
        newer = observed[:, ::-1].cumsum(axis=1)[:, ::-1] - 1  # observed steps behind each
        observed &= newer % patch_size == 0
    moved = np.full((*observed.shape, values.shape[2]), np.nan)
    moved[observed] = values[np.arange(values.shape[1]) < lengths[:, np.newaxis]]
    return moved
