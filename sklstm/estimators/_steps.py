"""Targets and outputs of every step of windows."""

from functools import partial

import numpy as np

from sklstm.data import WindowSet, window_rows

from ._fitted_state import FittedState
from ._samples import TRAINING_SET, Names

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
    aligned = align_steps(targets, windows, window_set, names)
    aligned = aligned.with_rows(aligned.rows.astype(np.float64))
    _check_values(aligned, windows, names.y)
    return aligned


def align_steps(
    values: np.ndarray, windows: np.ndarray, window_set: WindowSet, names: Names = TRAINING_SET
) -> WindowSet:
    """Return what belongs to the observed steps of windows, such as labels of any type.

    Parameters
    ----------
    values : ndarray of shape (n_samples, n_timesteps, n)
        Values of all steps; a strided view stays slices of rows if the windows are one too.
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        The windows, missing steps being NaN.
    window_set : WindowSet
        The same as slices of their observed steps.
    names : Names
        What values and windows are called in error messages.

    Returns
    -------
    aligned : WindowSet
        As many rows for each window as it has observed steps.

    Raises
    ------
    ValueError
        If there are not as many steps as the windows have.
    """
    if values.shape[1] != windows.shape[1]:
        raise ValueError(
            f"{names.y} must have a target for each of the {windows.shape[1]} steps of {names.X} "
            f"with output='sequence', got {names.y} of shape {values.shape} with "
            f"{values.shape[1]} steps."
        )
    (rows, starts), (of_windows, their_starts) = window_rows(values), window_rows(windows)
    if np.array_equal(starts, their_starts):
        observed = ~np.isnan(of_windows[:, 0])
        return window_set.with_rows(rows if observed.all() else rows[observed])
    lengths = window_set.lengths
    rows = values[~np.isnan(windows[:, :, 0])]
    return WindowSet(rows, np.cumsum(lengths) - lengths, lengths)


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
        place = place_of_row(targets, windows, int(np.argmax(infinite)))
        raise ValueError(
            f"{name} contains infinity ({place}); it takes finite numbers, and NaN for a step "
            "without target."
        )
    missing = np.isnan(targets.rows)
    partly = missing.any(axis=1) & ~missing.all(axis=1)
    if partly.any():
        place = place_of_row(targets, windows, int(np.argmax(partly)))
        raise ValueError(
            f"{name} has a step that is only partly NaN ({place}): a step without target is one "
            "whose outputs are all NaN."
        )


def place_of_row(targets, windows, row):
    """Return in words the first step of a window whose row it is."""
    ends = targets.starts + targets.lengths
    sample = int(np.argmax((targets.starts <= row) & (row < ends)))
    observed = np.flatnonzero(~np.isnan(windows[sample, :, 0]))
    return f"sample {sample}, step {observed[row - targets.starts[sample]]}"


def _refuse_whole_windows(state: FittedState) -> None:
    """Raise a ValueError if a fitted network reads windows as a whole, and not step by step."""
    if state.patch_size > 1:
        raise ValueError(
            f"output='sequence' predicts each step, and the network reads {state.patch_size} "
            "steps as one (patch_size). Set output='last'."
        )
    pooling = state.network.spec.pooling
    if pooling != "last":
        raise ValueError(
            f"output='sequence' predicts each step, and the network reads all of them at once "
            f"(pooling={pooling!r}). Set output='last'."
        )


def outputs(state, windows, window_set, run, *, every_step):
    """Return outputs at all steps of windows, or at the last one.

    Parameters
    ----------
    state : FittedState
        What was fitted.
    windows : ndarray of shape (n_samples, n_timesteps, n_features)
        The windows, missing steps being NaN.
    window_set : WindowSet
        The same as slices of their observed steps.
    run : callable
        Takes a `WindowSet` and ``every_step``, and returns the outputs of the network.
    every_step : bool
        Whether those of all steps are wanted.

    Returns
    -------
    outputs : ndarray of shape (n_samples, n_timesteps, n_outputs) or (n_samples, n_outputs)
        In double precision, NaN at missing steps.

    Raises
    ------
    ValueError
        If outputs of all steps are wanted of a network that reads windows as a whole.
    """
    spec, run_steps = state.network.spec, partial(run, every_step=True)
    if every_step:
        _refuse_whole_windows(state)
        return _outputs_of_steps(windows, window_set, spec.n_outputs, run_steps)
    if spec.every_step and spec.bidirectional:
        # The last step alone: the direction that reads backwards has seen that step only.
        return _outputs_of_last_steps(window_set, spec.n_outputs, run_steps)
    return run(window_set)


def _outputs_of_steps(windows, window_set, n_outputs, run):
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


def _outputs_of_last_steps(window_set, n_outputs, run):
    """Return what `_outputs_of_steps` has for the last observed step, (n_samples, n_outputs)."""
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
